import type { ImageShiftUnits, MagIndex, Vector } from '../../base';
import { kernelErrors } from '../errors';
import type { DeviceLimits } from './limits';

/** Values in image-shift units that differ by less than this are the same. */
const sameShift = 1e-6;
const maxRemembered = 10_000;
const keyOf = ({ x, y }: Vector): string => `${Math.round(x / sameShift)} ${Math.round(y / sameShift)}`;

/** The one judge of image shift: keeps it within its limits, but lets the column have back what it held by itself. */
export class ImageShiftLimit {
  private readonly held = new Set<string>();

  constructor(
    private readonly limits: DeviceLimits,
    private readonly magIndex: () => Promise<MagIndex>,
  ) {}

  /** Remembers what the column held. */
  remember<Value extends Vector>(value: Value): Value {
    const key = keyOf(value);
    this.held.delete(key);
    this.held.add(key);
    if (this.held.size > maxRemembered) this.held.delete(this.held.values().next().value!);
    return value;
  }

  /** Throws `limits/out-of-range` for an image shift that leads too far. */
  async check(value: Vector<ImageShiftUnits>, magIndex?: MagIndex): Promise<void> {
    if (!this.limits.imageShift || this.wasHeld(value)) return;
    const refusal = await this.limits.imageShift(value, magIndex ?? (await this.magIndex()));
    if (refusal) throw kernelErrors.outOfRange('image shift', refusal.asked, refusal.allowed);
  }

  /** True for a value that the column held, but for rounding, which may fall into the next cell. */
  private wasHeld({ x, y }: Vector): boolean {
    const near = [-0.5, 0, 0.5].map((part) => part * sameShift);
    return near.some((dx) => near.some((dy) => this.held.has(keyOf({ x: x + dx, y: y + dy }))));
  }
}
