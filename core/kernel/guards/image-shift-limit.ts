import type { ImageShiftUnits, MagIndex, Vector } from '../../base';
import { kernelErrors } from '../errors';
import type { DeviceLimits } from './limits';

/** Values in image-shift units that differ by less than this are the same. */
const sameShift = 1e-6;
const maxRemembered = 32;

/** Keeps image shift within its limits, but lets the column be given back what it held by itself. */
export class ImageShiftLimit {
  private readonly held: Vector[] = [];

  constructor(
    private readonly limits: DeviceLimits,
    private readonly magIndex: () => Promise<MagIndex>,
  ) {}

  /** Remembers what the column held. */
  remember<Value extends Vector>(value: Value): Value {
    this.held.unshift(value);
    this.held.length = Math.min(this.held.length, maxRemembered);
    return value;
  }

  /** Throws `limits/out-of-range` for an image shift that leads too far. */
  async check(value: Vector<ImageShiftUnits>): Promise<void> {
    const given = this.held.some(
      (each) => Math.abs(each.x - value.x) <= sameShift && Math.abs(each.y - value.y) <= sameShift,
    );
    if (given || !this.limits.imageShift) return;
    const fault = await this.limits.imageShift(value, await this.magIndex());
    if (fault) throw kernelErrors.outOfRange('image shift', fault.asked, fault.allowed);
  }
}
