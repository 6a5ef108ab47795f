import {
  type BeamTiltUnits,
  type ImageShiftUnits,
  type Vector,
  add,
  apply,
  cameraIndex,
  inverse,
  length,
  magIndex as asMagIndex,
  micrometres,
  subtract,
  vector,
} from '../../../core/base';
import { BeamTilt, ObjectiveStigmator, Scope, VirtualInstrument } from '../../../core/devices';
import { comaChange, comaOfSetting } from '../../../core/tuning';
import { UserSettings } from '../../../core/user-settings';
import { type VirtualMicroscope, imageShiftToSpecimen, truthOf, viewOf } from '../../../simulation';
import { SimulatedTruth } from '../../../plugins/simulator';
import { runItem, trueImageShift, virtualInstrument } from '../../../testing/virtual-instrument';
import { type CameraChange, type Measured, broken } from '../../harness/table';
import { randomNumbers } from '../random-numbers';
import { cameraOf } from '../small-camera';
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
  /** Hears of each call to a device. */
  readonly watch?: (call: string) => void;
}

/** A drawn column that is out of tune, with the perfect calibration of its stigmator. */
export async function columnOutOfTune(
  seed: number,
  { dose, size = tuningImages.size, camera, more = {}, watch }: CorrectionChoices,
): ReturnType<typeof virtualInstrument> {
  const { magIndex, binning } = tuningImages;
  const instrument = await virtualInstrument({
    magIndex,
    simulator: { ...drawnColumn(seed), electronsPerFieldPixelPerSecond: fluxFor(dose, size), ...more },
    edit: camera ?? cameraOf(size * binning),
    ...(watch && { watch }),
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

/** Id of the item that measures coma against image shift. */
export const comaVsImageShift = 'calibrations/focus-and-tuning/coma-vs-image-shift';

/** A drawn column with perfect calibrations of stigmator and image shift. */
export async function columnForImageShift(
  seed: number,
  choices: CorrectionChoices,
): ReturnType<typeof virtualInstrument> {
  const instrument = await columnOutOfTune(seed, choices);
  const { magIndex } = tuningImages;
  instrument.calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), trueImageShift(instrument, magIndex), {
    sessionMeasured: false,
  });
  return instrument;
}

/** Largest change over a field of 5 um to each side that the correction of the user setting leaves: nanometres of coma and of astigmatism. */
export async function leftInField(instrument: Awaited<ReturnType<typeof virtualInstrument>>): Promise<{
  readonly coma: number;
  readonly astigmatism: number;
}> {
  const { registry } = instrument.kernel;
  const setting = comaOfSetting(registry.get(UserSettings).get('ComaVsISCal'))!;
  const [tilt, stigmator] = [registry.get(BeamTilt).beamTilt, registry.get(ObjectiveStigmator).objectiveStigmator];
  const [startTilt, startStigmator] = [await tilt.read(), await stigmator.read()];
  const microscope = registry.get(VirtualInstrument).microscope as VirtualMicroscope;
  const toSpecimen = imageShiftToSpecimen(viewOf(truthOf(microscope), tuningImages.magIndex, 0)!);
  const back = inverse(toSpecimen)!;
  const centre = trueWave(instrument);
  let [coma, astigmatism] = [0, 0];
  for (const x of [-5, 0, 5])
    for (const y of [-5, 0, 5]) {
      const change = comaChange(setting, apply(back, vector(x, y)) as Vector<ImageShiftUnits>);
      await tilt.write(add(startTilt, change.tilt as Vector<BeamTiltUnits>));
      await stigmator.write(add(startStigmator, change.stigmator));
      // A shift of the image to one side is one of the specimen to the other.
      const wave = trueWave(instrument, vector(-x, -y));
      coma = Math.max(coma, 1000 * length(subtract(wave.coma, centre.coma)));
      astigmatism = Math.max(astigmatism, 2000 * length(subtract(wave.astigmatism, centre.astigmatism)));
    }
  await tilt.write(startTilt);
  await stigmator.write(startStigmator);
  return { coma, astigmatism };
}

/** Measures coma against image shift, and gives what the correction really leaves in the field. */
export async function measureComaVsImageShift(seed: number, choices: CorrectionChoices): Promise<Measured> {
  await using instrument = await columnForImageShift(seed, choices);
  const { result } = await runItem(instrument, comaVsImageShift);
  const { coma, astigmatism } = await leftInField(instrument);
  return {
    errors: { coma, astigmatism, images: result!.values['images'] as number },
    verdict: result!.quality?.verdict ?? 'without a verdict',
    faults: broken({ 'coma below 150 nm is left': coma < 150, 'astigmatism below 5 nm is left': astigmatism < 5 }),
  };
}
