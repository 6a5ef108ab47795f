import { type MagIndex, readable } from '../../../../core/base';

/** Place of the zero-loss peak at one magnification, at a time. */
export interface MeasuredShift {
  readonly magIndex: MagIndex;
  readonly energy: number;
  readonly standardError: number;
  /** Seconds. */
  readonly time: number;
}

/** Shift of the zero-loss peak at a magnification, without drift. */
export interface MagShift {
  readonly magIndex: MagIndex;
  readonly shift: number;
  readonly standardError: number;
}

/** Shifts of all magnifications of a run, with the drift that was taken out of them. */
export interface DriftFree {
  readonly shifts: readonly MagShift[];
  /** Electronvolts in a minute and its standard error; undefined where no magnification was measured twice. */
  readonly drift: { readonly perMinute: number; readonly standardError: number } | undefined;
  /** Drift over the whole run, in electronvolts. */
  readonly drifted: number;
  /** Root mean square of what a steady drift does not explain of the repeated measurements. */
  readonly unexplained: number;
  /** Number of magnifications that were measured twice. */
  readonly repeated: number;
}

/** Share of the drift that is taken to be uneven where it was measured at the ends alone. */
const uneven = 0.2;

/**
 * Takes a steady drift of the peak out of measurements of which some magnifications have two. Every shift is that at the time of the first
 * measurement.
 */
export function withoutDrift(measured: readonly MeasuredShift[]): DriftFree {
  const start = measured[0]!.time;
  const groups = new Map<MagIndex, readonly MeasuredShift[]>();
  for (const each of measured) groups.set(each.magIndex, [...(groups.get(each.magIndex) ?? []), each]);
  const pairs = [...groups.values()].flatMap((group) => {
    const [one, other] = [group[0]!, group.at(-1)!];
    const time = other.time - one.time;
    return group.length > 1 && time > 0
      ? [{ time, change: other.energy - one.energy, error: Math.hypot(one.standardError, other.standardError) }]
      : [];
  });
  const weight = pairs.reduce((sum, { time, error }) => sum + (time / error) ** 2, 0);
  const rate =
    weight > 0 ? pairs.reduce((sum, { time, change, error }) => sum + (time * change) / error ** 2, 0) / weight : 0;
  const rest = pairs.map(({ time, change }) => change - rate * time);
  const unexplained =
    pairs.length > 1 ? Math.sqrt(rest.reduce((sum, each) => sum + each ** 2, 0) / (pairs.length - 1)) : 0;
  const rateError = weight > 0 ? 1 / Math.sqrt(weight) : 0;
  const span = Math.max(...measured.map(({ time }) => time)) - start;
  const shifts = [...groups].map(([magIndex, group]): MagShift => {
    const times = group.map(({ time }) => time - start);
    const time = mean(times);
    // A magnification that was measured early and late knows its mean place whether the drift was even or not.
    const between =
      group.length > 1 ? unexplained / 2 : Math.max(unexplained, uneven * Math.abs(rate) * Math.min(time, span - time));
    const noise = Math.hypot(...group.map((each) => each.standardError)) / group.length;
    return {
      magIndex,
      shift: mean(group.map(({ energy }) => energy)) - rate * time,
      standardError: Math.hypot(noise, between, rateError * time),
    };
  });
  return {
    shifts: shifts.sort((one, other) => one.magIndex - other.magIndex),
    drift: weight > 0 ? { perMinute: 60 * rate, standardError: 60 * rateError } : undefined,
    drifted: rate * span,
    unexplained,
    repeated: pairs.length,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

/** A stored shift as it will be: measured, adjusted by the change of a neighbour, or left alone. */
export interface NewShift {
  readonly magIndex: MagIndex;
  readonly shift: number;
  readonly before?: number;
  readonly standardError?: number;
  /** Mag index of the neighbour by whose change it was adjusted. */
  readonly by?: MagIndex;
}

/**
 * The shifts to be stored: those that were measured, and of the others those that had one, changed as much as the nearest measured
 * magnification that had one itself; the lower one where two are as near.
 */
export function adjustedShifts(
  measured: readonly MagShift[],
  stored: ReadonlyMap<MagIndex, number>,
): { readonly shifts: readonly NewShift[]; readonly left: readonly MagIndex[] } {
  const withBefore = ({ magIndex, shift, standardError }: MagShift): NewShift => {
    const before = stored.get(magIndex);
    return { magIndex, shift, standardError, ...(before !== undefined && { before }) };
  };
  const fresh = measured.map(withBefore);
  const anchors = fresh.filter(({ before }) => before !== undefined);
  const others = [...stored].filter(([magIndex]) => !fresh.some((each) => each.magIndex === magIndex));
  const left: MagIndex[] = [];
  const adjusted = others.flatMap(([magIndex, before]): NewShift[] => {
    const nearest = [...anchors].sort(
      (one, other) =>
        Math.abs(one.magIndex - magIndex) - Math.abs(other.magIndex - magIndex) || one.magIndex - other.magIndex,
    )[0];
    if (!nearest) {
      left.push(magIndex);
      return [];
    }
    return [{ magIndex, before, shift: before + nearest.shift - nearest.before!, by: nearest.magIndex }];
  });
  return { shifts: [...fresh, ...adjusted].sort((one, other) => one.magIndex - other.magIndex), left };
}

/** A new shift in a line of the log. */
export const shiftInWords = ({ magIndex, shift, before, by }: NewShift, magnification: number): string =>
  `${magnification}x (mag index ${magIndex}): ${readable(shift, 1)} eV` +
  (before === undefined ? ', none before' : `, was ${readable(before, 1)}, change ${readable(shift - before, 1)}`) +
  (by === undefined ? '' : ` (adjusted by mag index ${by})`);
