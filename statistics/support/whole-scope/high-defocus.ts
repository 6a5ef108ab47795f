import { cameraIndex, inMicrometres, magIndex as asMagIndex, micrometres } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { runItem, trueImageShift, virtualInstrument } from '../../../testing/virtual-instrument';
import type { CameraChange } from '../../harness/table';
import { randomNumbers } from '../random-numbers';
import { cameraOf } from '../small-camera';

const item = 'calibrations/high-defocus-is';

/** The columns at which the change by a high defocus is measured, each with a magnification above the low range. */
export const highDefocusColumns = {
  FEI: { configuration: 'simulator.yaml', magIndex: 22 },
  JEOL: { configuration: 'jeol-cryo-arm-k2.yaml', magIndex: 24 },
  Hitachi: { configuration: 'hitachi-ht7700.yaml', magIndex: 20 },
} as const;

/** A change of the image by defocus as instruments show it, drawn from a seed. */
export function drawnChange(seed: number): {
  readonly options: Readonly<Record<string, number>>;
  readonly at: (defocus: number) => { readonly scale: number; readonly rotation: number };
} {
  const random = randomNumbers(seed + 7000);
  const between = (low: number, high: number): number => low + (high - low) * random();
  const [scale, squared, turn] = [between(2e-4, 8e-4), between(-2e-7, 4e-7), between(-0.03, 0.03)];
  return {
    options: {
      highDefocusScalePerMicrometre: scale,
      highDefocusScalePerSquareMicrometre: squared,
      highDefocusRotationDegreesPerMicrometre: turn,
    },
    at: (defocus) => ({ scale: 1 - scale * defocus + squared * defocus ** 2, rotation: -turn * defocus }),
  };
}

/** Measures image shift at a high defocus, with the true matrix in focus known. */
export async function measureHighDefocusShift(
  seed: number,
  column: keyof typeof highDefocusColumns,
  defocus: number,
  camera: CameraChange = cameraOf(1024),
) {
  const { configuration, magIndex } = highDefocusColumns[column];
  const change = drawnChange(seed);
  await using instrument = await virtualInstrument({
    configuration,
    magIndex,
    edit: camera,
    simulator: { ...change.options, seed },
  });
  const { registry } = instrument.kernel;
  const scope = registry.get(Scope);
  const selected = registry.get(Cameras).selected.traits.index;
  instrument.calibrations.imageShift.set(asMagIndex(magIndex), selected, trueImageShift(instrument, magIndex));
  await scope.defocus.write(micrometres(inMicrometres(await scope.defocus.read()) + defocus));
  const { result } = await runItem(instrument, item, { defocus: String(defocus) });
  const truth = change.at(defocus);
  const { scale, rotation, stretchPercent } = result!.values as Readonly<Record<string, number>>;
  const errors = result!.standardErrors as Readonly<Record<string, number>>;
  return {
    errors: { scale: scale! - truth.scale, rotation: rotation! - truth.rotation, stretch: stretchPercent! },
    stated: { scale: errors['scale']!, rotation: errors['rotation']! },
    verdict: result!.quality?.verdict ?? 'none',
    entries: instrument.calibrations.records('HighFocusISCal').all(),
    untouched: instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(selected)),
    inFocus: trueImageShift(instrument, magIndex),
  };
}
