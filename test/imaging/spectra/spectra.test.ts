import { fc } from '../../support/properties';
import { type Image, image } from '../../../imaging/image';
import {
  amplitudeSpectrum,
  autocorrelation,
  averagePowerSpectrum,
  equiphaseAverage,
  powerSpectrum,
  radialAverage,
  sectorAverages,
} from '../../../imaging/spectra';
import { Random } from '../../../imaging/synthesis';

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

/** An image from a function of camera position (origin in the middle, Y up). */
const draw = (rows: number, columns: number, value: (x: number, y: number) => number): Image<Float32Array> => {
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      data[row * columns + column] = value(column - (columns - 1) / 2, (rows - 1) / 2 - row);
  }
  return image(data, rows, columns);
};

/** A spectrum-like picture from a function of frequency in cycles a pixel (Y up), laid out as the spectra are. */
const drawSpectrum = (rows: number, columns: number, value: (x: number, y: number) => number): Image<Float32Array> => {
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[row * columns + column] = value(
        (column - Math.floor(columns / 2)) / columns,
        (Math.floor(rows / 2) - row) / rows,
      );
    }
  }
  return image(data, rows, columns);
};

const noise = (rows: number, columns: number, seed: number): Image<Float32Array> => {
  const random = new Random(seed);
  return draw(rows, columns, () => 3 * random.normal());
};

const nothing = image(new Float32Array(0), 0, 0);
const withNan = image(
  Float32Array.from({ length: 64 }, (_, index) => (index === 9 ? NaN : index)),
  8,
  8,
);

describe('powerSpectrum', () => {
  it('holds as much as the image (Parseval), any number of rows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 15 }),
        fc.integer(),
        (rows, half, seed) => {
          const frame = noise(rows, 2 * half, seed);
          const power = powerSpectrum(frame, { removeMean: false }).data.reduce((sum, value) => sum + value, 0);
          const square = frame.data.reduce((sum, value) => sum + value * value, 0);
          expect(power / square).toBeCloseTo(1, 4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('agrees with the defining sum in every pixel', () => {
    const [rows, columns] = [7, 6];
    const frame = noise(rows, columns, 4);
    const power = powerSpectrum(frame, { removeMean: false });
    for (let k = 0; k < rows; k++) {
      for (let l = 0; l < columns; l++) {
        let [real, imaginary] = [0, 0];
        const [up, right] = [(Math.floor(rows / 2) - k) / rows, (l - columns / 2) / columns];
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const angle = -2 * Math.PI * (right * column - up * row);
            real += frame.get(row, column) * Math.cos(angle);
            imaginary += frame.get(row, column) * Math.sin(angle);
          }
        }
        expect(power.get(k, l)).toBeCloseTo((real ** 2 + imaginary ** 2) / (rows * columns), 2);
      }
    }
  });

  it('shows a wave that runs up to the right above the middle on the right', () => {
    const waves = draw(64, 48, (x, y) => Math.cos(2 * Math.PI * ((6 * x) / 48 + (10 * y) / 64)));
    const power = powerSpectrum(waves);
    const total = power.data.reduce((sum, value) => sum + value, 0);
    expect(power.get(32 - 10, 24 + 6) / total).toBeCloseTo(0.5, 4);
    expect(power.get(32 + 10, 24 - 6) / total).toBeCloseTo(0.5, 4);
  });

  it.each(['none', 'hann'] as const)('gives white noise its variance at every frequency (window %s)', (window) => {
    const curve = radialAverage(powerSpectrum(noise(256, 200, 3), { window }), { binCount: 10 });
    for (let bin = 1; bin < 10; bin++) {
      const value = curve.values[bin]!;
      // Half of the pixels are independent, and Hann's window ties neighbours together.
      expect(Math.abs(value / 9 - 1)).toBeLessThan((4 * 2) / Math.sqrt(curve.counts[bin]! / 2));
    }
  });

  it('is the square of the amplitude spectrum, and zero in the middle', () => {
    const frame = noise(20, 22, 9);
    const power = powerSpectrum(frame);
    const amplitude = amplitudeSpectrum(frame);
    power.data.forEach((value, index) => expect(amplitude.data[index]! ** 2).toBeCloseTo(value, 3));
    expect(power.get(10, 11)).toBeLessThan(1e-6);
  });

  it('leaves out an odd last column and walks over views', () => {
    const frame = noise(16, 17, 2);
    expect(powerSpectrum(frame).data).toEqual(powerSpectrum(frame.hi(16, 16)).data);
    expect(powerSpectrum(image(new Uint8Array(64).fill(5), 8, 8)).data.every((value) => value === 0)).toBe(true);
  });

  it.each([
    ['NaN', () => powerSpectrum(withNan), 'imaging/not-finite'],
    ['NaN for the autocorrelation', () => autocorrelation(withNan), 'imaging/not-finite'],
    ['NaN in a tile', () => averagePowerSpectrum(withNan), 'imaging/not-finite'],
    ['no pixels', () => powerSpectrum(nothing), 'imaging/empty-image'],
    ['one column', () => powerSpectrum(image(new Float32Array(8), 8, 1)), 'imaging/bad-size'],
    [
      'a constant image for the autocorrelation',
      () => autocorrelation(image(new Uint8Array(64).fill(5), 8, 8)),
      'imaging/constant-image',
    ],
    ['odd tiles', () => averagePowerSpectrum(noise(32, 32, 1), { tileSize: 15 }), 'imaging/bad-argument'],
    [
      'tiles larger than the image',
      () => averagePowerSpectrum(noise(32, 32, 1), { tileSize: 34 }),
      'imaging/bad-argument',
    ],
    [
      'tiles on top of each other',
      () => averagePowerSpectrum(noise(32, 32, 1), { overlap: 1 }),
      'imaging/bad-argument',
    ],
    ['no bins', () => radialAverage(noise(8, 8, 1), { binCount: 0 }), 'imaging/bad-argument'],
    ['no frequency', () => radialAverage(noise(8, 8, 1), { highestFrequency: NaN }), 'imaging/bad-argument'],
    ['one sector', () => sectorAverages(noise(8, 8, 1), 1), 'imaging/bad-argument'],
    ['an average of nothing', () => radialAverage(nothing), 'imaging/empty-image'],
    [
      'defocus of both signs',
      () => equiphaseAverage(noise(8, 8, 1), { along: 1, across: -1, angle: 0 }),
      'imaging/bad-argument',
    ],
  ])('refuses %s', (_, action, expected) => expect(code(action)).toBe(expected));
});

describe('averagePowerSpectrum', () => {
  it('keeps the scale and is smoother', () => {
    const frame = noise(300, 260, 5);
    const mean = averagePowerSpectrum(frame, { tileSize: 64 });
    expect(mean.shape).toEqual([64, 64]);
    const values = Array.from(mean.data).filter(
      (_, index) => Math.hypot(Math.floor(index / 64) - 32, (index % 64) - 32) > 3,
    );
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    const scatter = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
    expect(Math.abs(centre / 9 - 1)).toBeLessThan(0.03);
    expect(scatter / centre).toBeLessThan(0.25);
  });
});

describe('autocorrelation', () => {
  it('agrees with the defining sum over the overlap', () => {
    const frame = noise(12, 10, 6);
    const mean = frame.data.reduce((sum, value) => sum + value, 0) / 120;
    const result = autocorrelation(frame);
    const variance = frame.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 120;
    for (const [down, right] of [
      [0, 0],
      [3, 2],
      [-6, 4],
      [2, -5],
      [5, 0],
    ] as const) {
      let sum = 0;
      let count = 0;
      for (let row = 0; row < 12; row++) {
        for (let column = 0; column < 10; column++) {
          if (row + down < 0 || row + down >= 12 || column + right < 0 || column + right >= 10) continue;
          sum += (frame.get(row, column) - mean) * (frame.get(row + down, column + right) - mean);
          count++;
        }
      }
      expect(result.get(6 + down, 5 + right)).toBeCloseTo(sum / count / variance, 4);
    }
  });

  it('peaks at the period of a lattice', () => {
    const lattice = draw(
      96,
      96,
      (x, y) => 50 + 10 * Math.cos((2 * Math.PI * x) / 12) + 10 * Math.cos((2 * Math.PI * y) / 16),
    );
    for (const padded of [true, false]) {
      const result = autocorrelation(lattice, { padded });
      expect(result.get(48, 48)).toBeCloseTo(1, 5);
      expect(result.get(48 + 16, 48 - 12)).toBeGreaterThan(0.95);
      expect(result.get(48 + 8, 48 + 6)).toBeLessThan(-0.9);
    }
  });
});

describe('averages', () => {
  it('give round curves back from images that are not square, each pixel once', () => {
    const spectrum = drawSpectrum(90, 140, (x, y) => 100 * Math.hypot(x, y));
    const curve = radialAverage(spectrum, { binCount: 35 });
    curve.frequencies.forEach((frequency, bin) => expect(curve.values[bin]!).toBeCloseTo(100 * frequency, 3));
    const all = radialAverage(spectrum, { highestFrequency: 0.75, binCount: 3 });
    expect(all.counts.reduce((sum, count) => sum + count, 0)).toBe(90 * 140);
  });

  it('know the direction of sectors, counter-clockwise with Y up', () => {
    const spectrum = drawSpectrum(128, 100, (x, y) => {
      const angle = (Math.atan2(y, x) * 180) / Math.PI;
      return Math.abs(((angle + 360 - 30) % 180) - 0) < 8 || Math.abs(((angle + 360 - 30) % 180) - 180) < 8 ? 1 : 0;
    });
    const curves = sectorAverages(spectrum, 6);
    const level = curves.map((curve) => curve.values[20]!);
    expect(curves.map((curve) => curve.angle)).toEqual([0, 30, 60, 90, 120, 150]);
    expect(level[1]).toBeGreaterThan(0.4);
    [0, 2, 3, 4, 5].forEach((sector) => expect(level[sector]).toBeLessThan(0.05));
  });

  it('mark bins without pixels', () => {
    const curve = radialAverage(
      drawSpectrum(4, 4, () => 1),
      { binCount: 50 },
    );
    expect(curve.values[1]).toBeNaN();
    expect(curve.frequencies[1]).toBeCloseTo(0.015, 10);
    expect(curve.counts[0]).toBe(1);
  });

  it.each([0, 2.7e-3])('keep the rings of an astigmatic transfer function sharp (Cs %p m)', (sphericalAberration) => {
    // 300 kV, 0.2 nm pixels, 2 um mean underfocus, 400 nm astigmatism at 25 degrees; lengths in nm.
    const lens = { sphericalAberration: sphericalAberration * 1e9, wavelength: 0.001969, pixelSize: 0.2 };
    const [along, across, angle] = [2200, 1800, 25];
    const phase = (frequency: number, defocus: number): number => {
      const square = (frequency / lens.pixelSize) ** 2;
      return (
        Math.PI * lens.wavelength * defocus * square -
        0.5 * Math.PI * lens.sphericalAberration * lens.wavelength ** 3 * square ** 2
      );
    };
    const transfer = (x: number, y: number): number => {
      const turn = 2 * (Math.atan2(y, x) - (angle * Math.PI) / 180);
      return Math.sin(phase(Math.hypot(x, y), 2000 + 200 * Math.cos(turn))) ** 2;
    };
    const spectrum = drawSpectrum(512, 512, transfer);
    const options = { binCount: 400, highestFrequency: 0.3 };
    const sharp = equiphaseAverage(spectrum, { along, across, angle, lens }, options);
    const washed = radialAverage(spectrum, options);
    const error = (curve: { frequencies: Float64Array; values: Float64Array }): number => {
      let sum = 0;
      for (let bin = 100; bin < 400; bin++)
        sum += (curve.values[bin]! - Math.sin(phase(curve.frequencies[bin]!, 2000)) ** 2) ** 2 / 300;
      return Math.sqrt(sum);
    };
    expect(error(sharp)).toBeLessThan(0.03);
    expect(error(washed)).toBeGreaterThan(0.2);
  });
});
