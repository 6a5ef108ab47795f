import { image } from '../../../imaging/image';
import { mean, variance } from '../../../imaging/statistics';
import { expose, Random, randomPatternBound, shiftBound, Texture } from '../../../imaging/synthesis';

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

describe('Random', () => {
  it('repeats itself for a seed and differs between seeds', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.uniform());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(code(() => new Random(NaN))).toBe('imaging/bad-argument');
  });

  it('is even in its bits and normal in its normals', () => {
    const random = new Random(12);
    const count = 200_000;
    const tenths = new Float64Array(10);
    for (let index = 0; index < count; index++) tenths[Math.floor(10 * random.uniform())]!++;
    const chiSquare = tenths.reduce((sum, seen) => sum + (seen - count / 10) ** 2 / (count / 10), 0);
    // 9 degrees of freedom: above 27.9 in one of a thousand seeds.
    expect(chiSquare).toBeLessThan(27.9);
    const normals = Float64Array.from({ length: count }, () => random.normal());
    expect(Math.abs(mean(normals))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(variance(normals) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    const fourth = mean(normals.map((value) => value ** 4));
    expect(Math.abs(fourth - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
  });

  it.each([0.02, 1, 9.9, 10.1, 40, 1000, 1e6])(
    'draws Poisson counts of mean %p with the right distribution',
    (expected) => {
      const random = new Random(77);
      const count = 60_000;
      const drawn = Float64Array.from({ length: count }, () => random.poisson(expected));
      const centre = mean(drawn);
      expect(Math.abs(centre - expected)).toBeLessThan(4 * Math.sqrt(expected / count));
      expect(Math.abs(variance(drawn) / expected - 1)).toBeLessThan(4 * Math.sqrt((2 + 1 / expected) / count));
      const third = mean(drawn.map((value) => (value - expected) ** 3));
      expect(Math.abs(third - expected)).toBeLessThan(
        5 * Math.sqrt((15 * expected ** 3 + 60 * expected ** 2 + expected * 30) / count),
      );
    },
  );

  it('gives 0 for a mean of 0 and refuses what has no distribution', () => {
    expect(new Random(1).poisson(0)).toBe(0);
    for (const bad of [-1, NaN, Infinity]) expect(code(() => new Random(1).poisson(bad))).toBe('imaging/bad-argument');
  });
});

describe('Texture', () => {
  const texture = new Texture({ seed: 3, waveCount: 60 });

  it('renders what it is at every point, pixel centres at camera positions', () => {
    const shown = texture.render(9, 12, { pixelMean: false, shift: { x: 0.3, y: -1.7 } });
    for (const [row, column] of [
      [0, 0],
      [8, 11],
      [4, 5],
    ] as const) {
      expect(shown.get(row, column)).toBeCloseTo(texture.at(column - 5.5 + 0.3, 4 - row - 1.7), 10);
    }
  });

  it('shifts by whole pixels into its own neighbours: shift x right and y up moves the display left and down', () => {
    const still = texture.render(20, 20);
    const moved = texture.render(20, 20, { shift: { x: 3, y: 2 } });
    expect(moved.get(10, 10)).toBeCloseTo(still.get(8, 13), 10);
  });

  it('takes the mean over the pixel and over a binned pixel exactly', () => {
    const binned = texture.render(4, 6, { binning: 4 });
    const fine = texture.render(16, 24);
    const finest = texture.render(16 * 5, 24 * 5, { binning: 0.2, pixelMean: false });
    let sum = 0;
    let direct = 0;
    for (let row = 4; row < 8; row++) for (let column = 8; column < 12; column++) sum += fine.get(row, column) / 16;
    for (let row = 20; row < 25; row++)
      for (let column = 40; column < 45; column++) direct += finest.get(row, column) / 25;
    expect(binned.get(1, 2)).toBeCloseTo(sum, 10);
    expect(fine.get(4, 8)).toBeCloseTo(direct, 1.5);
  });

  it('smears motion as the mean over positions', () => {
    const smeared = texture.render(6, 6, { motion: { x: 2, y: -1 } });
    let sum = 0;
    const steps = 400;
    for (let step = 0; step < steps; step++) {
      const part = (step + 0.5) / steps - 0.5;
      sum += texture.render(6, 6, { shift: { x: 2 * part, y: -part } }).get(2, 3) / steps;
    }
    expect(smeared.get(2, 3)).toBeCloseTo(sum, 5);
  });

  it('looks through a matrix from image to texture', () => {
    const matrix = { xpx: 0.9, xpy: -0.4, ypx: 0.3, ypy: 1.1 };
    const seen = texture.render(8, 8, { matrix, pixelMean: false });
    const [x, y] = [6 - 3.5, 3.5 - 1];
    expect(seen.get(1, 6)).toBeCloseTo(texture.at(0.9 * x - 0.4 * y, 0.3 * x + 1.1 * y), 10);
  });

  it('has mean 0 and standard deviation 1', () => {
    const large = new Texture({ seed: 5 }).render(400, 400, { pixelMean: false });
    expect(Math.abs(mean(large))).toBeLessThan(0.02);
    expect(Math.abs(variance(large) - 1)).toBeLessThan(0.05);
  });

  it('knows its derivatives', () => {
    const step = 1e-4;
    const gradient = texture.renderGradient(6, 6);
    const slope = (shift: { x: number; y: number }): number => texture.render(6, 6, { shift }).get(1, 4);
    expect(gradient.x.get(1, 4)).toBeCloseTo((slope({ x: step, y: 0 }) - slope({ x: -step, y: 0 })) / (2 * step), 6);
    expect(gradient.y.get(1, 4)).toBeCloseTo((slope({ x: 0, y: step }) - slope({ x: 0, y: -step })) / (2 * step), 6);
  });

  it('refuses bands and counts that cannot be', () => {
    expect(code(() => new Texture({ seed: 1, waveCount: 0 }))).toBe('imaging/bad-argument');
    expect(code(() => new Texture({ seed: 1, lowestFrequency: 0.3, highestFrequency: 0.2 }))).toBe(
      'imaging/bad-argument',
    );
    expect(code(() => expose(texture.render(4, 4), { countsPerPixel: -1, contrast: 0.1 }))).toBe(
      'imaging/bad-argument',
    );
    expect(code(() => expose(texture.render(4, 4), { countsPerPixel: 1, contrast: NaN }))).toBe('imaging/bad-argument');
    expect(code(() => expose(image(Float64Array.of(NaN), 1, 1), { countsPerPixel: 1, contrast: 0.1 }))).toBe(
      'imaging/not-finite',
    );
  });
});

describe('expose', () => {
  it('gives the counts and the contrast asked for', () => {
    const random = new Random(2);
    const flat = expose(image(new Float64Array(90_000), 300, 300), { countsPerPixel: 50, contrast: 0.2, random });
    expect(Math.abs(mean(flat) - 50)).toBeLessThan(4 * Math.sqrt(50 / 90_000));
    expect(Math.abs(variance(flat) / 50 - 1)).toBeLessThan(0.03);
    const still = expose(image(Float64Array.of(-10, 0, 1), 1, 3), { countsPerPixel: 50, contrast: 0.2 });
    expect([...still.data]).toEqual([0, 50, 60]);
  });
});

describe('shiftBound', () => {
  it('is the closed value for one pair of crossed waves', () => {
    // For weak contrast c on N counts, var >= 2 N / sum (N c dT/dx)^2; the sum over the pattern is its mean square slope.
    const texture = new Texture({ seed: 11, lowestFrequency: 0.1, highestFrequency: 0.12 });
    const bound = shiftBound({
      texture,
      rows: 256,
      columns: 256,
      countsPerPixel: 100,
      contrast: 0.01,
      view: { pixelMean: false },
    })({ x: 0, y: 0 });
    const meanSquare = ((2 * Math.PI) ** 2 * (0.1 ** 2 + 0.12 ** 2)) / 4;
    const expected = Math.sqrt((2 * 100) / (256 * 256 * (100 * 0.01) ** 2 * meanSquare));
    expect(bound.x / expected).toBeGreaterThan(0.9);
    expect(bound.x / expected).toBeLessThan(1.1);
  });

  it('grows as the common part shrinks', () => {
    const texture = new Texture({ seed: 11 });
    const bound = shiftBound({ texture, rows: 128, columns: 128, countsPerPixel: 100, contrast: 0.1 });
    const at = (x: number): number => bound({ x, y: 0 }).x;
    expect(at(96) / at(0)).toBeGreaterThan(1.7);
    expect(at(96) / at(0)).toBeLessThan(2.4);
    expect(code(() => at(500))).toBe('imaging/singular-fit');
  });

  it('is reached by the best estimate that knows the derivatives', () => {
    // A one-step Gauss-Newton estimate of small shifts from the exact derivative cannot beat the bound and should come near it.
    const texture = new Texture({ seed: 21 });
    const size = 64;
    const settings = { countsPerPixel: 200, contrast: 0.15 };
    const random = new Random(31);
    const gradient = texture.renderGradient(size, size);
    const still = texture.render(size, size);
    let [xx, xy, yy] = [0, 0, 0];
    for (let index = 0; index < size * size; index++) {
      const [x, y] = [gradient.x.data[index]! * 30, gradient.y.data[index]! * 30];
      xx += x * x;
      xy += x * y;
      yy += y * y;
    }
    let square = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const one = expose(still, { ...settings, random });
      const other = expose(still, { ...settings, random });
      let [right, up] = [0, 0];
      for (let index = 0; index < size * size; index++) {
        const difference = other.data[index]! - one.data[index]!;
        right += difference * gradient.x.data[index]! * 30;
        up += difference * gradient.y.data[index]! * 30;
      }
      square += ((yy * right - xy * up) / (xx * yy - xy * xy)) ** 2 / runs;
    }
    const ratio = Math.sqrt(square) / shiftBound({ texture, rows: size, columns: size, ...settings })({ x: 0, y: 0 }).x;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.14);
  });
});

describe('randomPatternBound', () => {
  const pair = { texture: new Texture({ seed: 5 }), rows: 200, columns: 200, contrast: 0.1 };
  const ratio = (countsPerPixel: number, shift = { x: 20, y: -30 }): number =>
    randomPatternBound({ ...pair, countsPerPixel })(shift).x / shiftBound({ ...pair, countsPerPixel })(shift).x;

  it('is the bound for a fixed pattern when there is little noise, and larger when there is much', () => {
    expect(ratio(1e6)).toBeGreaterThan(0.93);
    expect(ratio(1e6)).toBeLessThan(1.07);
    expect(ratio(2)).toBeGreaterThan(1.5);
  });

  it('goes at few counts with one over the counts, as two noises meet', () => {
    const at = (countsPerPixel: number): number => randomPatternBound({ ...pair, countsPerPixel })({ x: 0, y: 0 }).x;
    expect(at(1e-4) / at(2e-4)).toBeCloseTo(2, 2);
    expect(at(1e6) / at(4e6)).toBeCloseTo(2, 2);
  });

  it('rests on a power density whose integral is the variance', () => {
    for (const falloff of [0, 1, 1.7]) {
      const texture = new Texture({ seed: 1, falloff });
      let sum = 0;
      for (let frequency = 0.00005; frequency < 0.5; frequency += 0.0001)
        sum += 2 * Math.PI * frequency * texture.powerDensity(frequency) * 0.0001;
      expect(sum).toBeCloseTo(1, 2);
    }
  });

  it('refuses to bound nothing', () => {
    expect(code(() => randomPatternBound({ ...pair, countsPerPixel: 0 }))).toBe('imaging/bad-argument');
    expect(code(() => randomPatternBound({ ...pair, countsPerPixel: 9 })({ x: 300, y: 0 }))).toBe(
      'imaging/singular-fit',
    );
  });
});
