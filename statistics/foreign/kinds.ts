import type { Chance } from './chance';
import { type ForeignWorld, type Point, type Scales, emptyWorld, together } from './foreign-world';
import {
  type Wave,
  bentResponse,
  charging,
  creepAfterMoves,
  drift,
  drive,
  hiddenSteps,
  jumps,
  looseEnds,
  lostMotion,
  remanence,
  slowArrival,
  tiringDrift,
  trembling,
} from './movements';
import {
  type Defect,
  beamEdge,
  bentField,
  fewElectrons,
  growingSpot,
  hotPixels,
  slopingField,
  spoiltImage,
  stalePattern,
  unevenLight,
  wanderingField,
} from './pictures';

/** Item that is measured in a world. */
export type MeasuredItem = 'image-shift' | 'stage-shift' | 'find-pixel-size';

/** Circumstances of a draw. */
export interface Place extends Scales {
  readonly item: MeasuredItem;
  /** Lengths in micrometres over which the stage error repeats by the properties. */
  readonly cycles: readonly [number, number];
  readonly seed: number;
}

/** Kind of a foreign world. */
export interface Kind {
  readonly items: readonly MeasuredItem[];
  readonly draw: (chance: Chance, place: Place) => Partial<ForeignWorld>;
  /** Range in which the true pixels are larger than the nominal ones by a share; 5 % either way by default. */
  readonly pixels?: readonly [number, number];
}

const nanometre = 1e-3;
const both = (size: number): Point => ({ x: size, y: size });
const anywhere = (chance: Chance, reach: number): Point => ({
  x: chance.between(-reach, reach),
  y: chance.between(-reach, reach),
});
const shifts = ['image-shift', 'stage-shift'] as const;
const all = [...shifts, 'find-pixel-size'] as const;
/** Image in the middle of a series. */
const middleImage = (chance: Chance, { item }: Place): number => (item === 'find-pixel-size' ? 0 : chance.whole(2, 6));

function foreignDrive(chance: Chance): readonly Wave[] {
  const length = chance.between(40, 70);
  const phase = (): number => chance.between(0, 2 * Math.PI);
  return [
    { share: chance.between(0.03, 0.15), length, phase: phase() },
    { share: chance.between(0, 0.04), length: length / 2, phase: phase() },
    { share: chance.between(0, 0.03), length: 17, phase: phase() },
  ];
}

/** Kinds of worlds by name. */
export const kinds: Readonly<Record<string, Kind>> = {
  'a bent field': {
    items: all,
    draw(chance) {
      const [radial, spiral] = [chance.either(0.001, 0.02), chance.either(0.0003, 0.005)];
      return { field: bentField(radial, spiral), reach: 1 + 3 * Math.max(0, -radial) + 2 * Math.abs(spiral) };
    },
  },
  'a field that slopes': {
    items: all,
    draw(chance) {
      const slope = chance.anyDirection(chance.factor(0.001, 0.01));
      return { field: slopingField(slope, chance.either(0.0003, 0.003)), reach: 1.03 };
    },
  },
  'a field that grows and turns': {
    items: shifts,
    draw: (chance, { seed }) => ({
      field: wanderingField(chance.factor(3e-5, 1e-3), chance.factor(3e-5, 1e-3), seed),
      fieldWanders: true,
      reach: 1.008,
    }),
  },
  'lost motion': {
    items: shifts,
    draw: (chance, { coils, field }) => ({
      coils: [lostMotion(both(coils * chance.factor(0.0005, 0.02))), remanence(chance.between(0, 0.01))],
      carriage: [lostMotion(both(Math.min(2, field * chance.factor(0.003, 0.1))))],
    }),
  },
  'slow arrival': {
    items: shifts,
    draw: (chance) => ({
      coils: [slowArrival(chance.factor(0.01, 0.3), chance.factor(0.3, 8), chance.between(0.4, 1))],
      carriage: [slowArrival(chance.factor(0.0003, 0.02), chance.factor(0.5, 8), chance.between(0.4, 1))],
    }),
  },
  'hidden steps': {
    items: shifts,
    draw: (chance, { coils, field }) => ({
      coils: [hiddenSteps({ x: coils * chance.factor(0.001, 0.02), y: coils * chance.factor(0.001, 0.02) })],
      carriage: [hiddenSteps(both(field * chance.factor(0.001, 0.03)))],
    }),
  },
  'coils that are not linear': {
    items: ['image-shift'],
    draw: (chance, { coils }) => ({
      coils: [bentResponse(coils, chance.either(0.002, 0.05), chance.either(0.0005, 0.01))],
    }),
  },
  'another drive': {
    items: ['stage-shift'],
    draw: (chance) => ({ carriage: [drive({ x: foreignDrive(chance), y: foreignDrive(chance) })] }),
  },
  'strong drift': {
    items: all,
    draw: (chance) => ({
      wander: [drift(chance.anyDirection(nanometre * chance.factor(0.2, 2)), chance.either(1e-4, 5e-3))],
    }),
  },
  creep: {
    items: shifts,
    draw: (chance) => ({
      wander: [tiringDrift(chance.anyDirection(nanometre * chance.factor(0.2, 2)), chance.factor(5, 100), 0)],
      carriage: [creepAfterMoves(chance.factor(0.001, 0.02), chance.factor(0.01, 0.1), chance.factor(2, 20))],
    }),
  },
  charging: {
    items: shifts,
    draw: (chance, { pixel, seed }) => ({
      wander: [
        charging(
          chance.anyDirection(pixel * chance.factor(1, 20)),
          chance.between(1, 6),
          pixel * chance.factor(0.02, 0.5),
          seed,
        ),
      ],
      paint: [
        growingSpot(chance.either(0.1, 0.8), anywhere(chance, 0.6), chance.between(0.2, 0.6), chance.between(1, 5)),
      ],
    }),
  },
  'uneven light': {
    items: all,
    draw: (chance) => ({
      paint: [
        unevenLight(
          chance.anyDirection(chance.between(0.05, 0.6)),
          chance.between(0, 0.7),
          anywhere(chance, 0.8),
          chance.between(0.15, 0.6),
        ),
      ],
    }),
  },
  'a stale pattern': {
    items: all,
    draw: (chance, { seed }) => ({
      paint: [stalePattern(chance.factor(0.003, 0.3), chance.factor(0.001, 0.05), seed)],
    }),
  },
  'one wrong shift': {
    items: shifts,
    draw(chance, place) {
      const from = middleImage(chance, place);
      return {
        wander: [jumps([{ from, to: from + 1, by: chance.anyDirection(place.pixel * chance.factor(0.5, 40)) }])],
      };
    },
  },
  'one bad image': {
    items: shifts,
    draw: (chance, place) => ({
      paint: [
        spoiltImage(
          middleImage(chance, place),
          chance.pick<Defect>(['dark', 'half read', 'noise alone', 'stripes']),
          place.seed,
        ),
      ],
    }),
  },
  'a bump of the table': {
    items: all,
    draw(chance, place) {
      const bumped = middleImage(chance, place);
      const by = chance.anyDirection(place.pixel * chance.factor(1, 20));
      const share = chance.between(0.2, 0.8);
      return {
        copies: ({ image }) => (image === bumped ? [{ share, by }] : []),
        wander: [jumps([{ from: bumped + 1, to: Infinity, by: { x: by.x * 0.5, y: by.y * 0.5 } }])],
      };
    },
  },
  'another pixel size': { items: all, pixels: [-0.3, 0.4], draw: () => ({}) },
  'the edge of the beam': {
    items: all,
    draw: (chance) => ({
      paint: [beamEdge(anywhere(chance, 0.3), chance.between(0.75, 1.3), chance.between(0.02, 0.15))],
    }),
  },
  trembling: {
    items: shifts,
    draw: (chance, { pixel, seed }) => ({ wander: [trembling(pixel * chance.factor(0.05, 2), seed)] }),
  },
  'few electrons and hot pixels': {
    items: all,
    draw: (chance, { seed }) => ({
      paint: [
        fewElectrons(chance.factor(3, 60), seed),
        hotPixels(chance.factor(1e-5, 1e-3), chance.whole(0, 30), 30, seed),
      ],
    }),
  },
};

/** Ordinary motions of an instrument, which every world has besides its own. */
export function ordinaryWorld(chance: Chance, { cycles, coils, seed, item }: Place): ForeignWorld {
  const wave = (length: number): readonly Wave[] => [
    { share: chance.between(0.03, 0.1), length, phase: chance.between(0, 2 * Math.PI) },
  ];
  const motions = {
    carriage: [drive({ x: wave(cycles[0]), y: wave(cycles[1]) }), looseEnds(chance.between(0.005, 0.02), seed + 5)],
    coils: [slowArrival(chance.between(0, 0.02), 0.3, 1), lostMotion(both(coils * 2e-5))],
    wander: [drift(chance.anyDirection(nanometre * chance.between(0, 0.1)), 0)],
  };
  return together(emptyWorld, item === 'find-pixel-size' ? { wander: motions.wander } : motions);
}

/** Draws a world of a kind. Its own drive stands in the place of the ordinary one. */
export function drawWorld(kind: string, chance: Chance, place: Place): ForeignWorld {
  const { draw } = kinds[kind]!;
  const ordinary = ordinaryWorld(chance, place);
  const foreign = draw(chance, place);
  return together(kind === 'another drive' ? { ...ordinary, carriage: ordinary.carriage.slice(1) } : ordinary, foreign);
}
