import { type ImageShiftUnits, type Vector, inDegrees, inMicrometres } from '../../base';
import type { CameraTraits, Exposure, StageMove } from '../../devices';
import { kernelErrors } from '../errors';

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

/** Throws `limits/out-of-range` for a pair that is not made of numbers. */
export const finitePair =
  (name: string) =>
  (value: Vector): void => {
    if (!Number.isFinite(value.x) || !Number.isFinite(value.y))
      throw kernelErrors.outOfRange(name, `${value.x}, ${value.y}`, 'a number');
  };

/** Throws `limits/out-of-range` for a number outside its limits. */
export const between =
  (name: string, low: number, high: number) =>
  (value: number): void => {
    if (!(value >= low && value <= high)) throw kernelErrors.outOfRange(name, String(value), `${low} to ${high}`);
  };

/** Throws `limits/out-of-range` for what is no number. */
export const anyNumber =
  (name: string) =>
  (value: number): void => {
    if (!Number.isFinite(value)) throw kernelErrors.outOfRange(name, String(value), 'a number');
  };

/** Throws `limits/out-of-range` for a defocus, in metres, that nobody means. */
export const defocusWithin =
  ({ largestDefocusMicrometres: most = Infinity }: DeviceLimits) =>
  (value: number): void => {
    anyNumber('defocus')(value);
    const um = inMicrometres(value as never);
    if (Math.abs(um) > most) throw kernelErrors.outOfRange('defocus', `${um.toFixed(1)} um`, `-${most} to ${most} um`);
  };

/** Throws `limits/out-of-range` for a move of the stage that leads too far, on its way to take up backlash too. */
export function checkStageMove(move: StageMove, limits: DeviceLimits): void {
  const bounds = limits.stage;
  const axis = (name: string, value: number | undefined, range: readonly [number, number] | undefined): void => {
    if (value === undefined) return;
    const um = inMicrometres(value as never);
    if (!Number.isFinite(um)) throw kernelErrors.outOfRange(name, String(value), 'a number');
    if (range && (um < range[0] || um > range[1]))
      throw kernelErrors.outOfRange(name, `${um.toFixed(2)} um`, `${range[0]} to ${range[1]} um`);
  };
  for (const factor of move.backlash ? [0, 1] : [0]) {
    axis('stage X', move.x === undefined ? undefined : move.x + (factor && move.backlash!.x), bounds?.x);
    axis('stage Y', move.y === undefined ? undefined : move.y + (factor && move.backlash!.y), bounds?.y);
  }
  axis('stage Z', move.z, bounds?.z);
  if (move.tilt !== undefined) {
    const tilt = inDegrees(move.tilt);
    const most = limits.largestTiltDegrees ?? 90;
    if (!(Math.abs(tilt) <= most))
      throw kernelErrors.outOfRange('tilt', `${tilt.toFixed(2)} degrees`, `-${most} to ${most} degrees`);
  }
}

/** Throws `limits/out-of-range` for an exposure that a camera of these traits cannot take. */
export function checkExposure(
  { area, binning, exposure, driftSettling }: Exposure,
  traits: CameraTraits,
  limits: DeviceLimits,
): void {
  if (!(exposure > 0)) throw kernelErrors.outOfRange('exposure', `${exposure} s`, 'more than 0 s');
  const longest = limits.longestExposureSeconds;
  if (longest !== undefined && exposure > longest)
    throw kernelErrors.outOfRange('exposure', `${exposure} s`, `at most ${longest} s`);
  if (!(driftSettling >= 0 && driftSettling <= (longest ?? Infinity)))
    throw kernelErrors.outOfRange('drift settling', `${driftSettling} s`, `0 to ${longest ?? Infinity} s`);
  if (!traits.binnings.includes(binning))
    throw kernelErrors.outOfRange('binning', String(binning), `one of ${traits.binnings.join(', ')}`);
  const inside =
    area.left >= 0 &&
    area.top >= 0 &&
    area.right <= traits.width &&
    area.bottom <= traits.height &&
    area.right > area.left &&
    area.bottom > area.top;
  if (!inside)
    throw kernelErrors.outOfRange(
      'image area',
      `${area.left}, ${area.top} to ${area.right}, ${area.bottom}`,
      `0, 0 to ${traits.width}, ${traits.height} pixels`,
    );
}

/** Values in image-shift units that differ by less than this are the same. */
const sameShift = 1e-6;
const mostRemembered = 32;

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
    this.held.length = Math.min(this.held.length, mostRemembered);
    return value;
  }

  /** Throws `limits/out-of-range` for an image shift that leads too far. */
  async check(value: Vector<ImageShiftUnits>): Promise<void> {
    finitePair('image shift')(value);
    const given = this.held.some(
      (each) => Math.abs(each.x - value.x) <= sameShift && Math.abs(each.y - value.y) <= sameShift,
    );
    if (given || !this.limits.imageShift) return;
    const fault = await this.limits.imageShift(value, await this.magIndex());
    if (fault) throw kernelErrors.outOfRange('image shift', fault.asked, fault.allowed);
  }
}
