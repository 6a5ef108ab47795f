import { length, micrometres, vector } from '../../core/base';
import { ObjectiveStigmator, Scope } from '../../core/devices';
import { SimulatedTruth } from '../../plugins/simulator';
import { runItem, virtualInstrument } from '../../testing/virtual-instrument';
import { type CameraChange, type Measured, broken } from '../harness/table';
import { randomNumbers } from './random-numbers';
import { cameraOf } from './small-camera';
import { drawnColumn, fluxFor, trueWave, tuningImages } from './tuning-world';

/** Ids of the tasks that correct by CTF fits. */
export const correctAstigmatism = 'calibrations/tasks/correct-astigmatism-by-ctf';
export const comaFreeAlignment = 'calibrations/tasks/coma-free-alignment-by-ctf';

/** Choices of a run: dose in electrons per square Angstrom, size and camera of the images, and more of the virtual microscope. */
export interface CorrectionChoices {
  readonly dose: number;
  readonly size?: number;
  readonly camera?: CameraChange | undefined;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A drawn column that is out of tune, with the perfect calibration of its stigmator. */
export async function columnOutOfTune(
  seed: number,
  { dose, size = tuningImages.size, camera, more = {} }: CorrectionChoices,
): ReturnType<typeof virtualInstrument> {
  const { magIndex, binning } = tuningImages;
  const instrument = await virtualInstrument({
    magIndex,
    simulator: { ...drawnColumn(seed), electronsPerFieldPixelPerSecond: fluxFor(dose, size), ...more },
    edit: camera ?? cameraOf(size * binning),
  });
  const { registry } = instrument.kernel;
  const perfect = registry.get(SimulatedTruth).records.filter(({ record }) => record === 'CtfAstigCalib');
  instrument.calibrations
    .records('CtfAstigCalib')
    .replaceAll(perfect.filter((each) => each['magIndex'] === magIndex) as never);
  const next = randomNumbers(seed + 400);
  const about = (reach: number): number => reach * (2 * next() - 1);
  await registry.get(ObjectiveStigmator).objectiveStigmator.write(vector(about(0.02), about(0.02)));
  await registry.get(Scope).defocus.write(micrometres(-1.8 + about(0.5)));
  return instrument;
}

/** Corrects astigmatism, and gives what is really left: the difference of the two defocus values in nanometres. */
export async function measureCorrectAstigmatism(seed: number, choices: CorrectionChoices): Promise<Measured> {
  await using instrument = await columnOutOfTune(seed, choices);
  const before = 2000 * length(trueWave(instrument).astigmatism);
  const { result } = await runItem(instrument, correctAstigmatism);
  const left = 2000 * length(trueWave(instrument).astigmatism);
  return {
    errors: {
      before: (result!.values['before'] as number) - before,
      left,
      images: result!.values['images'] as number,
    },
    stated: { before: result!.standardErrors['before'] as number },
    verdict: result!.quality?.verdict ?? 'without a verdict',
    faults: broken({ 'it ends with less than 40 nm': left < 40 }),
  };
}

/** Aligns the beam, and gives what is really left: nanometres of coma about the beam. */
export async function measureComaFreeAlignment(seed: number, choices: CorrectionChoices): Promise<Measured> {
  await using instrument = await columnOutOfTune(seed, choices);
  const before = 1000 * length(trueWave(instrument).coma);
  const { result } = await runItem(instrument, comaFreeAlignment);
  const left = 1000 * length(trueWave(instrument).coma);
  return {
    errors: {
      'percent before': 100 * ((result!.values['before'] as number) / before - 1),
      left,
      images: result!.values['images'] as number,
    },
    verdict: result!.quality?.verdict ?? 'without a verdict',
    faults: broken({ 'it ends with less than 150 nm': left < 150 }),
  };
}
