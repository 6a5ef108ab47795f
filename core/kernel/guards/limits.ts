import type { CameraIndex, ImageShiftUnits, MagIndex, Vector } from '../../base';
import {
  type CameraTraits,
  type Exposure,
  type StageLimits,
  type StageMove,
  type ValueRefusal,
  exposureRefusal,
} from '../../devices';
import { kernelErrors } from '../errors';
import { limitsOf, stageLegs } from './stage-legs';

/** The limits that a site sets; a missing one is not checked. */
export interface DeviceLimits {
  readonly magIndexes?: ReadonlySet<MagIndex>;
  readonly stage?: {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
    readonly z?: readonly [number, number];
  };
  readonly largestTiltDegrees?: number;
  readonly longestExposureSeconds?: number;
  /** Most electrons in a pixel of a detector in one exposure, and how many counts an electron makes in each camera. */
  readonly dose?: {
    readonly electronsPerPixel: number;
    readonly countsPerElectron: (camera: CameraIndex) => number | undefined;
  };
  /** The refusal of an image shift for the column at a magnification; undefined for one that it may have. */
  readonly imageShift?: (raw: Vector<ImageShiftUnits>, magIndex: MagIndex) => Promise<ValueRefusal | undefined>;
}

const usualTilt = 90;

/** The limits of a site for the stage by axis. */
export const stageLimits = ({ stage, largestTiltDegrees = usualTilt }: DeviceLimits): StageLimits =>
  limitsOf({ stageLimits: stage, largestTilt: largestTiltDegrees });

/** Throws `limits/out-of-range` for a move of the stage that leads too far, on its way to take up backlash too. */
export function checkStageMove(move: StageMove, { stage, largestTiltDegrees = usualTilt }: DeviceLimits): void {
  stageLegs(move, { stageLimits: stage, largestTilt: largestTiltDegrees });
}

/** Throws `limits/out-of-range` for an exposure that a camera of these traits cannot take. */
export function checkExposure(exposure: Exposure, traits: CameraTraits, limits: DeviceLimits): void {
  const refusal = exposureRefusal(exposure, {
    shutters: ['beam'],
    ...traits,
    longestExposure: limits.longestExposureSeconds ?? Infinity,
  });
  if (refusal) throw kernelErrors.outOfRange(refusal.what, refusal.asked, refusal.allowed);
}
