import { cameraIndex, length, magIndex as asMagIndex, micrometres, subtract, vector } from '../../core/base';
import { Scope } from '../../core/devices';
import { Optics } from '../../core/optics';
import { findStigmatorResponse } from '../../core/tuning';
import { runItem, virtualInstrument } from '../../testing/virtual-instrument';
import { SimulatedTruth } from '../../plugins/simulator';
import { type CameraChange, type Measured, broken } from '../harness/table';
import { cameraOf } from './small-camera';
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
  const optics = instrument.kernel.registry.get(Optics);
  const responseNow = () =>
    findStigmatorResponse(instrument.calibrations, optics, { magIndex: asMagIndex(magIndex), camera: cameraIndex(0) })!
      .matrix;
  const stored = responseNow();
  const record = instrument.kernel.registry
    .get(SimulatedTruth)
    .records.find((each) => each.record === 'CtfAstigCalib' && each['magIndex'] === magIndex);
  instrument.calibrations.records('CtfAstigCalib').replaceAll([record as never]);
  const truth = responseNow();
  const scale = 100 / Math.max(Math.hypot(truth.xpx, truth.ypx), Math.hypot(truth.xpy, truth.ypy));
  const elements = (['xpx', 'xpy', 'ypx', 'ypy'] as const).map((name) => scale * (stored[name] - truth[name]));
  const stated = result!.standardErrors['matrix'] as typeof truth;
  const columns = [
    length(subtract(vector(stored.xpx, stored.ypx), vector(truth.xpx, truth.ypx))),
    length(subtract(vector(stored.xpy, stored.ypy), vector(truth.xpy, truth.ypy))),
  ];
  const verdict = result!.quality?.verdict ?? 'without a verdict';
  return {
    errors: { elements, percent: scale * Math.max(...columns), images: result!.values['images'] as number },
    stated: { elements: (['xpx', 'xpy', 'ypx', 'ypy'] as const).map((name) => scale * stated[name]) },
    verdict,
    faults: broken({ 'it is called good': verdict === 'good' }),
  };
}
