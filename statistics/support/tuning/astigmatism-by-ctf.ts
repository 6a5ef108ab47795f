import { cameraIndex, length, magIndex as asMagIndex, micrometres, subtract, vector } from '../../../core/base';
import { Scope } from '../../../core/devices';
import { Optics } from '../../../core/optics';
import { findStigmatorResponse } from '../../../core/tuning';
import type { CalibrationResult } from '../../../core/store';
import { runItem, virtualInstrument } from '../../../testing/virtual-instrument';
import { SimulatedTruth } from '../../../plugins/simulator';
import { type CameraChange, type Measured, broken } from '../../harness/table';
import { cameraOf } from '../small-camera';
import { drawnColumn, fluxFor, tuningImages } from './tuning-world';

/** Id of the item. */
export const astigmatismByCtf = 'calibrations/focus-and-tuning/astigmatism-by-ctf';

/** Choices of a run: size and camera of the images, and the defocus in micrometres that the column shows before. */
interface AstigmatismChoices {
  readonly size?: number;
  readonly camera?: CameraChange | undefined;
  readonly defocus?: number;
}

/** Error of the response that the item stores, in percent of the longer column of the truth, at a dose in electrons per square Angstrom. */
export async function measureAstigmatismByCtf(
  seed: number,
  dose: number,
  { size = tuningImages.size, camera, defocus = 0 }: AstigmatismChoices = {},
): Promise<Measured> {
  const { magIndex, binning } = tuningImages;
  await using instrument = await virtualInstrument({
    magIndex,
    simulator: { ...drawnColumn(seed), electronsPerFieldPixelPerSecond: fluxFor(dose, size) },
    edit: camera ?? cameraOf(size * binning),
  });
  instrument.calibrations.records('CtfAstigCalib').replaceAll([]);
  await instrument.kernel.registry.get(Scope).defocus.write(micrometres(defocus));
  const { result } = await runItem(instrument, astigmatismByCtf);
  const { percent, elements, stated } = responseError(instrument, result!);
  const verdict = result!.quality?.verdict ?? 'without a verdict';
  return {
    errors: { elements, percent, images: result!.values['images'] as number },
    stated: { elements: stated },
    verdict,
    faults: broken({ 'it is called good': verdict === 'good' }),
  };
}

/** Errors of the stored response against the truth, in percent of the longer column of the truth: the longest error of a column, each element, and the stated errors. */
export function responseError(
  instrument: Awaited<ReturnType<typeof virtualInstrument>>,
  { standardErrors }: Pick<CalibrationResult, 'standardErrors'>,
): { readonly percent: number; readonly elements: readonly number[]; readonly stated: readonly number[] } {
  const { magIndex } = tuningImages;
  const { registry } = instrument.kernel;
  const responseNow = () =>
    findStigmatorResponse(instrument.calibrations, registry.get(Optics), {
      magIndex: asMagIndex(magIndex),
      camera: cameraIndex(0),
    })!.matrix;
  const stored = responseNow();
  const record = registry
    .get(SimulatedTruth)
    .records.find((each) => each.record === 'CtfAstigCalib' && each['magIndex'] === magIndex);
  instrument.calibrations.records('CtfAstigCalib').replaceAll([record as never]);
  const truth = responseNow();
  const scale = 100 / Math.max(Math.hypot(truth.xpx, truth.ypx), Math.hypot(truth.xpy, truth.ypy));
  const names = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
  const errors = standardErrors['matrix'] as typeof truth;
  const columns = [
    length(subtract(vector(stored.xpx, stored.ypx), vector(truth.xpx, truth.ypx))),
    length(subtract(vector(stored.xpy, stored.ypy), vector(truth.xpy, truth.ypy))),
  ];
  return {
    percent: scale * Math.max(...columns),
    elements: names.map((name) => scale * (stored[name] - truth[name])),
    stated: names.map((name) => scale * errors[name]),
  };
}
