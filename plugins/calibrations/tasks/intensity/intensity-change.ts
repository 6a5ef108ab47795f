import { EucentricError, optional, readable } from '../../../../core/base';
import { Illumination, readBack } from '../../../../core/devices';
import {
  BeamCalibrations,
  BeamControl,
  type BeamPlace,
  type IntensityChange,
  approachIntensity,
  requireFactor,
} from '../../../../core/illumination';
import { type Forecast, LowDose, type Run, type Uses, value } from '../../../../core/kernel';
import { Settings } from '../../../../core/settings';

/** Dependencies of the tasks that change the intensity by its tables. */
export const intensityNeeds = {
  illumination: Illumination,
  beam: BeamCalibrations,
  control: BeamControl,
  settings: Settings,
  lowDose: optional(LowDose),
};
/** The things provided to a task that changes the intensity. */
type IntensityUse = Uses<typeof intensityNeeds>;

/** The values that every task reports that changes the intensity. */
export const intensityResults = {
  before: value.quantity('Intensity before, 0 to 1.', { decimals: 5 }),
  intensity: value.quantity('Intensity afterwards, 0 to 1.', { decimals: 5 }),
  spot: value.quantity('Spot size.'),
  probe: value.text('Probe mode: micro or nano.'),
  side: value.text('Side of crossover: above or below.'),
};

/** The forecast of a task that changes the intensity and takes no image. */
export const intensityForecast =
  (how: string) =>
  ({ illumination }: Pick<IntensityUse, 'illumination'>): Forecast => ({
    images: 0,
    exposure: 0,
    duration: { least: 0, most: 10 },
    moves: [{ setting: illumination.intensity, how }],
  });

/** Rounding of the intensity that a column reads back, where it tells no step. */
const readingTolerance = 1e-6;

/** Changes the density of the beam by a factor. Throws, with nothing moved, where the tables of the present place do not reach as far. */
export async function changeIntensity(use: IntensityUse, run: IntensityRun, factor: number): Promise<BeamPlace> {
  const { beam, control } = use;
  const place = await control.place(run.signal);
  requireFactor(factor);
  requireEffect(use, place);
  const wanted = beam.intensityFor(place, factor);
  if (wanted.outcome !== 'reached') throw notReached(use, place, { factor, wanted });
  return approach(use, run, { ...place, intensity: wanted.intensity });
}

/** A run as far as a change of the intensity needs it. */
export type IntensityRun = Pick<Run, 'signal' | 'clock'>;

/** Sets an intensity from the side from which its tables were measured; returns what the column holds. */
export async function approach(use: IntensityUse, run: IntensityRun, place: BeamPlace): Promise<BeamPlace> {
  await approachIntensity(run, use, place);
  const { signal } = run;
  const tolerance = readingTolerance;
  return { ...place, intensity: await readBack(use.illumination.intensity, place.intensity, { signal, tolerance }) };
}

/**
 * Keeps the intensity in the area of Low Dose in which the column is, because it would else be lost with the next change of area. A task
 * does it last.
 */
export async function keepInArea({ lowDose, illumination }: IntensityUse, run: Omit<Run, 'accept'>): Promise<void> {
  const area = lowDose?.on ? lowDose.area : undefined;
  if (!lowDose || area === undefined) return;
  const { intensity: before } = lowDose.areas[area];
  const intensity = await illumination.intensity.read(run.signal);
  if (before === intensity) return;
  run.restoreLater('the area of Low Dose', (signal) =>
    run.signal.aborted && before !== undefined ? lowDose.change(area, { intensity: before }, signal) : undefined,
  );
  await lowDose.change(area, { intensity }, run.signal);
  run.operator.log(`The area ${area} of Low Dose has this intensity from now on.`);
}

/** The values that a task reports of its change. */
export const intensityValues = ({ beam }: IntensityUse, before: number, place: BeamPlace) => ({
  before,
  intensity: place.intensity,
  spot: place.spot,
  probe: place.probe,
  side: beam.side(place),
});

/** An intensity as people read it, with its unit. */
export function shownIntensity({ beam }: IntensityUse, place: BeamPlace): string {
  const { value: shown, unit } = beam.scale.shown(place);
  return `${readable(shown, 2)} ${unit}`;
}

function requireEffect({ settings }: IntensityUse, { probe }: BeamPlace): void {
  if (probe === 'nano' && settings.get('ConstantBrightnessInNano'))
    throw new EucentricError({
      code: 'change-intensity/constant-brightness',
      message: 'In nanoprobe this column keeps the brightness of the beam, whatever its intensity is.',
      hint: 'Change the spot size, or go to microprobe. The intensity is as it was.',
    });
}

interface Wish {
  readonly factor: number;
  readonly wanted: IntensityChange;
}

function notReached(use: IntensityUse, place: BeamPlace, { factor, wanted }: Wish): EucentricError {
  const where = `spot size ${place.spot} in ${place.probe}probe ${use.beam.side(place)} crossover`;
  const here = shownIntensity(use, place);
  switch (wanted.outcome) {
    case 'limited':
      return new EucentricError({
        code: 'change-intensity/beyond-tables',
        message: `The intensity was not changed: the beam would have to change by a factor of ${readable(factor)}. From ${here} the tables for ${where} reach a factor of ${readable(factor / wanted.remainingFactor)}, at ${shownIntensity(use, { ...place, intensity: wanted.intensity })}.`,
        hint: 'Choose another spot size and start again, or run Beam Intensity over a larger range.',
      });
    case 'start out of range':
      return new EucentricError({
        code: 'change-intensity/outside-tables',
        message: `The intensity was not changed: ${here} lies outside of the tables for ${where}.`,
        hint: 'Bring the intensity into the calibrated range (List Calibrations of Beam & Spot tells it), or run Beam Intensity here.',
      });
    default:
      return new EucentricError({
        code: 'change-intensity/no-table',
        message: `The intensity was not changed: there is no table of beam intensity for ${where}.`,
        hint: 'Run Beam Crossover and Beam Intensity at this spot size, in this probe mode and on this side of crossover.',
      });
  }
}
