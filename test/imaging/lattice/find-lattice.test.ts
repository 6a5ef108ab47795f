import {
  type Image,
  type Lattice,
  type LatticeNotFound,
  type LatticeKind,
  findLattice,
  image,
  trimDarkSurroundings,
} from '../../../imaging';
import { randomNumbers } from '../../../statistics/support/random-numbers';
import { inLongStatistics } from '../../support/needs';

// Called for each pixel. A look-up on the guarded global object costs more than the call.
const { abs, cos, exp, floor, hypot, log, max, round, sin, sqrt } = Math;

const square: LatticeKind = { ratio: 1, ridges: true, secondOrder: 1 };
const catalase: LatticeKind = { ratio: 17.5 / 6.85, ridges: false, secondOrder: 2 };

/**
 * Painting: the transmission at a place in pixels from the middle, and the number of electrons per pixel where it is 1.
 */
interface Picture {
  readonly seed: number;
  readonly size?: readonly [rows: number, columns: number];
  readonly electrons?: number;
  /** True when the picture is smooth enough for one sample per pixel. */
  readonly smooth?: boolean;
  readonly of: (x: number, y: number) => number;
}

/** A picture with shot noise, each pixel the mean of four places in it. */
function paint({ seed, size: [rows, columns] = [300, 320], electrons = 100, smooth = false, of }: Picture): Image {
  const random = randomNumbers(seed);
  const normal = (): number => sqrt(-2 * log(1 - random())) * cos(2 * Math.PI * random());
  const parts = smooth ? [0] : [-1 / 4, 1 / 4];
  const data = new Float32Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      let sum = 0;
      for (const dy of parts) for (const dx of parts) sum += of(column + dx - columns / 2, row + dy - rows / 2);
      const mean = (electrons * sum) / parts.length ** 2;
      data[at] = mean + sqrt(max(0, mean)) * normal();
    }
  }
  return image(data, rows, columns);
}

/** Distance of a place from the nearest of lines that are one apart. */
const fromLine = (cycles: number): number => abs(cycles - round(cycles));
interface Waffle {
  readonly spacing: number;
  readonly angle: number;
  /** Spacing along the second axis, and degrees between the two. */
  readonly second?: number;
  readonly between?: number;
  /** Distance of a line from its right place, in repeats, along the first and the second axis. */
  readonly shift?: (axis: 0 | 1, x: number, y: number) => number;
}

/** Soft dark lines a quarter as wide as they are apart; angles counter-clockwise with Y up. */
function waffle({ spacing, angle, second = spacing, between = 90, shift = () => 0 }: Waffle): Picture['of'] {
  // The planes of one axis are at right angles to the other axis.
  const turn = (degrees: number) => ({ x: cos((degrees * Math.PI) / 180), y: -sin((degrees * Math.PI) / 180) });
  const sine = sin((between * Math.PI) / 180);
  const [one, other] = [turn(angle + between - 90), turn(angle + 90)];
  const line = (cycles: number): number => 1 - 0.5 / (1 + exp((fromLine(cycles) - 0.125) * 40));
  return (x, y) =>
    line((one.x * x + one.y * y) / (spacing * sine) + 0.3 + shift(0, x, y)) *
    line((other.x * x + other.y * y) / (second * sine) + 0.6 + shift(1, x, y));
}

const found = (source: Image, kind = square): Lattice | LatticeNotFound => findLattice(source, kind).found;
function lattice(source: Image, kind = square): Lattice {
  const result = found(source, kind);
  if ('reason' in result) throw new Error(JSON.stringify(result));
  return result;
}
const failureOf = (source: Image, kind = square): string => {
  const result = found(source, kind);
  return 'reason' in result
    ? result.reason
    : `spacing ${result.spacing}${result.remarks.length > 0 ? ', doubtful' : ''}`;
};
const quarterTurns = (one: number, other: number): number => one - other - 90 * round((one - other) / 90);
/** Lumps of all sizes, as on carbon: between random heights on squares of these sizes. */
function lumps(seed: number, sizes: readonly number[], depth: number): Picture['of'] {
  const random = randomNumbers(seed);
  const heights = Float64Array.from({ length: 8191 }, () => 2 * random() - 1);
  const at = (column: number, row: number): number => heights[(((column + 101 * row) % 8191) + 8191) % 8191]!;
  const smooth = (part: number): number => part * part * (3 - 2 * part);
  return (x, y) => {
    let sum = 1;
    sizes.forEach((size, index) => {
      const [across, down] = [x / size + 31 * index, y / size + 17 * index];
      const [column, row] = [floor(across), floor(down)];
      const [right, lower] = [smooth(across - column), smooth(down - row)];
      sum +=
        depth *
        ((at(column, row) * (1 - right) + at(column + 1, row) * right) * (1 - lower) +
          (at(column, row + 1) * (1 - right) + at(column + 1, row + 1) * right) * lower);
    });
    return sum;
  };
}

describe('the lattice of a waffle', () => {
  test.each([1, 2, 3, 4])('%#: is found with spacing, direction and an error that it keeps to', (seed) => {
    const random = randomNumbers(seed + 40);
    const [spacing, angle] = [10 + 50 * random(), 90 * random()];
    const { remarks, confirmed, ...measured } = lattice(
      paint({ seed, electrons: 5 * 100 ** random(), of: waffle({ spacing, angle }) }),
    );
    expect({ confirmed, remarks }).toEqual({ confirmed: true, remarks: [] });
    expect(abs(measured.spacing / spacing - 1)).toBeLessThan(0.001);
    expect(abs(quarterTurns(measured.angle, angle))).toBeLessThan(0.1);
    expect(abs(measured.spacing - spacing)).toBeLessThan(4 * measured.spacingError);
    expect(abs(quarterTurns(measured.angle, angle))).toBeLessThan(4 * measured.angleError);
  });

  test('is never its diagonal, at any direction and at spacings of half pixels', () => {
    for (let step = 0; step < 4; step++) {
      const spacing = 15.4 + 0.1 * step;
      expect(
        abs(
          lattice(paint({ seed: step, electrons: 30, of: waffle({ spacing, angle: 25 * step }) })).spacing / spacing -
            1,
        ),
      ).toBeLessThan(0.002);
    }
  });

  test('may be stretched by 15 % and no more, and be 82 degrees askew but not 78', () => {
    const stretched = (factor: number): Image =>
      paint({ seed: 5, of: waffle({ spacing: 25, second: 25 * factor, angle: 20 }) });
    const { lengths, remarks } = lattice(stretched(1.15));
    expect([...lengths].map((length) => length / 25).sort()).toEqual([expect.closeTo(1, 2), expect.closeTo(1.15, 2)]);
    expect(remarks.join(' ')).toMatch(/differ by 13\.[01] %/);
    expect(failureOf(stretched(1.25))).toBe('distances');
    const skewed = (between: number): Image => paint({ seed: 5, of: waffle({ spacing: 25, between, angle: 20 }) });
    expect(failureOf(skewed(82))).toMatch(/^spacing 2[45]\./);
    expect(failureOf(skewed(78))).toBe('angle');
  });

  test('with few repeats is called doubtful, and is never a finer one', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = randomNumbers(seed);
      const spacing = 300 / (1.6 + 1.3 * random());
      const result = found(paint({ seed, electrons: 300, of: waffle({ spacing, angle: 90 * random() }) }));
      if ('reason' in result) continue;
      expect(result.remarks).not.toEqual([]);
      if (result.confirmed) expect(abs(result.spacing / spacing - 1)).toBeLessThan(0.01);
    }
  });

  test('is found within dark surroundings', () => {
    const lines = waffle({ spacing: 18, angle: 33 });
    const source = paint({ seed: 3, of: (x, y) => (max(abs(x), abs(y)) < 105 ? lines(x, y) : 0.01) });
    const trimmed = trimDarkSurroundings(source);
    expect([trimmed.x, trimmed.y].every((trim) => trim >= 45)).toBe(true);
    expect(abs(lattice(trimmed.image).spacing / 18 - 1)).toBeLessThan(0.001);
  });
});

test.each([0, 1, 2])('the cell of catalase is found in noise %#, whichever axis is which', (index) => {
  const [electrons, short, angle] = (
    [
      [100, 12, 25],
      [5, 9.3, 70],
      [7, 8.1, 110],
    ] as const
  )[index]!;
  const turns = (angle * Math.PI) / 180;
  const wave = (along: number, spacing: number): number => 1 - 0.25 * (1 + cos((2 * Math.PI * along) / spacing));
  const source = paint({
    seed: index,
    size: [400, 420],
    electrons,
    smooth: true,
    of: (x, y) =>
      wave(x * cos(turns) - y * sin(turns), short) * wave(x * sin(turns) + y * cos(turns), (short * 8.75) / 6.85),
  });
  const { lengths, confirmed } = lattice(source, catalase);
  expect(confirmed).toBe(true);
  expect(abs(lengths[0] / short - 1)).toBeLessThan(0.003);
  expect(abs(lengths[1] / ((short * 17.5) / 6.85) - 1)).toBeLessThan(0.003);
  // Told that the longer spacing is the first, it disagrees.
  expect(failureOf(source, { ratio: 13.7 / 8.75, ridges: false, secondOrder: 2 })).toBe('distances');
});

describe('a crystal whose diagonal waves are the stronger ones', () => {
  /** Waves of a crystal: order along two axes at right angles, and depth. */
  const crystal =
    (angle: number, [short, long]: readonly [number, number], waves: readonly (readonly [number, number, number])[]) =>
    (x: number, y: number): number => {
      const turns = (angle * Math.PI) / 180;
      const [along, across] = [x * cos(turns) - y * sin(turns), x * sin(turns) + y * cos(turns)];
      return waves.reduce(
        (sum, [h, k, depth]) => sum + depth * cos(2 * Math.PI * ((h * along) / short + (k * across) / long)),
        1,
      );
    };
  const turned = (angle: number, length: number) => ({
    x: length * cos((angle * Math.PI) / 180),
    y: -length * sin((angle * Math.PI) / 180),
  });

  test.each([
    [
      'catalase',
      catalase,
      [13, (13 * 17.5) / 6.85],
      [
        [1, 0, 0.06],
        [0, 2, 0.07],
        [1, 1, 0.2],
        [1, -1, 0.15],
      ],
    ],
    [
      'square',
      square,
      [15, 15],
      [
        [1, 0, 0.06],
        [0, 1, 0.07],
        [1, 1, 0.2],
        [1, -1, 0.15],
      ],
    ],
  ] as const)('is confirmed when its first axis is marked: %s', (_name, kind, axes, waves) => {
    const source = paint({ seed: 3, size: [400, 420], smooth: true, of: crystal(25, axes, waves) });
    const { found: marked } = findLattice(source, kind, turned(25, axes[0]));
    expect(marked).toMatchObject({ confirmed: true });
    const { lengths } = marked as Lattice;
    expect(abs(lengths[0] / axes[0] - 1)).toBeLessThan(0.003);
    expect(abs(lengths[1] / axes[1] - 1)).toBeLessThan(0.003);
  });
});

describe('an image without a lattice', () => {
  const size = [160, 160] as const;
  test.each([
    ['nothing', (): Picture['of'] => () => 1],
    ['fine grains', (seed: number): Picture['of'] => lumps(seed, [4, 7], 0.1)],
    ['amorphous carbon', (seed: number): Picture['of'] => lumps(seed, [6, 15, 40, 100], 0.15)],
    ['uneven light', (): Picture['of'] => (x, y) => 1 + 0.002 * x + 0.001 * y - 0.00001 * (x * x + y * y)],
    [
      'spheres',
      (seed: number): Picture['of'] => {
        const random = randomNumbers(seed + 9);
        const centres = Array.from({ length: 15 }, () => ({ x: 160 * (random() - 0.5), y: 160 * (random() - 0.5) }));
        return (x, y) => (centres.some((centre) => hypot(x - centre.x, y - centre.y) < 9) ? 0.4 : 1);
      },
    ],
    ['one bright spot', (): Picture['of'] => (x, y) => 0.02 + exp(-(x * x + y * y) / 30)],
    ['an edge', (): Picture['of'] => (x, y) => (x + 0.3 * y > 11 ? 1 : 0.1)],
    [
      'a chequered pattern finer than the pixels show',
      (): Picture['of'] => (x, y) => 1 + 0.5 * cos(3.0 * x) * cos(3.0 * y),
    ],
  ])('is refused: %s', (_, of) => {
    for (const [seed, kind] of [square, catalase, square].entries())
      expect(failureOf(paint({ seed, size, smooth: true, of: of(seed) }), kind)).toMatch(
        /^(no lattice|one direction|no peak|no second peak|angle|distances)$/,
      );
  });

  test.each([
    ['black', 0],
    ['of one value', 7],
  ])('is refused: %s', (_, value) => {
    for (const kind of [square, catalase]) {
      const flat = image(new Float32Array(160 * 160).fill(value), 160, 160);
      expect(failureOf(flat, kind)).toMatch(/^(no lattice|no peak)$/);
      expect(findLattice(flat, kind, { x: 20, y: 3 }).found).toMatchObject({ reason: expect.any(String) as string });
    }
  });

  test('is refused: lines in one direction only', () => {
    for (const angle of [0, 17, 80]) {
      const turns = (angle * Math.PI) / 180;
      const of: Picture['of'] = (x, y) =>
        1 - 0.5 / (1 + exp((fromLine((x * cos(turns) - y * sin(turns)) / 21) - 0.125) * 40));
      expect(failureOf(paint({ seed: angle, size, of }))).toMatch(/^(one direction|no second peak|angle|distances)$/);
    }
  });
});

describe('standard errors', () => {
  const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
  const bend = (seed: number, spacing: number): NonNullable<Waffle['shift']> => {
    const random = randomNumbers(seed + 500);
    const waves = Array.from({ length: 6 }, () => ({ x: 0, y: 0, phase: 2 * Math.PI * random() })).map((wave) => {
      const direction = 2 * Math.PI * random();
      const turns = (2 * Math.PI) / (spacing * (5 + 15 * random()));
      return { ...wave, x: turns * cos(direction), y: turns * sin(direction), height: 0.006 / (turns * spacing) };
    });
    return (axis, x, y) =>
      waves
        .slice(3 * axis, 3 * axis + 3)
        .reduce((sum, wave) => sum + wave.height * cos(wave.x * x + wave.y * y + wave.phase), 0);
  };
  const displaced = (seed: number): NonNullable<Waffle['shift']> => {
    const random = randomNumbers(seed + 900);
    const normal = (): number => sqrt(-2 * log(1 - random())) * cos(2 * Math.PI * random());
    const places = [0, 1].map(() => Array.from({ length: 200 }, () => 0.01 * normal()));
    // Lines are counted by their places along the axes of the image, to which the lattice is parallel.
    return (axis, x, y) => places[axis]![100 + floor((axis === 0 ? x : -y) / 20)]!;
  };

  inLongStatistics(() => {
    test.each([
      ['straight lines', 15, 35, undefined, 0.93],
      ['many lines', 8, 15, undefined, 0.93],
      ['a bent waffle', 15, 35, bend, 0.88],
      ['displaced lines', 20, 20, displaced, 0.9],
    ] as const)(
      'say how far off %s are',
      (name, least, most, shiftOf, share) => {
        const offs = seeds.flatMap((seed) => {
          const random = randomNumbers(seed + 70);
          const spacing = least + (most - least) * random();
          const angle = name === 'displaced lines' ? 0 : 90 * random();
          const shift = shiftOf?.(seed, spacing);
          const {
            spacing: measured,
            spacingError,
            angle: direction,
            angleError,
          } = lattice(
            paint({
              seed,
              size: [200, 200],
              electrons: 5 * 100 ** random(),
              of: waffle({ spacing, angle, ...(shift && { shift }) }),
            }),
          );
          return [{ spacing: (measured - spacing) / spacingError, angle: quarterTurns(direction, angle) / angleError }];
        });
        for (const what of ['spacing', 'angle'] as const) {
          const within = offs.filter((off) => abs(off[what]) < 2).length / offs.length;
          const spread = sqrt(offs.reduce((sum, off) => sum + off[what] ** 2, 0) / offs.length);
          console.log(
            `${name}, ${what}: ${(100 * within).toFixed(1)} % within two standard errors, scatter over standard error ${spread.toFixed(2)}`,
          );
          expect(within).toBeGreaterThanOrEqual(share);
          expect(spread).toBeLessThan(1.25);
          expect(spread).toBeGreaterThan(0.7);
        }
      },
      600_000,
    );
  });
});
