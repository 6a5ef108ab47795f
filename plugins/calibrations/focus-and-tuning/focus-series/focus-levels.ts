import type { ExtendedRangePlan, FocusRangePlan } from '../plans/tuning-plans';

/** A level of defocus of a focus calibration, before it is measured. */
export interface PlannedLevel {
  /** Micrometres from the defocus at the start. */
  readonly defocus: number;
  /** Beam tilt to one side, in the unit of the column. */
  readonly tilt: number;
  /** True for a level of the regular range, false for a sparse one beyond it. */
  readonly regular: boolean;
}

/** Largest number of sparse levels on one side. */
const maxSparse = 30;

/** The levels in ascending order: those of the regular range, and the sparse ones on both sides of it where there are any. */
export function focusLevels(
  { range, levels, offset }: Pick<FocusRangePlan, 'range' | 'levels' | 'offset'>,
  tilt: number,
  extended?: ExtendedRangePlan,
): readonly PlannedLevel[] {
  const [first, last] = [offset - range / 2, offset + range / 2];
  const regular = Array.from({ length: levels }, (_, at) => ({
    defocus: first + (range * at) / (levels - 1),
    tilt,
    regular: true,
  }));
  if (!extended) return regular;
  const sparse = (from: number, to: number): readonly number[] => {
    const count = Math.min(maxSparse, Math.max(0, Math.ceil((to - from) / extended.interval)));
    return Array.from({ length: count }, (_, at) => (at * (to - from)) / count);
  };
  const planned = (defocus: number): PlannedLevel => ({ defocus, tilt: tilt * extended.tiltFactor, regular: false });
  return [
    ...sparse(extended.lowest, first).map((step) => planned(extended.lowest + step)),
    ...regular,
    ...sparse(last, extended.highest)
      .map((step) => planned(extended.highest - step))
      .reverse(),
  ];
}
