import type { StageError } from '../../../../core/devices';

/** Steps along one axis of the stage. */
export interface AxisPlan {
  /** Micrometres from one image to the next. */
  readonly step: number;
  /** 3 to 15. */
  readonly images: number;
  /** Positions from the start of the calibration, ascending, in micrometres. */
  readonly positions: readonly number[];
  readonly extent: number;
}

/** Assumed errors of a stage whose vendor says nothing. */
export const usualStageError: StageError = { cycleX: 40, cycleY: 40, backlash: 10, smallestExtent: 0.5 };

/** Upper limit of a step in micrometres, for large fields too. */
const maxStep = 500;
/** Limit of the images on each side of the middle one. */
const maxImagesPerSide = 7;

/**
 * Plans the steps along one axis: half a field each, and over a whole number of half cycles, so that an error of the stage that repeats
 * with the cycle cancels between the first and the last image.
 * @param halfField half of the smaller dimension of the field, in micrometres
 * @param cycle length over which the error of the stage repeats, in micrometres
 * @param largestExtent of the series, in micrometres, as far as one image on each side allows
 */
export function planAxis(halfField: number, cycle: number, largestExtent: number): AxisPlan {
  const half = cycle / 2;
  const limit = largestExtent / 2;
  let step = halfField > limit ? Math.min(maxStep, Math.max(halfField / 5, limit)) : halfField;
  const perSide = Math.min(maxImagesPerSide, Math.max(1, Math.floor(half / step + 0.95)));
  const halfCycles = Math.floor(step / half);
  step = halfCycles > 1 ? halfCycles * half : Math.min(step, half / perSide);
  const images = 2 * perSide + 1;
  return {
    step,
    images,
    positions: Array.from({ length: images }, (_, index) => (index - perSide) * step),
    extent: (images - 1) * step,
  };
}
