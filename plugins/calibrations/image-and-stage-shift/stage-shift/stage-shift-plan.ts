import { readable } from '../../../../core/base';
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
  /** True when the field is so wide that three images cover the extent. */
  readonly wide: boolean;
}

/** Assumed errors of a stage whose vendor says nothing. */
export const usualStageError: StageError = { cycleX: 40, cycleY: 40, backlash: 10, smallestExtent: 0.5 };

/** The cycle lengths of X and Y as people read them. */
export const cyclesInWords = ({ cycleX, cycleY }: Pick<StageError, 'cycleX' | 'cycleY'>): string =>
  `${readable(cycleX, 1)} and ${readable(cycleY, 1)} um`;

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
    wide: images === 3,
  };
}

/** Smallest number of steps that show the length, size and phase of a cycle. */
const minSteps = 8;
/** Smallest step as a share of the field. A pattern of the camera looks like a specimen that has moved less. */
const minStepShare = 1 / 8;

/**
 * The same extent with more images, so that the steps show the cycle of the stage: its length is measured and not taken from the
 * properties.
 * @param halfField half of the smaller dimension of the field, in micrometres
 */
export function withSteps(plan: AxisPlan, halfField: number): AxisPlan {
  const most = Math.floor(plan.extent / (2 * halfField * minStepShare) + 1e-9);
  // An even number, so that the middle one is the start.
  const steps = Math.max(plan.images - 1, Math.min(minSteps, most - (most % 2)));
  const step = plan.extent / steps;
  return {
    ...plan,
    step,
    images: steps + 1,
    positions: Array.from({ length: steps + 1 }, (_, index) => (index - steps / 2) * step),
  };
}

/** Extent in micrometres over which the longest cycle of a stage is distinct from an even movement. */
const longestExtent = 90;
/** Limit of the images that a series is continued by. */
const maxMoreImages = 12;

/** Further positions of an axis whose steps did not show the cycle, in the same direction. */
export function furtherPositions({ step, extent, positions }: AxisPlan, largestExtent: number): readonly number[] {
  const more = Math.floor((Math.min(longestExtent, largestExtent) - extent) / step + 1e-9);
  return Array.from(
    { length: Math.max(0, Math.min(maxMoreImages, more)) },
    (_, index) => positions.at(-1)! + (index + 1) * step,
  );
}
