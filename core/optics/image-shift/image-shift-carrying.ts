import {
  add,
  type CameraIndex,
  type Clock,
  type ImageShiftUnits,
  length,
  type MagIndex,
  seconds,
  service,
  subtract,
  type Vector,
} from '../../base';
import type { Cameras, Scope } from '../../devices';
import type { Optics } from '../optics';
import { convertImageShift } from './convert-image-shift';
import type { ImageShiftRest } from './image-shift-control';

/** The operator's choice about image shift and magnification, for the session. */
export interface ImageShiftAdjustment {
  /** True when the offsets that keep a feature centred between magnifications are applied. */
  betweenMagnifications: boolean;
}
/** The token of that choice. */
export const ImageShiftAdjustment = service<ImageShiftAdjustment>('ImageShiftAdjustment');

/** Carries image shift across the changes of magnification and of camera that the program makes. */
export interface ImageShiftCarrying {
  /** Leaves image shift to the column until what is returned is called; for calibrations of what the column does by itself. */
  suspend(): () => void;
  /** Forgets with which image shift each range of magnification was left; for when the column's own values were set. */
  forget(): void;
}
/** The token of the carrying of image shift. */
export const ImageShiftCarrying = service<ImageShiftCarrying>('ImageShiftCarrying');

/** Dependencies of the carrying of image shift. */
export interface CarryingParts {
  readonly scope: Pick<Scope, 'imageShift' | 'traits'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly optics: Optics;
  readonly settling: ImageShiftRest;
  readonly clock: Clock;
  readonly magIndex: () => Promise<MagIndex>;
  /** The column's image shift at a net image shift of zero. */
  readonly offsetOf: (magIndex: MagIndex) => Promise<Vector<ImageShiftUnits>>;
  readonly adjustment: () => Pick<ImageShiftAdjustment, 'betweenMagnifications'> | undefined;
}

interface Left {
  readonly magIndex: MagIndex;
  readonly raw: Vector<ImageShiftUnits>;
}
interface LeftMode {
  readonly magIndex: MagIndex;
  readonly net: Vector<ImageShiftUnits>;
}

/** Differences below this, in image-shift units, are rounding. */
const roundingError = 1e-9;

/**
 * After a change of magnification the column gets the image shift that it had, with the offsets of the new magnification in place of
 * those of the old one, converted where image shift acts differently there. Between ranges of magnification it is left alone unless the
 * offsets are applied; a column that forgets it gets back, on return, what the range was left with. Between the cameras before and behind
 * an energy filter it is carried only with the offsets, since these tell where the one sees what the other saw.
 */
export class MagnificationCarrying implements ImageShiftCarrying {
  private readonly suspensions = new Set<symbol>();
  private leaving: Left | undefined;
  private leavingMode: LeftMode | undefined;
  private readonly leftWith = new Map<string, Left>();

  constructor(private readonly parts: CarryingParts) {}

  suspend(): () => void {
    const suspension = Symbol('suspension');
    this.suspensions.add(suspension);
    return () => void this.suspensions.delete(suspension);
  }

  forget(): void {
    this.leftWith.clear();
  }

  /** To be called before a change is sent. */
  async willChange(from: MagIndex, to: MagIndex): Promise<void> {
    this.leaving = undefined;
    if (from === to || from <= 0 || to <= 0 || this.suspensions.size > 0) return;
    this.leaving = { magIndex: from, raw: await this.parts.scope.imageShift.read() };
  }

  /** To be called after it. */
  async didChange(from: MagIndex, to: MagIndex): Promise<void> {
    const { leaving } = this;
    this.leaving = undefined;
    if (leaving?.magIndex !== from) return;
    const { traits } = this.parts.scope;
    const [rangeLeft, range] = [this.rangeOf(from), this.rangeOf(to)];
    if (rangeLeft === range || this.parts.adjustment()?.betweenMagnifications === true) return this.impose(leaving, to);
    if (!traits.resetsImageShiftOnMagnificationChange) return;
    this.leftWith.set(rangeLeft, leaving);
    const before = this.leftWith.get(range);
    if (before) await this.impose(before, to);
  }

  /** To be called before another camera is selected and the column set for it. */
  async willSelectCamera(from: CameraIndex, to: CameraIndex): Promise<void> {
    this.leavingMode = undefined;
    const { scope, optics, magIndex, offsetOf, adjustment } = this.parts;
    const [here, there] = [optics.camera(from), optics.camera(to)];
    if (
      here.behindFilter === there.behindFilter ||
      here.stem ||
      there.stem ||
      this.suspensions.size > 0 ||
      adjustment()?.betweenMagnifications !== true
    )
      return;
    const at = await magIndex();
    if (at > 0) this.leavingMode = { magIndex: at, net: subtract(await scope.imageShift.read(), await offsetOf(at)) };
  }

  /** To be called after it. */
  async didSelectCamera(from: CameraIndex, to: CameraIndex): Promise<void> {
    const { leavingMode } = this;
    this.leavingMode = undefined;
    if (!leavingMode) return;
    const { optics, magIndex, offsetOf } = this.parts;
    // The column may have a magnification of its own for each mode.
    const at = await magIndex();
    const net = convertImageShift(
      optics,
      leavingMode.net,
      { magIndex: leavingMode.magIndex, camera: from },
      { magIndex: at, camera: to },
    );
    await this.write(add(net, await offsetOf(at)), at);
  }

  private async impose({ magIndex: from, raw }: Left, to: MagIndex): Promise<void> {
    const { scope, cameras, optics, offsetOf } = this.parts;
    const camera = cameras.selected.traits.index;
    const net = subtract(raw, await offsetOf(from));
    const carried = add(optics.transferImageShift(net, from, to, camera), await offsetOf(to));
    if (length(subtract(carried, raw)) <= roundingError && !scope.traits.resetsImageShiftOnMagnificationChange) return;
    await this.write(carried, to);
  }

  private async write(carried: Vector<ImageShiftUnits>, magIndex: MagIndex): Promise<void> {
    const { scope, cameras, optics, settling, clock } = this.parts;
    const change = subtract(carried, await scope.imageShift.read());
    if (length(change) <= roundingError) return;
    try {
      await scope.imageShift.write(carried, undefined, magIndex);
    } finally {
      settling.imageShiftRestsAt(
        seconds(clock.now() + optics.at({ magIndex, camera: cameras.selected.traits.index }).imageShiftDelay(change)),
      );
    }
  }

  /** Low magnification, and where there is one the secondary range, are ranges of their own. */
  private rangeOf(magIndex: MagIndex): string {
    const { optics, cameras } = this.parts;
    const camera = cameras.selected.traits.index;
    return `${optics.at({ magIndex, camera }).isLowMagnification} ${optics.at({ magIndex, camera }).range.lowest}`;
  }
}
