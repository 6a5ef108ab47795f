import type { MagIndex, Seconds } from '../../../../core/base';
import type { Illumination, Scope } from '../../../../core/devices';
import { type BeamCalibrations, type BeamPlace, approachIntensity } from '../../../../core/illumination';
import type { Run } from '../../../../core/kernel';
import { type IntensityRules, minUsefulCounts } from './camera-rules';
import type { Density, DensityShots, MagnificationSteps } from './density-shots';
import { intensityErrors } from './intensity-errors';

/** A point of a table, in the order in which it was measured. */
export interface TablePoint {
  readonly density: number;
  readonly intensity: number;
  readonly tries: number;
  /** As a share of the density. */
  readonly error: number;
}

/** A table as it was measured, from its brightest point. */
export interface MeasuredTable {
  readonly points: readonly TablePoint[];
  /** True when the intensity came to the end of its range, beyond which nothing may be extrapolated. */
  readonly closed: boolean;
  /** Change of the beam current over the series in percent, with its standard error. */
  readonly gunDrift: number;
  readonly driftError: number;
  /** Share by which the shape of the beam may have changed the density from the first point to the last. */
  readonly shapeError: number;
}

/** Conditions of a series. */
export interface SeriesParts {
  readonly shots: DensityShots;
  readonly steps: MagnificationSteps;
  readonly rules: IntensityRules;
  readonly illumination: Pick<Illumination, 'intensity'>;
  readonly beam: Pick<BeamCalibrations, 'crossover'>;
  readonly place: BeamPlace;
  readonly scope: Pick<Scope, 'magIndex'>;
  readonly first: Density;
  /** Share by which the mean of the first image exceeds the middle of the beam, as far as it stands out from the noise. */
  readonly hollow: number;
  readonly start: number;
  readonly crossover: number | undefined;
  /** Share of the first density at which the series ends. */
  readonly needed: number;
  readonly changeDelay: Seconds;
  readonly backTo: MagIndex;
}

/** Logarithm of the ratio of two points over the one that was aimed at, within which a point is taken. */
const accepted = { low: 0.72, high: 1.3 };
const maxTries = 11;
const maxFailures = 5;
/** Limits of the factor by which a step grows or shrinks. */
const growth = { low: 0.3, high: 3 };
/** Range of intensity that a series stays in. */
const range = { low: 0.01, high: 0.99 };
/** Fold below which a table cannot be used. */
const minFold = 1.5;
/** Points that a series ends at in any case. */
const maxPoints = 150;
/** Seconds that a lens needs on the way back to an earlier intensity. */
const wayBack = 0.25;
/** Share of the least counts below which an image shows the level of the camera more than the beam. */
const minShareOfCounts = 0.5;
/** Counts by which the level of a camera without light differs from 0, as a standard deviation of what is known of it: up to one. */
const levelError = 0.5;

/** Measures points away from crossover, each dimmer than the one before by the same factor. */
export async function measureTable(run: Run, parts: SeriesParts): Promise<MeasuredTable> {
  const { shots, steps, rules, illumination, place, first, start, crossover, needed, changeDelay } = parts;
  const target = Math.log(rules.spacing);
  const points: TablePoint[] = [{ density: first.density, intensity: start, tries: 1, error: first.error }];
  const away = crossover !== undefined && start < crossover ? -1 : 1;
  // With a known crossover the density falls with the square of the distance from it.
  const byLaw = (from: number): number =>
    crossover === undefined ? away * rules.increment : (from - crossover) * (Math.exp(target / 2) - 1);
  let increment = byLaw(start);
  let last = first;
  let [failures, closed] = [0, false];
  await shots.adapt(first, steps);
  while (points.length < maxPoints) {
    const from = points.at(-1)!;
    const next = await nextPoint();
    if (!next) {
      closed = true;
      break;
    }
    points.push(next.point);
    last = next.shot;
    run.operator.progress({
      done: Math.round(100 * Math.min(1, Math.log(next.point.density / first.density) / Math.log(needed))),
      total: 100,
      text: `${points.length} points, ${shots.conditions}`,
    });
    if (next.point.density / first.density < needed) break;
    const changed = await shots.adapt(last, steps);
    if (!changed && last.counts < Math.max(minUsefulCounts, minShareOfCounts * rules.minCounts)) break;

    /** Looks for the intensity of the next point; undefined where the range of intensity ends. */
    async function nextPoint(): Promise<{ readonly point: TablePoint; readonly shot: Density } | undefined> {
      let before: number | undefined;
      for (let tries = 1; tries <= maxTries; tries++) {
        const wished = from.intensity + increment;
        // A lens that comes from the other side has another hysteresis.
        const goesBack = before !== undefined && Math.abs(increment) < Math.abs(before);
        const held = await set(wished, goesBack ? from.intensity : undefined);
        if (held === undefined) return undefined;
        const shot = await shots.take(`point ${points.length + 1}`);
        const ratio = Math.log(from.density / shot.density) / target;
        if (points.length === 1 && ratio < -0.2) throw intensityErrors.increased();
        const wanted = ratio > 0 ? Math.min(growth.high, Math.max(growth.low, 1 / ratio)) : growth.high;
        const isIn = ratio >= accepted.low && ratio <= accepted.high;
        if (isIn || tries === maxTries) {
          if (!isIn && ++failures >= maxFailures) throw intensityErrors.noInterval();
          increment = crossover === undefined ? increment * wanted : byLaw(held) * lawGrowth(from, held, ratio);
          const { density, error: ownError } = await shots.averaged(shot);
          const error = Math.hypot(ownError, shots.matchingError, levelError / shot.counts);
          return { point: { density, intensity: held, tries, error }, shot };
        }
        before = increment;
        increment *= wanted;
      }
      return undefined;
    }
  }
  const fold = first.density / Math.min(...points.map(({ density }) => density));
  if (fold < minFold) throw intensityErrors.tooSmall(fold);
  const drift = await driftOf(run, parts);
  // Within each magnification the beam spreads over the image, and what it changes is matched into the next one, so it adds up with the logarithm.
  const shapeOf = ({ density }: TablePoint): number => parts.hollow * Math.log(first.density / density);
  const unsteady = Math.max(0, Math.abs(drift.gunDrift) - 2 * drift.driftError) / 100;
  const honest = points.map((point, at) => ({
    ...point,
    error: at === 0 ? point.error : Math.hypot(point.error, shapeOf(point), unsteady),
  }));
  return { points: honest, closed, ...drift, shapeError: Math.max(...points.map(shapeOf)) };

  /** Effect of the last step over that by the law: the lens need not follow the law. */
  function lawGrowth(from: TablePoint, held: number, ratio: number): number {
    if (crossover === undefined || !(ratio > 0)) return 1;
    const expected = (2 * Math.log((held - crossover) / (from.intensity - crossover))) / target;
    return Math.min(growth.high, Math.max(growth.low, expected / ratio));
  }

  /** Sets an intensity; undefined where the range ends, or where the column does not follow. */
  async function set(wished: number, firstTo: number | undefined): Promise<number | undefined> {
    if (!(wished > range.low && wished < range.high)) return undefined;
    if (firstTo !== undefined) {
      await approachIntensity(run, parts, { ...place, intensity: firstTo });
      await run.clock.delay(Math.max(changeDelay, 4 * wayBack) as Seconds, run.signal);
    }
    await illumination.intensity.write(wished, run.signal);
    await run.clock.delay(changeDelay, run.signal);
    const held = await illumination.intensity.read(run.signal);
    return Math.abs(held - wished) > Math.abs(increment) / 2 ? undefined : held;
  }
}

/** The change of the beam current, by an image under the conditions of the start. */
async function driftOf(run: Run, parts: SeriesParts): Promise<Pick<MeasuredTable, 'gunDrift' | 'driftError'>> {
  const { shots, place, scope, backTo, start, first, changeDelay } = parts;
  await scope.magIndex.write(backTo, run.signal);
  await approachIntensity(run, parts, { ...place, intensity: start });
  await run.clock.delay(changeDelay, run.signal);
  const again = await shots.takeAsFirst('brightest point again');
  return {
    gunDrift: 100 * (again.density / first.density - 1),
    driftError: 100 * Math.hypot(again.error, first.error, maxLoop),
  };
}

/** Share by which the density may differ after the way back, although the lens comes from the same side again. */
const maxLoop = 0.0005;
