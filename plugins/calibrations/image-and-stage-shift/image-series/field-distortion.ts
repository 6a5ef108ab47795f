import { type Vector, length } from '../../../../core/base';
import { type Image, Registration } from '../../../../imaging';

/** Radial distortion of the field, as pairs of shifted images show it. */
export interface FoundDistortion {
  /** Displacement of a point at the edge of the field, as a share of its distance from the centre. */
  readonly atEdge: number;
  readonly standardError: number;
  /** Share by which it changes the shifts of the pairs, and so every length that they give. */
  readonly bias: number;
}

/** Tiles along each side of the overlap of two images, and the smallest one in pixels that still correlates well. */
const tilesPerSide = 3;
const minTile = 80;
/** Difference of the shift of a tile from that of the whole pair, in pixels, above which the tile is not believed. */
const maxDifference = 12;
/** Limit of the pairs that are looked at. */
const maxPairs = 4;
/** Smallest shift as a share of the field at which a distortion shows. */
const minShift = 0.12;
/** Lower limit of the error of the shift of a tile in pixels. */
const minError = 0.05;

interface Tile {
  /** Shift of the tile beyond that of its pair, and that by a distortion of 1, both without the mean of the pair. */
  readonly measured: Vector;
  readonly expected: Vector;
  readonly error: Vector;
}

/** Distortion of the field from pairs of images: the parts of a distorted field do not move alike. */
export class FieldDistortion {
  private readonly tiles: Tile[] = [];
  private readonly biases: number[] = [];
  private offered = 0;
  private readonly registration = new Registration();

  /** Looks at a pair that was found to be shifted by `shift`, in pixels of the images, Y up. Every other pair is enough. */
  add(later: Image, reference: Image, shift: Vector): void {
    const [rows = 0, columns = 0] = reference.shape;
    const size = Math.min(rows, columns);
    if (length(shift) < minShift * size || this.biases.length >= maxPairs || this.offered++ % 2 > 0) return;
    const found = this.tilesOf(later, reference, shift);
    if (found.length < 4) return;
    const mean = (of: (tile: Tile) => number): number => found.reduce((sum, tile) => sum + of(tile), 0) / found.length;
    const [measured, expected] = [
      { x: mean((tile) => tile.measured.x), y: mean((tile) => tile.measured.y) },
      { x: mean((tile) => tile.expected.x), y: mean((tile) => tile.expected.y) },
    ];
    this.biases.push((expected.x * shift.x + expected.y * shift.y) / length(shift) ** 2);
    this.tiles.push(
      ...found.map((tile) => ({
        ...tile,
        measured: { x: tile.measured.x - measured.x, y: tile.measured.y - measured.y },
        expected: { x: tile.expected.x - expected.x, y: tile.expected.y - expected.y },
      })),
    );
  }

  /** The distortion by all pairs; undefined when none of them could tell. */
  found(): FoundDistortion | undefined {
    let [weights, products] = [0, 0];
    const each = this.tiles.flatMap(({ measured, expected, error }) =>
      (['x', 'y'] as const).map((axis) => ({ m: measured[axis], e: expected[axis], weight: 1 / error[axis] ** 2 })),
    );
    for (const { m, e, weight } of each) [weights, products] = [weights + weight * e * e, products + weight * e * m];
    if (!(weights > 0)) return undefined;
    const atEdge = products / weights;
    const misfit = each.reduce((sum, { m, e, weight }) => sum + weight * (m - atEdge * e) ** 2, 0);
    const freedom = each.length - 2 * this.biases.length - 1;
    const growth = freedom > 0 ? Math.sqrt(Math.max(1, misfit / freedom)) : 1;
    const bias = this.biases.reduce((sum, one) => sum + one, 0) / this.biases.length;
    return { atEdge, standardError: growth / Math.sqrt(weights), bias: atEdge * bias };
  }

  private tilesOf(later: Image, reference: Image, shift: Vector): readonly Tile[] {
    const [rows = 0, columns = 0] = reference.shape;
    const [right, down] = [Math.round(shift.x), Math.round(-shift.y)];
    const [height, width] = [rows - Math.abs(down), columns - Math.abs(right)];
    const [across = 0, along = 0] = [width, height].map((side) => Math.min(tilesPerSide, Math.floor(side / minTile)));
    if (across === 0 || along === 0) return [];
    const [tileWidth, tileHeight] = [Math.floor(width / across), Math.floor(height / along)];
    const edge = Math.min(rows, columns) / 2;
    return Array.from({ length: across * along }, (_, index) => {
      const [column, row] = [(index % across) * tileWidth, Math.floor(index / across) * tileHeight];
      const cut = (source: Image, sign: number): Image =>
        source.lo(Math.max(0, sign * down) + row, Math.max(0, sign * right) + column).hi(tileHeight, tileWidth);
      const place = {
        x: Math.max(0, right) + column + tileWidth / 2 - columns / 2,
        y: rows / 2 - (Math.max(0, down) + row + tileHeight / 2),
      };
      return this.tileAt(cut(later, -1), cut(reference, 1), { place, shift, whole: { x: right, y: -down }, edge });
    }).flatMap((tile) => tile ?? []);
  }

  private tileAt(
    later: Image,
    reference: Image,
    { place, shift, whole, edge }: { place: Vector; shift: Vector; whole: Vector; edge: number },
  ): Tile | undefined {
    try {
      const found = this.registration.measure(later, reference);
      const measured = { x: whole.x + found.x - shift.x, y: whole.y + found.y - shift.y };
      if (!found.trusted || length(measured) > maxDifference) return undefined;
      // A point at p is pushed to p (1 + k p^2 / edge^2); it was at p - shift in the later image.
      const before = { x: place.x - shift.x, y: place.y - shift.y };
      const [here, there] = [(length(place) / edge) ** 2, (length(before) / edge) ** 2];
      return {
        measured,
        expected: { x: place.x * here - before.x * there, y: place.y * here - before.y * there },
        error: {
          x: Math.hypot(found.standardError.x, minError),
          y: Math.hypot(found.standardError.y, minError),
        },
      };
    } catch {
      return undefined;
    }
  }
}
