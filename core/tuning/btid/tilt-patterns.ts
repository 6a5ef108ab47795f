import { type Vector, add, scale, vector } from '../../base';

/** Beam tilts of a series, counted from a middle. */
export type TiltPattern = readonly Vector[];

/** Tilts along X and along Y, as SerialEM takes them, each to one side, to the other and back. */
export const alongCoils: readonly Vector[] = [vector(1, 0), vector(0, 1)];

/** Corners of a square, in an order in which steady drift looks like no tilt along one coil and little like one along the other. */
const cornerOrders = [
  [0, 2, 1, 3],
  [1, 3, 2, 0],
  [2, 0, 3, 1],
  [3, 1, 0, 2],
] as const;

/**
 * Four tilts of equal length between the coils: each image shows what both coils do, so that four of them do nearly what six do
 * that tilt along one coil at a time. The orders take turns, so that what an order mixes up with the drift is not the same throughout.
 * @param turn counts the patterns of a run
 */
export function cornerPattern(length: number, turn: number): TiltPattern {
  const side = length / Math.SQRT2;
  const corners = [vector(side, side), vector(-side, side), vector(-side, -side), vector(side, -side)];
  return cornerOrders[turn % cornerOrders.length]!.map((corner) => corners[corner]!);
}

/** Tilts of the outer and the inner ring of the pattern for coma, the radius of the inner one, and the steps in which each is gone around. */
const rings = { outer: 11, inner: 12, radius: 0.55, outerStep: 5, innerStep: 7, innerTurn: 0.2 };

/**
 * Tilts for the third derivatives of the displacement, up to a greatest one: one without tilt, and two rings, taken in turn. The numbers
 * of tilts, the radius and the order are those that give the least variance of the matrices of coma, drift included, found by trying
 * them all: 2.4 of the variance of a place, where the pattern of SerialEM with twice the images has 6.
 */
export function ringPattern(greatest: number): TiltPattern {
  const { outer, inner, radius, outerStep, innerStep, innerTurn } = rings;
  const onRing = (size: number, count: number, step: number, from: number) =>
    Array.from({ length: count }, (_, at) => {
      const angle = from + (2 * Math.PI * ((at * step) % count)) / count;
      return { share: at / count, tilt: vector(size * Math.cos(angle), size * Math.sin(angle)) };
    });
  const both = [
    ...onRing(greatest, outer, outerStep, 0),
    ...onRing(greatest * radius, inner, innerStep, innerTurn),
  ].sort((one, other) => one.share - other.share);
  return [vector(0, 0), ...both.map(({ tilt }) => tilt)];
}

/** Tilts of the ring for bends, its radius as a share of the greatest tilt, the steps in which it is gone around, and the images before each one of the middle. */
const bendRing = { tilts: 8, radius: 0.75, step: 3, between: 4 };

/** Tilts for the second derivatives of the displacement: a ring, with images without tilt at its beginning, in its middle and at its end. */
export function bendPattern(greatest: number): TiltPattern {
  const { tilts, radius, step, between } = bendRing;
  const still = vector(0, 0);
  return [
    ...Array.from({ length: tilts }, (_, at) => {
      const angle = (2 * Math.PI * ((at * step) % tilts)) / tilts;
      const tilt = scale(vector(Math.cos(angle), Math.sin(angle)), radius * greatest);
      return at % between === 0 ? [still, tilt] : [tilt];
    }).flat(),
    still,
  ];
}

/** One measurement of SerialEM's scheme for coma: a triple of tilts about a middle. */
export interface ComaTriple {
  /** Coil along which it tilts: 0 for X, 1 for Y. */
  readonly along: 0 | 1;
  /** Misalignment: coil and side. */
  readonly off: 0 | 1;
  readonly sign: -1 | 1;
  /** Side on which its middle lies. */
  readonly side: -1 | 1;
  readonly tilts: TiltPattern;
}

/** Triples of SerialEM's correction of coma: along both coils, to both sides of the present beam tilt. */
export const bendTriples = (greatest: number): readonly Pick<ComaTriple, 'along' | 'side' | 'tilts'>[] =>
  ([0, 1] as const).flatMap((along) =>
    ([-1, 1] as const).map((side) => {
      const quarter = scale(alongCoils[along]!, greatest / 4);
      const middle = scale(quarter, side);
      const [minus, plus] = [add(middle, scale(quarter, -1)), add(middle, quarter)];
      return { along, side, tilts: [minus, plus, minus] };
    }),
  );

/** SerialEM's scheme for coma: at four misalignments, along both coils, to both sides, three images each. */
export function comaTriples(greatest: number): readonly ComaTriple[] {
  const both = [0, 1] as const;
  const signs = [-1, 1] as const;
  return both.flatMap((off) =>
    signs.flatMap((sign) =>
      signs.flatMap((side) =>
        both.map((along) => {
          const quarter = scale(alongCoils[along]!, greatest / 4);
          const middle = add(scale(alongCoils[off]!, (sign * greatest) / 2), scale(quarter, side));
          const [minus, plus] = [add(middle, scale(quarter, -1)), add(middle, quarter)];
          return { along, off, sign, side, tilts: [minus, plus, minus] };
        }),
      ),
    ),
  );
}
