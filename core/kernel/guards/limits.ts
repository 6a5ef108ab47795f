import { type ImageShiftUnits, type Metres, type Vector, inMicrometres } from '../../base';
import { type CameraTraits, type Exposure, type StageMove, exposureRefusal } from '../../devices';
import { kernelErrors } from '../errors';
import { finite, finitePair } from './checks';
import { stageLegs } from './stage-legs';

/** What speaks against a value, in words: what was asked for, and what is allowed. */
export interface LimitFault {
  readonly asked: string;
  readonly allowed: string;
}

/** The limits that a site sets; a missing one is not checked. */
export interface DeviceLimits {
  readonly magIndexes?: ReadonlySet<number>;
  readonly stage?: {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
    readonly z?: readonly [number, number];
  };
  readonly largestTiltDegrees?: number;
  readonly longestExposureSeconds?: number;
  readonly largestDefocusMicrometres?: number;
  /** Most electrons in a pixel of a detector in one exposure, and how many counts an electron makes in each camera. */
  readonly dose?: {
    readonly electronsPerPixel: number;
    readonly countsPerElectron: (camera: number) => number | undefined;
  };
  /** What speaks against what the column is to hold as image shift at a magnification; undefined when nothing does. */
  readonly imageShift?: (raw: Vector<ImageShiftUnits>, magIndex: number) => Promise<LimitFault | undefined>;
}

/** Throws `limits/out-of-range` for a defocus, in metres, that nobody means. */
export function checkDefocus(value: number, { largestDefocusMicrometres: most = Infinity }: DeviceLimits): void {
  finite('defocus', value);
  const um = inMicrometres(value as Metres);
  if (Math.abs(um) > most) throw kernelErrors.outOfRange('defocus', `${um.toFixed(1)} um`, `-${most} to ${most} um`);
}

const usualTilt = 90;

/** Throws `limits/out-of-range` for a move of the stage that leads too far, on its way to take up backlash too. */
export function checkStageMove(move: StageMove, { stage, largestTiltDegrees = usualTilt }: DeviceLimits): void {
  stageLegs(move, { stageLimits: stage, largestTilt: largestTiltDegrees });
}

/** Throws `limits/out-of-range` for an exposure that a camera of these traits cannot take. */
export function checkExposure(exposure: Exposure, traits: CameraTraits, limits: DeviceLimits): void {
  const refusal = exposureRefusal(exposure, { ...traits, longestExposure: limits.longestExposureSeconds ?? Infinity });
  if (refusal) throw kernelErrors.outOfRange(refusal.what, refusal.asked, refusal.allowed);
}

/** Values in image-shift units that differ by less than this are the same. */
const sameShift = 1e-6;
const maxRemembered = 32;

/** Keeps image shift within its limits, but lets the column be given back what it held by itself. */
export class ImageShiftLimit {
  private readonly held: Vector[] = [];

  constructor(
    private readonly limits: DeviceLimits,
    private readonly magIndex: () => Promise<number>,
  ) {}

  /** Remembers what the column held. */
  remember<Value extends Vector>(value: Value): Value {
    this.held.unshift(value);
    this.held.length = Math.min(this.held.length, maxRemembered);
    return value;
  }

  /** Throws `limits/out-of-range` for an image shift that leads too far. */
  async check(value: Vector<ImageShiftUnits>): Promise<void> {
    finitePair('image shift', value);
    const given = this.held.some(
      (each) => Math.abs(each.x - value.x) <= sameShift && Math.abs(each.y - value.y) <= sameShift,
    );
    if (given || !this.limits.imageShift) return;
    const fault = await this.limits.imageShift(value, await this.magIndex());
    if (fault) throw kernelErrors.outOfRange('image shift', fault.asked, fault.allowed);
  }
}
