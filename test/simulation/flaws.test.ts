import { mean, reduce, image } from '../../imaging';
import { bench } from './bench';

const grating = {
  specimen: 'cross-grating',
  contrast: 0,
  specimenAngleDegrees: 6,
  electronsPerFieldPixelPerSecond: 2e4,
  readNoiseCounts: 0,
  darkLevelCounts: 0,
};
/** An image of 512 x 384 pixels of 0.03 um, of 33 x 25 lines. */
const take = (options: Record<string, unknown>, magIndex = 17): Uint16Array => {
  const { microscope } = bench(options);
  microscope.setMagnification(magIndex);
  return microscope.expose({ camera: 0, binning: 1, exposure: 1 }).data;
};
const average = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Phase in turns of a wave of the given pitch and direction about each of some places of the image. */
function phases(
  data: Uint16Array,
  pitch: number,
  angle: number,
  places: readonly (readonly [number, number])[],
): number[] {
  const direction = ((angle + 84) * Math.PI) / 180;
  const [across, down] = [(0.03 / pitch) * Math.cos(direction), (-0.03 / pitch) * Math.sin(direction)];
  return places.map(([x, y]) => {
    let [re, im] = [0, 0];
    for (let row = y - 40; row < y + 40; row++) {
      for (let column = x - 40; column < x + 40; column++) {
        const weight =
          data[row * 512 + column]! *
          (1 + Math.cos(((column - x) / 40) * Math.PI)) *
          (1 + Math.cos(((row - y) / 40) * Math.PI));
        const turns = 2 * Math.PI * (across * column + down * row);
        re += weight * Math.cos(turns);
        im += weight * Math.sin(turns);
      }
    }
    return Math.atan2(im, re) / (2 * Math.PI);
  });
}
const places = [60, 150, 240, 330, 420].flatMap((x) => [60, 150, 240, 320].map((y) => [x, y] as const));
const pitch = 1000 / 2160;
const spread = (values: readonly number[]): number =>
  Math.sqrt(average(values.map((value) => (value - average(values)) ** 2)));

test('a lattice without flaws is the one that lines are painted for', () => {
  const perfect = take(grating);
  // Lines that may be displaced, but by nothing that can be seen.
  const painted = take({ ...grating, linePlacementNm: 1e-6 });
  expect(
    perfect.reduce((largest, value, index) => Math.max(largest, Math.abs(value - painted[index]!)), 0),
  ).toBeLessThan(0.02 * average(perfect));
});

test('a bent grating wanders from a straight one as far as its strain says, and is as straight as one where it is not bent', () => {
  const straight = phases(take(grating), pitch, 6, places);
  expect(spread(straight)).toBeLessThan(0.01);
  // The slope of the displacement is the strain: over a quarter of a wave it comes to strain * wavelength / 2 pi or thereabouts.
  const wanderings = [1, 2, 3].map((seed) => {
    const { microscope } = bench({ ...grating, latticeBend: 0.01, latticeBendRepeats: 15 }, seed);
    microscope.setMagnification(17);
    return spread(phases(microscope.expose({ camera: 0, binning: 1, exposure: 1 }).data, pitch, 6, places));
  });
  const expected = (0.01 * 15 * Math.SQRT2) / (2 * Math.PI);
  expect(average(wanderings)).toBeGreaterThan(0.5 * expected);
  expect(average(wanderings)).toBeLessThan(1.7 * expected);
});

test('missing lines make an image brighter, dirt and latex spheres darker, by their share', () => {
  const clean = average(take(grating));
  const lineless = average(take({ ...grating, latticeContrast: 0 }));
  expect((average(take({ ...grating, missingLines: 0.4 })) - clean) / (lineless - clean)).toBeCloseTo(0.4, 1);
  expect(average(take({ ...grating, dirtyBlocks: 0.3 })) / clean).toBeCloseTo(1 - 0.3 * 0.45, 1);
  expect(average(take({ ...grating, latexSpheresPerSquareMicrometre: 1 })) / clean).toBeLessThan(0.99);
});

test('a surround is dark beyond the opening, which is as large as it is said to be', () => {
  const open = take({ ...grating, latticeContrast: 0 });
  const data = take({ ...grating, latticeContrast: 0, openingMicrometres: 6, openingAngleDegrees: 6 });
  const share = data.filter((value, index) => value > 0.5 * open[index]!).length / data.length;
  expect(share).toBeCloseTo((6 / 0.03) ** 2 / (512 * 384), 2);
  expect(mean(reduce(image(data.subarray(0, 512 * 40), 40, 512), 4)) / average(open)).toBeLessThan(0.05);
});

test('catalase shows the waves of its whole cell only on request', () => {
  const power = (options: Record<string, unknown>): number => {
    const data = take(
      {
        specimen: 'catalase',
        contrast: 0.02,
        specimenAngleDegrees: 0,
        electronsPerFieldPixelPerSecond: 2e4,
        ...options,
      },
      28,
    );
    // The second axis stands at 96 + 90 degrees: nearly along -X, with a pixel of 1 nm.
    const direction = (186 * Math.PI) / 180;
    let [re, im] = [0, 0];
    data.forEach((value, index) => {
      const turns =
        (2 * Math.PI * ((index % 512) * Math.cos(direction) - Math.floor(index / 512) * Math.sin(direction))) / 17.5;
      re += value * Math.cos(turns);
      im += value * Math.sin(turns);
    });
    return Math.hypot(re, im) / data.length / average(data);
  };
  expect(power({})).toBeLessThan(0.005);
  expect(power({ catalaseCellContrast: 0.3 })).toBeGreaterThan(0.01);
});

test('a specimen that charges drifts in low magnification only, at first quickly, and again after a stage move', () => {
  const { microscope, clock } = bench({ chargingMicrometresLowMagnification: [2, -1], chargingSeconds: 10 });
  const drift = (magIndex: number): { x: number; y: number } => {
    microscope.setMagnification(magIndex);
    return microscope.expose({ camera: 0, binning: 4, exposure: 0.01 }).record.drift;
  };
  clock.seconds = 100;
  expect(drift(17)).toEqual({ x: 0, y: 0 });
  expect(drift(4).x).toBeCloseTo(0, 2);
  clock.seconds = 110;
  expect(drift(4).x).toBeCloseTo(2 * (1 - Math.exp(-1)), 2);
  expect(drift(4).y).toBeCloseTo(-(1 - Math.exp(-1)), 2);
  clock.seconds = 200;
  expect(drift(4).x).toBeCloseTo(2, 2);
  expect(drift(17)).toEqual({ x: 0, y: 0 });
  expect(drift(4).x).toBeCloseTo(0, 2);
});
