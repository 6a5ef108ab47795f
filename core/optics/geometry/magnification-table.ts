import { type MagIndex, magIndex } from '../../base';
import type { CameraKind, MagnificationRow, OpticsProperties, OpticsTraits } from '../properties';

/** The highest mag index that there can be. */
export const highestMagIndex = 119;

/** A range of mag indexes, both ends included. */
export interface MagRange {
  readonly lowest: number;
  readonly highest: number;
}

type TableProperties = Omit<OpticsProperties, 'cameras' | 'globalExtraRotation'>;

/** Largest distance of a requested magnification from the nearest one, as a fraction of the spacing there. */
const nearness = 0.35;

/** The magnifications of an instrument, the ranges they form, and where image shift ceases to be comparable. */
export class MagnificationTable {
  private readonly rows: ReadonlyMap<MagIndex, MagnificationRow>;
  private readonly stem: ReadonlyMap<MagIndex, number>;
  private readonly regularBoundaries: readonly number[];
  private readonly eftemBoundaries: readonly number[];
  private readonly stemBoundaries: readonly number[];

  constructor(
    private readonly properties: TableProperties,
    traits: Pick<OpticsTraits, 'usesProjectorForImageShift' | 'secondaryMagnificationsDiffer'>,
  ) {
    this.rows = new Map(properties.magnifications.map((row) => [row.index, row]));
    this.stem = new Map(properties.stemMagnifications.map((row) => [row.index, row.magnification]));
    const { lowestSecondary, otherShiftBoundaries } = properties;
    const secondary =
      lowestSecondary <= 0
        ? []
        : traits.secondaryMagnificationsDiffer
          ? numbersFrom(lowestSecondary)
          : [lowestSecondary];
    const shared = traits.usesProjectorForImageShift ? numbersFrom(1) : [...otherShiftBoundaries, ...secondary];
    this.regularBoundaries = sorted([properties.lowestRegular, ...shared]);
    this.eftemBoundaries = sorted([properties.lowestRegularEftem, ...shared]);
    this.stemBoundaries = sorted(properties.lowestRegularStem);
  }

  /** The magnification that a camera has at an index; 0 when the index is not in use. */
  magnificationFor(camera: CameraKind, index: MagIndex): number {
    if (camera.stem) return this.stem.get(index) ?? 0;
    const row = this.rows.get(index);
    return (camera.behindFilter ? row?.eftem : row?.film) ?? 0;
  }

  /** The image rotation that the column reports at an index, in degrees. */
  reportedRotation(camera: CameraKind, index: MagIndex): number {
    const row = this.rows.get(index);
    return (camera.behindFilter ? row?.eftemRotation : row?.rotation) ?? 0;
  }

  /** The used mag indexes, ascending. */
  indexes(camera: CameraKind): readonly MagIndex[] {
    const all = camera.stem ? this.stem.keys() : this.rows.keys();
    return [...all].filter((index) => this.magnificationFor(camera, index) > 0).sort((a, b) => a - b);
  }

  /** True for an index of low magnification. */
  isLowMagnification(camera: CameraKind, index: MagIndex): boolean {
    const { lowestRegular, lowestRegularEftem, lowestRegularStem, lowestMicroStem } = this.properties;
    if (camera.stem)
      return index < (lowestMicroStem > 1 && index >= lowestMicroStem ? lowestRegularStem[1] : lowestRegularStem[0]);
    return index < (camera.behindFilter ? lowestRegularEftem : lowestRegular);
  }

  /** The range that searches starting at an index stay in. */
  rangeOf(camera: CameraKind, index: MagIndex): MagRange {
    const split = camera.stem ? this.properties.lowestMicroStem : this.properties.lowestSecondary;
    if (split <= 1) return { lowest: 1, highest: highestMagIndex };
    return index < split ? { lowest: 1, highest: split - 1 } : { lowest: split, highest: highestMagIndex };
  }

  /** The indices at which image shift is not comparable with the next lower one, ascending. */
  shiftBoundaries(camera: CameraKind): readonly number[] {
    if (camera.stem) return this.stemBoundaries;
    return camera.behindFilter ? this.eftemBoundaries : this.regularBoundaries;
  }

  /** True when the same image-shift values move the specimen equally far at two magnifications of one camera. */
  canTransferImageShift(first: number, second: number, camera: CameraKind): boolean {
    const [low, high] = first < second ? [first, second] : [second, first];
    return !this.shiftBoundaries(camera).some((boundary) => low < boundary && boundary <= high);
  }

  /** The same for two cameras, of which one may stand behind the filter; their boundaries must both allow it, and low magnification must not meet regular. */
  canTransferBetween(first: MagIndex, firstCamera: CameraKind, second: MagIndex, secondCamera: CameraKind): boolean {
    if (firstCamera.stem !== secondCamera.stem) return false;
    if (!this.canTransferImageShift(first, second, firstCamera)) return false;
    if (firstCamera.behindFilter === secondCamera.behindFilter) return true;
    return (
      this.canTransferImageShift(first, second, secondCamera) &&
      this.isLowMagnification(firstCamera, first) === this.isLowMagnification(secondCamera, second)
    );
  }

  /** The other indices of the range of an index, nearest first, of two equally near ones the lower first. */
  nearest(camera: CameraKind, index: MagIndex, range: MagRange = this.rangeOf(camera, index)): readonly MagIndex[] {
    const found: MagIndex[] = [];
    for (let distance = 1; distance <= highestMagIndex; distance++) {
      for (const other of [index - distance, index + distance])
        if (other >= range.lowest && other <= range.highest) found.push(magIndex(other));
    }
    return found;
  }

  /**
   * The index whose magnification is the one asked for, within 0.35 of the spacing to its neighbour on that side; `undefined` when
   * there is none. The search runs from high to low, so of two equal magnifications the one in low magnification loses.
   */
  find(
    magnification: number,
    camera: CameraKind,
    range: MagRange = { lowest: 1, highest: highestMagIndex },
  ): MagIndex | undefined {
    const candidates = this.indexes(camera)
      .filter((index) => index >= range.lowest && index <= range.highest)
      .reverse();
    let best: MagIndex | undefined;
    const away = (index: MagIndex): number => Math.abs(this.magnificationFor(camera, index) - magnification);
    for (const index of candidates) if (best === undefined || away(index) < away(best)) best = index;
    if (best === undefined) return undefined;
    const nearestValue = this.magnificationFor(camera, best);
    const others = candidates
      .map((index) => this.magnificationFor(camera, index))
      .filter((value) => value !== nearestValue);
    const onThatSide = others.filter((value) => value > nearestValue === magnification > nearestValue);
    const spacing = Math.min(
      ...(onThatSide.length > 0 ? onThatSide : others).map((value) => Math.abs(value - nearestValue)),
    );
    // A table of a single magnification has no spacing to go by; then only the magnification itself is meant.
    const tolerance = Number.isFinite(spacing) ? nearness * spacing : 0;
    return away(best) <= tolerance ? best : undefined;
  }
}

const numbersFrom = (first: number): readonly number[] =>
  Array.from({ length: highestMagIndex - first + 1 }, (_, at) => first + at);
const sorted = (indices: readonly number[]): readonly number[] =>
  [...new Set(indices)].filter((index) => index > 1).sort((a, b) => a - b);
