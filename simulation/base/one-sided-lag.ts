/**
 * The hysteresis of a lens or coil in one number: what it really does lags behind a setting that comes down by up to a width, and is the setting itself
 * once it has been approached from below by as much.
 */
export class OneSidedLag {
  private held = 0;

  constructor(private readonly width: number) {}

  /** The value that the lens still has beyond its setting. */
  get lag(): number {
    return this.held;
  }

  /** Takes note of a change of the setting. */
  move(from: number, to: number): void {
    this.held = Math.min(this.width, Math.max(0, this.held + from - to));
  }

  /** Forgets what was before, as a normalization does. */
  clear(): void {
    this.held = 0;
  }
}
