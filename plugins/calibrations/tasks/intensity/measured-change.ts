import { EucentricError, optional, readable } from '../../../../core/base';
import { ImageAcquisition } from '../../../../core/acquisition';
import { Cameras } from '../../../../core/devices';
import type { BeamPlace } from '../../../../core/illumination';
import { type Forecast, type Run, type Uses, value } from '../../../../core/kernel';
import { frameCover } from '../../../../imaging';
import { linearTrialExposure } from '../../beam-and-spot/beam-images/beam-image';
import { type IntensityRun, changeIntensity, intensityForecast, intensityNeeds } from './intensity-change';

/** Dependencies of the tasks that may measure a change of the intensity. */
export const measuredNeeds = { ...intensityNeeds, cameras: optional(Cameras), acquisition: optional(ImageAcquisition) };
type Use = Uses<typeof measuredNeeds>;
type ChangeRun = IntensityRun & Pick<Run, 'operator' | 'restoreLater'>;

/** The question whether a change is measured. */
export const measuredQuestion = {
  kind: 'confirm',
  why: 'Trial images before and after the change show what it did, and the intensity is corrected by them: a condenser lens lags, which the tables do not know. The images expose what is in the beam.',
} as const;

/** The result that a measured change adds. */
export const measuredResult = {
  measured: value.quantity('Factor by which the density of the beam changed, by images.', {
    decimals: 4,
    optional: true,
  }),
};

/** Most changes, with an image after each. */
const maxChanges = 3;
/** Share by which a factor may be off, beside the error of the images: no correction is made below the first, and nothing is kept beyond the second. */
const enough = 0.005;
const maxOff = 0.01;
/** Error of a factor by images as a share, above which they tell nothing. */
const maxError = 0.004;
/** Counts by which the level of a camera without light differs from 0. */
const levelError = 0.5;
/** Seconds of reading out an image and of setting the intensity. */
const perImage = 3;

/** The forecast of a change that may be measured. */
export const measuredForecast =
  (how: string) =>
  (use: Use): Forecast => {
    const plain = intensityForecast(how)(use);
    if (!use.cameras || !use.acquisition) return plain;
    const { selected } = use.cameras;
    const { exposure, driftSettling } = linearTrialExposure(selected, use.settings);
    const each = exposure + driftSettling;
    const most = 1 + maxChanges;
    return {
      ...plain,
      images: { least: 0, most },
      exposure: { least: 0, most: most * each },
      duration: { least: 0, most: 10 + most * (each + selected.traits.startupDelay + perImage) },
      dependsOn: 'whether you let it be measured',
    };
  };

/** A change of the intensity, with the factor by images where they tell it. */
export interface MeasuredChange {
  readonly place: BeamPlace;
  readonly measured?: number;
  readonly error?: number;
}

interface Brightness {
  readonly mean: number;
  readonly relativeError: number;
}

/** True where images can be taken now without exposing an area of Low Dose. */
export const canMeasure = ({ cameras, acquisition, lowDose }: Use): boolean =>
  cameras !== undefined && acquisition !== undefined && !lowDose?.on;

/** Changes the density by a factor and lets images before and after it correct the change. Throws where they show that it cannot be reached. */
export async function changeByImages(use: Use, run: ChangeRun, factor: number): Promise<MeasuredChange> {
  const { cameras, acquisition } = use;
  run.restoreLater('camera', () => cameras!.selected.stop());
  const brightness = async (title: string): Promise<Brightness | undefined> => {
    const exposure = linearTrialExposure(cameras!.selected, use.settings);
    const { frame, context } = await acquisition!.take(exposure, { signal: run.signal, parameterSet: 'Trial', title });
    const { mean, standardError, covered, constant } = frameCover(frame.image);
    const relativeError = Math.hypot(standardError, levelError) / mean;
    return covered && !constant && context.saturated === undefined && mean > 0 ? { mean, relativeError } : undefined;
  };
  const before = await brightness('before the change of intensity');
  let asked = factor;
  for (let changes = 1; ; changes++) {
    const place = await changeIntensity(use, run, asked);
    const after = before && (await brightness(`after the change of intensity ${changes}`));
    const error = before && after ? Math.hypot(before.relativeError, after.relativeError) : Infinity;
    if (!before || !after || error > maxError) {
      run.operator.log(
        'The images do not tell what the change did: the beam has to cover them before and after it, with some hundred counts and without saturation.',
      );
      return { place };
    }
    const measured = after.mean / before.mean;
    const off = Math.abs(measured / factor - 1);
    run.operator.log(`The images show ${readable(measured, 4)} times the density.`);
    if (off <= enough + 2 * error) return { place, measured, error };
    if (changes === maxChanges) {
      if (off <= maxOff + 2 * error) return { place, measured, error };
      throw notAsAsked(factor, measured);
    }
    asked = factor / measured;
  }
}

const notAsAsked = (factor: number, measured: number): EucentricError =>
  new EucentricError({
    code: 'change-intensity/not-as-asked',
    message: `After ${maxChanges} changes of the intensity the images show ${readable(measured, 4)} times the density instead of ${readable(factor, 4)}.`,
    hint: 'See that the beam is steady and that nothing else in it changes; then measure Beam Intensity again. The intensity is as it was.',
  });
