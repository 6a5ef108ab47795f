import { EucentricError, readable } from '../../../../core/base';
import type { Run, Uses } from '../../../../core/kernel';
import { approach, type intensityNeeds, intensityValues, keepInArea, shownIntensity } from './intensity-change';

type IntensityUse = Uses<typeof intensityNeeds>;

/** The number of a script command or of an answer. Throws for one that is none. */
export function numberOf(given: string): number {
  const value = Number(given);
  if (given.trim() !== '' && Number.isFinite(value)) return value;
  throw new EucentricError({
    code: 'set-intensity/not-a-number',
    message: `"${given}" is not a number.`,
    hint: 'Give the intensity as it is displayed. It is as it was.',
  });
}

/** Sets the intensity to the one that is displayed as a value, or to a change of it; it comes from crossover, as the tables were measured. */
export async function setDisplayed(use: IntensityUse, run: Omit<Run, 'accept'>, wish: (present: number) => number) {
  const { beam, control } = use;
  const start = await control.place(run.signal);
  const shown = beam.scale.shown(start);
  const wished = wish(shown.value);
  const intensity = beam.scale.fromShown(wished, start);
  if (!(intensity > 0 && intensity < 1)) throw outOfRange(`${readable(wished, 2)} ${shown.unit}`, start.probe);
  const place = await approach(use, run, { ...start, intensity });
  const [before, after] = [shownIntensity(use, start), shownIntensity(use, place)];
  const crossed = beam.side(start) !== beam.side(place);
  const summary = `Intensity changed from ${before} to ${after}${crossed ? ', to the other side of crossover' : ''}.`;
  run.operator.log(summary);
  await keepInArea(use, run);
  return { summary, values: intensityValues(use, start.intensity, place) };
}

const outOfRange = (wished: string, probe: string): EucentricError =>
  new EucentricError({
    code: 'set-intensity/out-of-range',
    message: `The intensity was not changed: the condenser does not reach ${wished} at this spot size in ${probe}probe.`,
    hint: 'Give an intensity as the column displays it. With Set C2 Factor and Illuminated Area Limits both are the same.',
  });
