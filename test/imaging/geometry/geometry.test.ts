import { fc } from '../../support/properties';
import {
  centroid,
  findDisc,
  fitCircle,
  resample,
  toCamera,
  toRaster,
  transformAffine,
  trimBorder,
} from '../../../imaging/geometry';
import { type Image, image } from '../../../imaging/image';
import { Random, Texture } from '../../../imaging/synthesis';

const { exp, sqrt } = Math;

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

const draw = (rows: number, columns: number, value: (x: number, y: number) => number): Image<Float32Array> => {
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      data[row * columns + column] = value(column - (columns - 1) / 2, (rows - 1) / 2 - row);
  }
  return image(data, rows, columns);
};

/** Root mean square difference over the pixels further than `margin` from the border. */
const difference = (one: Image, other: Image, margin: number): number => {
  const [rows = 0, columns = 0] = one.shape;
  let sum = 0;
  let count = 0;
  for (let row = margin; row < rows - margin; row++) {
    for (let column = margin; column < columns - margin; column++, count++)
      sum += (one.get(row, column) - other.get(row, column)) ** 2;
  }
  return Math.sqrt(sum / count);
};

const nothing = image(new Float32Array(0), 0, 0);
const flat = image(new Float32Array(64).fill(3), 8, 8);
const spoilt = image(
  Float32Array.from({ length: 64 }, (_, index) => (index === 27 ? Infinity : index)),
  8,
  8,
);

describe('coordinates', () => {
  it('have their origin half-way between the first and the last pixel, Y up, and convert both ways', () => {
    expect(toCamera({ row: 0, column: 0 }, image(new Uint8Array(12), 3, 4))).toEqual({ x: -1.5, y: 1 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 }), (row, column) => {
        expect(
          toRaster(toCamera({ row, column }, image(new Uint8Array(12), 3, 4)), image(new Uint8Array(12), 3, 4)),
        ).toEqual({ row, column });
      }),
    );
  });
});

describe('transformAffine', () => {
  const texture = new Texture({ seed: 4, lowestFrequency: 0.01, highestFrequency: 0.08, waveCount: 50 });
  const still = texture.render(96, 80, { pixelMean: false });

  it.each([
    ['cubic', 0.012],
    ['bilinear', 0.07],
  ] as const)('aligns a shifted image by the shift itself (%s)', (interpolation, limit) => {
    const shift = { x: 3.4, y: -2.7 };
    const moved = texture.render(96, 80, { pixelMean: false, shift });
    expect(difference(transformAffine(moved, { shift }, { interpolation }), still, 8)).toBeLessThan(limit);
    expect(difference(moved, still, 8)).toBeGreaterThan(0.5);
  });

  it('puts what is at p to matrix p + shift', () => {
    const matrix = { xpx: 0.95, xpy: -0.2, ypx: 0.15, ypy: 1.05 };
    const shift = { x: 1.3, y: 2.2 };
    // The result at q shows p = matrix^-1 (q - shift), which the texture can show by itself.
    const determinant = matrix.xpx * matrix.ypy - matrix.xpy * matrix.ypx;
    const inverse = {
      xpx: matrix.ypy / determinant,
      xpy: -matrix.xpy / determinant,
      ypx: -matrix.ypx / determinant,
      ypy: matrix.xpx / determinant,
    };
    const truth = texture.render(96, 80, { pixelMean: false, matrix: inverse, shift: { x: -shift.x, y: -shift.y } });
    expect(difference(transformAffine(still, { matrix, shift }), truth, 16)).toBeLessThan(0.012);
  });

  it('moves whole pixels exactly and fills what comes from outside', () => {
    const moved = transformAffine(still, { shift: { x: 5, y: 3 } }, { fill: -7 });
    expect(moved.get(20, 30)).toBeCloseTo(still.get(23, 25), 6);
    expect(moved.get(95, 40)).toBe(-7);
    expect(moved.get(50, 2)).toBe(-7);
    expect(
      [...transformAffine(flat, { shift: { x: 2.5, y: 1.5 } }).data].every((value) => Math.abs(value - 3) < 1e-6),
    ).toBe(true);
  });

  it('makes results of another size about the same centre', () => {
    const part = transformAffine(still, {}, { rows: 16, columns: 20 });
    expect(part.shape).toEqual([16, 20]);
    expect(part.get(0, 0)).toBeCloseTo(still.get(40, 30), 6);
  });

  it.each([
    [
      'a matrix without inverse',
      () => transformAffine(flat, { matrix: { xpx: 1, xpy: 1, ypx: 1, ypy: 1 } }),
      'imaging/bad-argument',
    ],
    ['a shift that is NaN', () => transformAffine(flat, { shift: { x: NaN, y: 0 } }), 'imaging/bad-argument'],
    [
      'an infinite matrix',
      () => transformAffine(flat, { matrix: { xpx: Infinity, xpy: 0, ypx: 0, ypy: 1 } }),
      'imaging/bad-argument',
    ],
    ['no pixels', () => transformAffine(nothing, {}), 'imaging/empty-image'],
    ['infinite pixels', () => transformAffine(spoilt, {}), 'imaging/not-finite'],
    ['a negative size', () => transformAffine(flat, {}, { rows: -1 }), 'imaging/bad-size'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('resample', () => {
  const texture = new Texture({ seed: 5, lowestFrequency: 0.01, highestFrequency: 0.06, waveCount: 50 });
  const fine = texture.render(120, 100, { pixelMean: false });

  it.each([
    [48, 40],
    [77, 64],
    [90, 75],
    [240, 200],
  ])('shows a band-limited pattern the same at %d x %d pixels', (rows, columns) => {
    const truth = texture.render(rows, columns, {
      pixelMean: false,
      matrix: { xpx: 100 / columns, xpy: 0, ypx: 0, ypy: 120 / rows },
    });
    expect(difference(resample(fine, rows, columns, { lobes: 4 }), truth, Math.ceil((6 * rows) / 48))).toBeLessThan(
      0.02,
    );
  });

  it('takes out what the new pixels cannot carry', () => {
    const stripes = draw(128, 128, (x) => 100 + 50 * Math.cos(2 * Math.PI * 0.42 * x));
    const reduced = resample(stripes, 40, 40);
    const inner = Array.from({ length: 20 }, (_, column) => reduced.get(20, column + 10));
    // Taking every third pixel would leave stripes of the full height 50.
    expect(Math.max(...inner) - Math.min(...inner)).toBeLessThan(1);
  });

  it('keeps constants, whatever the sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (rows, columns) => {
        expect([...resample(flat, rows, columns).data].every((value) => Math.abs(value - 3) < 1e-5)).toBe(true);
      }),
    );
  });

  it('leaves an image of the same size as it is, and walks over views', () => {
    expect(difference(resample(fine, 120, 100), fine, 0)).toBeLessThan(1e-6);
    const view = fine.lo(10, 20).hi(30, 40);
    expect(difference(resample(view, 30, 40), view, 0)).toBeLessThan(1e-6);
  });

  it.each([
    ['no rows', () => resample(flat, 0, 4), 'imaging/bad-size'],
    ['part of a row', () => resample(flat, 2.5, 4), 'imaging/bad-size'],
    ['no pixels', () => resample(nothing, 4, 4), 'imaging/empty-image'],
    ['infinite pixels', () => resample(spoilt, 4, 4), 'imaging/not-finite'],
    ['no lobes', () => resample(flat, 4, 4, { lobes: 0 }), 'imaging/bad-argument'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('centroid', () => {
  it('finds the middle of a blob in camera sense, with its width', () => {
    const blob = draw(60, 90, (x, y) => 10 + 500 * Math.exp(-((x - 7.3) ** 2 + (y - 4.1) ** 2) / 18));
    const found = centroid(blob, { background: 10 });
    expect(found.x).toBeCloseTo(7.3, 3);
    expect(found.y).toBeCloseTo(4.1, 3);
    expect(found.spread.x).toBeCloseTo(3, 2);
    expect(found.mass).toBeCloseTo(500 * 18 * Math.PI, -1);
  });

  it('lets a threshold keep the background out', () => {
    const blob = draw(60, 60, (x, y) => 20 + 0.2 * x + 500 * Math.exp(-((x - 7.3) ** 2 + (y + 4.1) ** 2) / 18));
    const found = centroid(blob, { background: 20, threshold: 60 });
    expect(Math.abs(found.x - 7.3)).toBeLessThan(0.05);
    expect(Math.abs(found.y + 4.1)).toBeLessThan(0.05);
  });

  it.each([
    ['nothing above the threshold', () => centroid(flat, { threshold: 4 }), 'imaging/constant-image'],
    ['an image of zeros', () => centroid(image(new Uint8Array(9), 3, 3)), 'imaging/constant-image'],
    ['NaN', () => centroid(image(Float32Array.of(1, NaN), 1, 2)), 'imaging/not-finite'],
    ['infinite pixels', () => centroid(image(Float32Array.of(1, -Infinity), 1, 2)), 'imaging/not-finite'],
    ['an infinite threshold', () => centroid(flat, { threshold: Infinity }), 'imaging/bad-argument'],
    ['no pixels', () => centroid(nothing), 'imaging/empty-image'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('fitCircle', () => {
  const ring = (count: number, arc: number, noise: Random | undefined): { x: number; y: number }[] =>
    Array.from({ length: count }, (_, index) => {
      const angle = (arc * index) / count;
      const radius = 40 + (noise ? 0.3 * noise.normal() : 0);
      return { x: 1000 + radius * Math.cos(angle), y: -500 + radius * Math.sin(angle) };
    });

  it('is exact on exact points, a short arc too', () => {
    for (const arc of [2 * Math.PI, 1]) {
      const fit = fitCircle(ring(30, arc, undefined));
      expect(fit.centre.x).toBeCloseTo(1000, 5);
      expect(fit.centre.y).toBeCloseTo(-500, 5);
      expect(fit.radius).toBeCloseTo(40, 5);
    }
  });

  it('states errors that repeated fits bear out, with some wild points', () => {
    const random = new Random(2);
    const runs = 40;
    let square = 0;
    let stated = 0;
    for (let run = 0; run < runs; run++) {
      const points = ring(60, 4, random).map((point, index) =>
        index % 9 === 4 ? { x: point.x + 15 * random.normal(), y: point.y } : point,
      );
      const fit = fitCircle(points);
      square += (fit.radius - 40) ** 2 / runs;
      stated += fit.standardErrors.radius / runs;
    }
    expect(stated / Math.sqrt(square)).toBeGreaterThan(0.75);
    expect(stated / Math.sqrt(square)).toBeLessThan(1.3);
  });

  it.each([
    ['three points', () => fitCircle(ring(3, 6, undefined)), 'imaging/too-few-points'],
    ['points on a line', () => fitCircle([0, 1, 2, 3, 4].map((x) => ({ x, y: 2 * x }))), 'imaging/singular-fit'],
    ['one point many times', () => fitCircle([0, 1, 2, 3, 4].map(() => ({ x: 1, y: 1 }))), 'imaging/singular-fit'],
    ['NaN', () => fitCircle([...ring(9, 6, undefined), { x: NaN, y: 0 }]), 'imaging/not-finite'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('findDisc', () => {
  /** A disc whose edge is blurred by a soft step; the mean over each pixel is taken on a 4 x 4 grid. */
  const beam = (
    rows: number,
    columns: number,
    at: { x: number; y: number; radius: number },
    soft: number,
  ): Image<Float32Array> =>
    draw(rows, columns, (x, y) => {
      let sum = 0;
      for (let i = 0; i < 16; i++) {
        const right = x + ((i % 4) - 1.5) / 4 - at.x;
        const up = y + ((i >> 2) - 1.5) / 4 - at.y;
        sum += 1 / (1 + exp((sqrt(right * right + up * up) - at.radius) / soft)) / 16;
      }
      return 20 + 180 * sum;
    });
  const noisy = (still: Image<Float32Array>, seed: number): Image<Float32Array> => {
    const random = new Random(seed);
    return image(
      Float32Array.from(still.data, (value) => random.poisson(value)),
      still.shape[0]!,
      still.shape[1]!,
    );
  };

  it('measures centre and radius to a few hundredths of a pixel under noise, and says so', () => {
    const truth = { x: 12.3, y: -20.6, radius: 81.4 };
    const still = beam(256, 320, truth, 0.7);
    const pulls: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const found = findDisc(noisy(still, seed));
      expect(Math.abs(found.centre.x - truth.x)).toBeLessThan(0.05);
      expect(Math.abs(found.centre.y - truth.y)).toBeLessThan(0.05);
      expect(Math.abs(found.radius - truth.radius)).toBeLessThan(0.05);
      expect(found.arc).toBeGreaterThan(340);
      pulls.push(
        (found.centre.x - truth.x) / found.standardErrors.x,
        (found.centre.y - truth.y) / found.standardErrors.y,
      );
    }
    const pull = Math.sqrt(pulls.reduce((sum, value) => sum + value ** 2, 0) / pulls.length);
    expect(pull).toBeLessThan(1.8);
    expect(pull).toBeGreaterThan(0.4);
  });

  it('finds a disc of which the image holds a part only', () => {
    const truth = { x: 110, y: 60, radius: 100 };
    const found = findDisc(noisy(beam(256, 256, truth, 0.7), 3));
    expect(Math.abs(found.centre.x - truth.x)).toBeLessThan(0.3);
    expect(Math.abs(found.centre.y - truth.y)).toBeLessThan(0.3);
    expect(Math.abs(found.radius - truth.radius)).toBeLessThan(0.3);
    expect(found.arc).toBeLessThan(330);
  });

  it('is not misled by a bar across the disc', () => {
    const truth = { x: -5, y: 8, radius: 70 };
    const still = noisy(beam(220, 220, truth, 0.7), 4);
    for (let row = 90; row < 108; row++) for (let column = 0; column < 220; column++) still.set(row, column, 20);
    const found = findDisc(still);
    expect(Math.abs(found.centre.x - truth.x)).toBeLessThan(0.15);
    expect(Math.abs(found.centre.y - truth.y)).toBeLessThan(0.15);
    expect(Math.abs(found.radius - truth.radius)).toBeLessThan(0.15);
  });

  it('finds a dim disc of a few counts a pixel', () => {
    const truth = { x: 3.5, y: 2.5, radius: 60 };
    const still = beam(256, 256, truth, 1);
    const random = new Random(8);
    const dim = image(
      Uint16Array.from(still.data, (value) => random.poisson(value / 40)),
      256,
      256,
    );
    const found = findDisc(dim);
    expect(Math.abs(found.centre.x - truth.x)).toBeLessThan(0.5);
    expect(Math.abs(found.radius - truth.radius)).toBeLessThan(0.5);
  });

  it.each([
    ['a constant image', () => findDisc(image(new Uint8Array(4096).fill(9), 64, 64)), 'imaging/constant-image'],
    [
      'noise without a disc',
      () =>
        findDisc(
          noisy(
            draw(128, 128, () => 50),
            9,
          ),
        ),
      'imaging/edge-not-found',
    ],
    ['NaN', () => findDisc(image(new Float32Array(4096).fill(NaN), 64, 64)), 'imaging/not-finite'],
    ['no pixels', () => findDisc(nothing), 'imaging/empty-image'],
    ['too few sectors', () => findDisc(flat, { sectorCount: 2 }), 'imaging/bad-argument'],
    ['no band', () => findDisc(flat, { halfWidth: 0 }), 'imaging/bad-argument'],
    ['a drop of 2', () => findDisc(flat, { smallestDrop: 2 }), 'imaging/bad-argument'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('trimBorder', () => {
  const framed = draw(60, 80, (x, y) => (x < -30.6 || y > 24.6 ? 5 : 100) + 0.5 * ((Math.abs(x * 7 + y * 3) % 5) - 2));

  it('cuts the dark edges and no more, as a view', () => {
    const trimmed = trimBorder(framed, { margin: 0 });
    expect(trimmed).toMatchObject({ left: 9, top: 5, right: 0, bottom: 0 });
    expect(trimmed.image.shape).toEqual([55, 71]);
    expect(trimmed.image.data).toBe(framed.data);
    expect(trimBorder(framed)).toMatchObject({ left: 11, top: 7, right: 0, bottom: 0 });
  });

  it('leaves an image without a dark border alone, and never cuts more than allowed', () => {
    expect(trimBorder(draw(40, 40, (x, y) => 100 + 20 * Math.sin(x) * Math.cos(y)))).toMatchObject({
      left: 0,
      top: 0,
      right: 0,
      bottom: 0,
    });
    expect(trimBorder(framed, { largestShare: 0.05 })).toMatchObject({ left: 4, top: 3 });
  });

  it.each([
    ['a constant image', () => trimBorder(flat), 'imaging/constant-image'],
    ['NaN', () => trimBorder(image(new Float32Array(64).fill(NaN), 8, 8)), 'imaging/not-finite'],
    ['no pixels', () => trimBorder(nothing), 'imaging/empty-image'],
    ['a share of all', () => trimBorder(framed, { largestShare: 0.6 }), 'imaging/bad-argument'],
    ['a dark share of 1', () => trimBorder(framed, { darkFraction: 1 }), 'imaging/bad-argument'],
    ['part of a pixel', () => trimBorder(framed, { margin: 0.5 }), 'imaging/bad-argument'],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});
