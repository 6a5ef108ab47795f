import { type Clock, seconds } from '../base';
import type { Illumination } from '../devices';
import type { BeamCalibrations } from './beam-calibrations';
import type { BeamPlace } from './place';

/** Dependencies of an approach to an intensity. */
export interface ApproachSources {
  readonly illumination: Pick<Illumination, 'intensity'>;
  readonly beam: Pick<BeamCalibrations, 'crossover'>;
}

/** The intensity by which a lens is brought too near to crossover first: some times the loop of its hysteresis. */
const overshoot = 0.001;
/** Share of the distance from crossover that is taken for it at most, so that the beam stays on its side. */
const maxShare = 0.2;
/** Seconds in which the lens comes to rest there. */
const settling = seconds(0.3);

/**
 * Sets an intensity, coming from crossover, as Beam Intensity comes to every point of its tables: a condenser lens lags, so that the same
 * intensity makes another beam from the other side. No image is taken while the beam is brighter on the way.
 */
export async function approachIntensity(
  run: { readonly clock: Clock; readonly signal: AbortSignal },
  { illumination: { intensity }, beam }: ApproachSources,
  place: BeamPlace,
): Promise<void> {
  const crossover = beam.crossover(place);
  const distance = crossover === undefined ? Infinity : place.intensity - crossover;
  const before = place.intensity - Math.sign(distance) * Math.min(overshoot, maxShare * Math.abs(distance));
  if (before > 0 && before < 1 && before !== place.intensity) {
    await intensity.write(before, run.signal);
    await run.clock.delay(settling, run.signal);
  }
  await intensity.write(place.intensity, run.signal);
}
