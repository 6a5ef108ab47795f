import { type Matrix, type Vector, length } from '../../../../../core/base';
import {
  type StageParts,
  measureStageDistortion,
  withoutDistortion,
} from '../../../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-distortion';
import type { WeighedStageFit } from '../../../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-uncertainty';
import { normalNumbers, randomNumbers } from '../../../../../statistics/support/random-numbers';

const side = 512;
const half = side / 2;
/** Standard error of the shift of a part in binned pixels. */
const partError = 0.03;

/** A lens that moves what belongs at a place outwards and around by the cube of its distance from the centre. */
interface Lens {
  readonly radial: number;
  readonly spiral: number;
}

function imageOf({ x, y }: Vector, { radial, spiral }: Lens): Vector {
  const square = (x * x + y * y) / half ** 2;
  return { x: x + square * (radial * x - spiral * y), y: y + square * (radial * y + spiral * x) };
}

/** Place that the lens shows at a point of the camera, by bisection of nothing but its own formula. */
function placeOf(seen: Vector, lens: Lens): Vector {
  let place = seen;
  for (let step = 0; step < 40; step++) {
    const image = imageOf(place, lens);
    place = { x: place.x + seen.x - image.x, y: place.y + seen.y - image.y };
  }
  return place;
}

/** Mean of the displacements of points over a rectangle of the earlier image, when the specimen moves by `moved`. */
function shiftOver(centre: Vector, size: Vector, moved: Vector, lens: Lens): Vector {
  let [x, y] = [0, 0];
  const points = 9;
  for (let i = 0; i < points; i++)
    for (let j = 0; j < points; j++) {
      // A point of the middle between both images: it stands by half of the way on either side.
      const middle = {
        x: centre.x + size.x * ((i + 0.5) / points - 0.5),
        y: centre.y + size.y * ((j + 0.5) / points - 0.5),
      };
      const place = placeOf(middle, lens);
      const from = imageOf({ x: place.x + moved.x / 2, y: place.y + moved.y / 2 }, lens);
      const to = imageOf({ x: place.x - moved.x / 2, y: place.y - moved.y / 2 }, lens);
      x += from.x - to.x;
      y += from.y - to.y;
    }
  return { x: x / points ** 2, y: y / points ** 2 };
}

const moves = { x: { x: 240, y: 60 }, y: { x: -60, y: 240 } } as const;

/** Pairs of both axes as a lens shows them. */
function measure(lens: Lens, seed: number) {
  const next = randomNumbers(seed);
  const normal = normalNumbers(next);
  const pairs = (['x', 'y', 'x', 'y'] as const).map((axis, index): StageParts => {
    const moved = moves[axis];
    const common = { x: side - Math.abs(moved.x), y: side - Math.abs(moved.y) };
    const size = { x: common.x / 3, y: common.y / 3 };
    const parts = [-1, 0, 1].flatMap((right) =>
      [-1, 0, 1].map((up) => {
        const place = { x: right * size.x, y: up * size.y };
        const shift = shiftOver(place, { x: 0.92 * size.x, y: 0.92 * size.y }, moved, lens);
        return {
          place,
          size,
          shift: { x: shift.x + partError * normal(), y: shift.y + partError * normal() },
          standardError: { x: partError, y: partError },
        };
      }),
    );
    return { axis, earlier: index, later: index + 1, shift: shiftOver({ x: 0, y: 0 }, common, moved, lens), parts };
  });
  const of = (axis: 'x' | 'y'): Vector => pairs.find((pair) => pair.axis === axis)!.shift;
  const [x, y] = [of('x'), of('y')];
  const axis = { share: 1e-4 };
  // The matrix for a step of 1 along each axis, as the whole images show it.
  const fit = {
    matrix: { xpx: x.x, xpy: y.x, ypx: x.y, ypy: y.y },
    standardErrors: { xpx: 0.01, xpy: 0.01, ypx: 0.01, ypy: 0.01 },
    axes: { x: axis, y: axis },
  } as WeighedStageFit;
  const distortion = measureStageDistortion(pairs, { x: side, y: side });
  return { fit, distortion, corrected: withoutDistortion(fit, distortion) };
}

const truth: Matrix = { xpx: moves.x.x, xpy: moves.y.x, ypx: moves.x.y, ypy: moves.y.y };
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
const errorOf = (matrix: Matrix): number =>
  (100 * Math.max(...elements.map((element) => Math.abs(matrix[element] - truth[element])))) / length(moves.x);

test.each([
  ['a barrel of 2 %', { radial: -0.02, spiral: 0 }],
  ['a cushion of 1 %', { radial: 0.01, spiral: 0 }],
  ['a spiral of 0.5 %', { radial: 0, spiral: 0.005 }],
  ['both', { radial: -0.006, spiral: -0.003 }],
])('the matrix at the centre of the field is found through %s', (_, lens) => {
  for (const seed of [1, 2, 3]) {
    const { fit, distortion, corrected } = measure(lens, seed);
    expect(errorOf(fit.matrix)).toBeGreaterThan(0.3);
    expect(Math.abs(distortion!.radial - lens.radial)).toBeLessThan(0.001);
    expect(Math.abs(distortion!.spiral - lens.spiral)).toBeLessThan(0.001);
    expect(errorOf(corrected.matrix)).toBeLessThan(0.1 * errorOf(fit.matrix));
    for (const element of elements)
      expect(Math.abs(corrected.matrix[element] - truth[element])).toBeLessThan(3 * corrected.standardErrors[element]);
  }
});

test('a straight field is left as it is, but for what chance makes of it', () => {
  const all = [1, 2, 3].map((seed) => measure({ radial: 0, spiral: 0 }, seed));
  for (const { distortion, corrected } of all) {
    expect(distortion!.bias).toBeLessThan(0.0015);
    expect(errorOf(corrected.matrix)).toBeLessThan(0.1);
  }
  expect(all.some(({ fit, corrected }) => corrected === fit)).toBe(true);
});
