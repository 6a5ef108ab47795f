import {
  buildTruth,
  definePart,
  microscopeOf,
  simulatorOptions,
  standardParts,
  type Exposure,
  type Instrument,
} from '../../../simulation';
import { bench, instrument, moments, still } from '../bench';
import type { Scene } from '../../../simulation/specimen/scene';

/** Electrons per pixel and second, and the published efficiency there at zero frequency, at half the Nyquist frequency and at that. */
const published: readonly (readonly [rate: number, zero: number, half: number, nyquist: number])[] = [
  [1.5, 0.95, 0.71, 0.32],
  [5, 0.8, 0.55, 0.26],
];
const [columns, rows] = [1024, 256];
const direct: Instrument = {
  ...instrument,
  cameras: [{ index: 0, name: 'direct', width: columns, height: rows, superResolutionFactor: 2 }],
  views: [{ magIndex: 17, camera: 0, pixelSizeMicrometres: 0.01, rotationDegrees: 0 }],
};
interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly originColumn: number;
  readonly originRow: number;
}

/** Pixels to the left of the middle of each row; the edge of a foil crosses the raster at a small angle, so that all fractions of a pixel occur. */
const edgeSlope = 1 / 16.3;
const foilContrast = 0.2;

/** The specimen of the microscope is an empty hole, or the straight edge of a foil, averaged over each pixel exactly along its row. */
const specimenOf = (edge: boolean) =>
  definePart({
    name: 'specimen',
    options: {},
    truth: () => ({}),
    start: () => ({
      scene: (): Scene => ({
        thickness: 0,
        paint(canvas: Float32Array, frame: Frame): void {
          for (let row = 0, at = 0; row < frame.rows; row++)
            for (let column = 0; column < frame.columns; column++, at++) {
              const left = frame.originColumn + edgeSlope * (row + 0.5 - frame.originRow);
              const dark = Math.min(1, Math.max(0, left - column));
              canvas[at] = 1 + (edge ? foilContrast * (1 - 2 * dark) : 0);
            }
        },
      }),
    }),
  });

/** A direct detector under an even beam of a dose rate. */
function camera(doseRate: number, { edge = false, seed = 1, efficiency = published, options = {} } = {}) {
  const parts = standardParts.map((part) =>
    part.name === 'specimen' ? specimenOf(edge) : part,
  ) as unknown as typeof standardParts;
  const field = rows / 512;
  const truth = buildTruth(
    simulatorOptions.parse({
      ...still,
      gainVariation: 0,
      countingEfficiency: efficiency,
      electronsPerFieldPixelPerSecond: doseRate * field ** 2,
      beamDiameterInFields: 8,
      ...options,
    }),
    direct,
  );
  const microscope = microscopeOf(parts, truth, { seed, now: () => 0 });
  microscope.setMagnification(17);
  return (exposure: number, more: object = {}): Exposure =>
    microscope.expose({ camera: 0, binning: 1, exposure, readMode: 'counting', ...more });
}

interface Picture {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** The sum of images of an edge with 40000 electrons in a pixel each, in which little noise is left. */
function edgeOf(doseRate: number, more: object = {}): Picture {
  const images = Array.from({ length: 12 }, (_, k) =>
    camera(doseRate, { edge: true, seed: k + 1 })(40_000 / doseRate, more),
  );
  const { width, height, data } = images[0]!;
  return {
    width,
    height,
    data: Float64Array.from(data, (_, at) => images.reduce((sum, each) => sum + each.data[at]!, 0)),
  };
}

/** Modulation transfer along the rows by a slanted edge: the pixels are sorted by their distance from it, and the slope of the profile transformed. */
function edgeTransfer({ data, width, height }: Picture): (frequency: number) => number {
  const reach = 12;
  const perPixel = 8;
  const sums = new Float64Array(2 * reach * perPixel);
  const counts = new Float64Array(sums.length);
  for (let row = 0; row < height; row++) {
    const left = width / 2 + edgeSlope * (row + 0.5 - height / 2);
    for (let column = 0; column < width; column++) {
      const place = Math.floor((column + 0.5 - left + reach) * perPixel);
      if (place < 0 || place >= sums.length) continue;
      sums[place]! += data[row * width + column]!;
      counts[place]!++;
    }
  }
  const profile = sums.map((sum, k) => sum / counts[k]!);
  const transformed = (frequency: number): number => {
    let [real, imaginary] = [0, 0];
    for (let k = 1; k < profile.length; k++) {
      const angle = (2 * Math.PI * frequency * k) / perPixel;
      const slope = profile[k]! - profile[k - 1]!;
      real += slope * Math.cos(angle);
      imaginary += slope * Math.sin(angle);
    }
    return Math.hypot(real, imaginary);
  };
  // The difference of neighbouring samples and the width of a bin pass less of high frequencies.
  const sampled = (frequency: number): number => {
    const angle = (Math.PI * frequency) / perPixel;
    return angle === 0 ? 1 : (Math.sin(angle) / angle) ** 2;
  };
  const zero = transformed(0);
  return (frequency) => transformed(frequency) / zero / sampled(frequency);
}

/** Noise power along the rows of an even image at a frequency, counts squared per pixel: the mean square of the transforms of its rows. */
function noisePower({ data, width, height }: Exposure, frequency: number): number {
  const { mean } = moments(data);
  const [cosines, sines] = [Math.cos, Math.sin].map((of) =>
    Float64Array.from({ length: width }, (_, k) => of(2 * Math.PI * frequency * k)),
  ) as [Float64Array, Float64Array];
  let total = 0;
  for (let row = 0; row < height; row++) {
    let [real, imaginary] = [0, 0];
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column]! - mean;
      real += value * cosines[column]!;
      imaginary += value * sines[column]!;
    }
    total += real * real + imaginary * imaginary;
  }
  return total / (width * height);
}

/** Efficiencies measured from images alone: noise power, edge and the slope of counts over electrons. */
function measured(doseRate: number): readonly number[] {
  const exposure = 2000 / doseRate;
  const [least, most] = [0.9, 1.1].map((factor) => {
    const { data, record } = camera(doseRate * factor)(exposure);
    return { counts: moments(data).mean, electrons: record.electronsPerPixel };
  }) as [{ counts: number; electrons: number }, { counts: number; electrons: number }];
  const slope = (most.counts - least.counts) / (most.electrons - least.electrons);
  const transfer = edgeTransfer(edgeOf(doseRate));
  const flat = [1, 2, 3, 4].map((seed) => camera(doseRate, { seed })(exposure));
  const electrons = flat[0]!.record.electronsPerPixel;
  return [0, 0.25, 0.5].map((frequency) => {
    // About each frequency a number of neighbours is averaged; none is zero, where the mean is.
    const near = Array.from({ length: 24 }, (_, k) => (Math.abs(frequency - (k + 1) / columns) * columns) / columns);
    const power =
      near.reduce((sum, each) => sum + flat.reduce((total, image) => total + noisePower(image, each), 0), 0) /
      (near.length * flat.length);
    return ((slope * transfer(frequency)) ** 2 * electrons) / power;
  });
}

describe('a camera that counts', () => {
  test.each(published)(
    'has at %p electrons per pixel and second the published efficiency',
    (doseRate, ...efficiencies) => {
      const found = measured(doseRate);
      efficiencies.forEach((expected, k) => expect(Math.abs(found[k]! / expected - 1)).toBeLessThan(0.03));
    },
  );

  test('misses more electrons the more come in: the line of counts bends', () => {
    const shares = [0.1, 1, 2, 5, 10, 20, 40].map((doseRate) => {
      const { data, record } = camera(doseRate)(1000 / doseRate);
      return moments(data).mean / record.electronsPerPixel;
    });
    shares.slice(1).forEach((share, k) => expect(share).toBeLessThan(shares[k]! - 0.002));
    expect(shares[0]).toBeGreaterThan(0.99);
    // At 5 electrons some tenth is lost, as published for such cameras; at 40 most are.
    expect(shares[3]).toBeGreaterThan(0.85);
    expect(shares[3]).toBeLessThan(0.95);
    expect(shares[6]).toBeLessThan(0.6);
  });

  test('counts by the rate, not by the sum: frames together hold what one exposure does', () => {
    const take = camera(5);
    const frames = [0, 1, 2, 3].reduce((sum) => sum + moments(take(25).data).mean, 0);
    expect(frames / moments(take(100).data).mean).toBeCloseTo(1, 2);
  });

  test('counts the same at other binnings and in super-resolution', () => {
    const take = camera(5);
    const perPixel = moments(take(100).data).mean;
    expect(moments(take(100, { binning: 4 }).data).mean / 16 / perPixel).toBeCloseTo(1, 2);
    expect((moments(take(100, { readMode: 'super-resolution' }).data).mean * 4) / perPixel).toBeCloseTo(1, 2);
  });

  test('passes in super-resolution some of what is beyond the Nyquist frequency of its pixels', () => {
    // In units of its own pixels the edge has the same slope, and half of their Nyquist frequency is that of the physical ones.
    const transfer = edgeTransfer(edgeOf(1.5, { readMode: 'super-resolution' }));
    const [, atZero, atHalf, atNyquist] = published[0]!;
    const [half, nyquist] = [atHalf, atNyquist].map((each) => Math.sqrt(each / atZero));
    expect(transfer(0.125) / half!).toBeCloseTo(1, 1);
    expect(transfer(0.25) / nyquist!).toBeCloseTo(1, 1);
    expect(transfer(0.4)).toBeGreaterThan(0.05);
    expect(transfer(0.4)).toBeLessThan(transfer(0.25) - 0.1);
  });

  test('keeps every electron where no efficiency is given, and where it is read as charge', () => {
    for (const image of [
      camera(20, { efficiency: [] })(50),
      camera(20, { options: { readNoiseCounts: 0 } })(50, { readMode: 'linear' }),
    ])
      expect(moments(image.data).mean / image.record.electronsPerPixel).toBeCloseTo(1, 2);
  });
});

describe('a camera that adds up charge', () => {
  test('has the efficiency that the scatter of the charge of its electrons leaves', () => {
    const images = [0, 0.6].map((chargeVariance) => {
      const { microscope } = bench({ specimen: 'empty', readNoiseCounts: 0, chargeVariance });
      microscope.setMagnification(17);
      return microscope.expose({ camera: 0, binning: 1, exposure: 0.05 });
    });
    const [every, some] = images.map(({ data, record }) => {
      const { mean, variance } = moments(data);
      return ((mean / record.electronsPerPixel) ** 2 * record.electronsPerPixel) / variance;
    });
    expect(every).toBeCloseTo(1, 1);
    expect(some).toBeCloseTo(1 / 1.6, 2);
  });
});
