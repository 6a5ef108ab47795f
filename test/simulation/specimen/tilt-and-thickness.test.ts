import { closeup } from './microscope';
import { powerSpectrum, rings } from './spectrum';

/** A lens without any loss of contrast, so that the rings go out to the corner. */
const lens = { sphericalAberrationMillimetres: 2.7, focusSpreadNm: 0, convergenceMilliradians: 0 };
/** Nanometres at 300 kV. */
const wavelength = 0.0019687;
const amplitudePhase = Math.asin(0.07);

/** Phase of the rings. @param k cycles per nanometre @param defocus nanometres of underfocus */
const chi = (k: number, defocus: number): number =>
  Math.PI * wavelength * k * k * (defocus - 0.5 * 2.7e6 * wavelength ** 2 * k * k) + amplitudePhase;

/** Mean power over rings of all squares of a size in a part of an image, a half of a square apart. */
function localRings(
  image: { readonly data: ArrayLike<number>; readonly width: number },
  square: number,
  { left = 0, top = 0, right, bottom }: { left?: number; top?: number; right: number; bottom: number },
): Float64Array {
  const total = new Float64Array(square / 2 + 1);
  const cut = new Float64Array(square * square);
  for (let y = top; y + square <= bottom; y += square / 2)
    for (let x = left; x + square <= right; x += square / 2) {
      for (let row = 0; row < square; row++)
        for (let column = 0; column < square; column++)
          cut[row * square + column] = image.data[(y + row) * image.width + x + column]!;
      rings(powerSpectrum(cut, square), square).forEach((power, ring) => (total[ring]! += power));
    }
  return total;
}

/** Rings about their running mean: -s cos(2 chi) of the formula of a layer, whatever the spectrum of its material is. */
function oscillation(power: Float64Array, reach: number): Float64Array {
  return power.map((value, ring) => {
    const [from, to] = [Math.max(1, ring - reach), Math.min(power.length - 1, ring + reach)];
    let mean = 0;
    for (let k = from; k <= to; k++) mean += power[k]! / (to - from + 1);
    return value / mean - 1;
  });
}

/** Place of the largest value of a function, on a grid and then by a parabola. */
function maximum(of: (x: number) => number, from: number, to: number, step: number): number {
  let best = from;
  for (let x = from; x <= to; x += step) if (of(x) > of(best)) best = x;
  const [low, middle, high] = [of(best - step), of(best), of(best + step)];
  return best + (step * (low - high)) / (2 * (low + high - 2 * middle));
}

describe('a tilted specimen', () => {
  const size = 1024;
  const pixel = 0.2;
  const square = 128;

  /** Underfocus in nanometres that fits the rings of a band best. */
  const underfocus = (power: Float64Array): number => {
    const seen = oscillation(power, 5);
    const likeness = (defocus: number): number => {
      let sum = 0;
      for (let ring = 14; ring < 50; ring++) sum -= seen[ring]! * Math.cos(2 * chi(ring / (square * pixel), defocus));
      return sum;
    };
    return maximum(likeness, 450, 950, 2);
  };

  /** Change of the underfocus for a nanometre up the image, by a straight line through bands. */
  const slopeOf = (image: { readonly data: ArrayLike<number>; readonly width: number }, across = false): number => {
    const bands = Array.from({ length: 7 }, (_, k) => {
      const from = k * square;
      const part = across
        ? { left: from, right: from + 2 * square, bottom: size }
        : { top: from, bottom: from + 2 * square, right: size };
      return { place: (size / 2 - from - square) * pixel, underfocus: underfocus(localRings(image, square, part)) };
    });
    const mean = bands.reduce((sum, each) => sum + each.underfocus, 0) / bands.length;
    const [top, bottom] = bands.reduce(
      ([a, b], each) => [a + each.place * (each.underfocus - mean), b + each.place * each.place],
      [0, 0],
    );
    return top / bottom;
  };

  test.each([-40, 20, 45])('of %p degrees has that tilt in its focus, by a fit of its rings in bands', (tilt) => {
    const { microscope, clock, take } = closeup({ specimen: 'carbon', ...lens }, { size, pixel, rotation: 0 });
    microscope.setDefocus(-0.7);
    clock.seconds += microscope.moveStage({ tilt }) + 60;
    const image = take();
    expect(Math.abs((Math.atan(slopeOf(image)) * 180) / Math.PI - tilt)).toBeLessThan(3);
    // Across the slope the focus is the same; steep ones leave no rings over the whole length of a band.
    if (Math.abs(tilt) < 30) expect(Math.abs((Math.atan(slopeOf(image, true)) * 180) / Math.PI)).toBeLessThan(3);
  });
});

test.each([0, 30])('a tilted beam shears the image of a specimen that is tilted by %p degrees', (tilt) => {
  const size = 512;
  const pixel = 0.5;
  const beamTilt = 4;
  const { microscope, clock, take } = closeup(
    { specimen: 'carbon', ...lens, sphericalAberrationMillimetres: 0 },
    { size, pixel, rotation: 0 },
  );
  microscope.setDefocus(-1);
  clock.seconds += microscope.moveStage({ tilt }) + 60;
  const [minus, plus] = [-beamTilt, beamTilt].map((x) => {
    microscope.setBeamTilt({ x, y: 0 });
    return take().data;
  });
  /** Nanometres by which a stretch of rows goes along X from one tilt of the beam to the other, by the least difference of rows that are moved. */
  const moved = (top: number): number => {
    const difference = (by: number): number => {
      let sum = 0;
      for (let row = top; row < top + 64; row++)
        for (let column = 60; column < size - 60; column++)
          sum += (minus![row * size + column]! - plus![row * size + column + by]!) ** 2;
      return -sum;
    };
    return pixel * maximum(difference, -40, 40, 1);
  };
  const height = (size - 64) * pixel;
  const expected = (defocus: number): number => 2e-3 * beamTilt * defocus;
  const [top, bottom] = [moved(0), moved(size - 64)];
  // The upper half of the image lies lower where the tilt is positive.
  const slope = -Math.tan((tilt * Math.PI) / 180);
  expect(Math.abs((top + bottom) / 2 - expected(-1000))).toBeLessThan(0.1);
  expect(Math.abs(top - bottom - expected(slope * height))).toBeLessThan(0.1);
});

test.each([
  ['ice', 60],
  ['ice', 110],
  ['carbon', 45],
] as const)('rings of %s of %p nm fade with its thickness as a fit of their nodes says', (specimen, thickness) => {
  const size = 1024;
  const pixel = 0.12;
  const square = 256;
  const { microscope, take } = closeup(
    { specimen, [`${specimen}ThicknessNm`]: thickness, ...lens },
    { size, pixel, rotation: 30 },
  );
  microscope.setDefocus(-0.5);
  const seen = oscillation(localRings(take(), square, { right: size, bottom: size }), 9);
  // The formula goes through the same running mean as the image.
  const misfit = (layer: number, defocus: number): number => {
    const power = seen.map((_, ring) => {
      const k = Math.max(ring, 1) / (square * pixel);
      const x = Math.PI * wavelength * k * k * layer;
      return 1 - (Math.sin(x) / x) * Math.cos(2 * chi(k, defocus));
    });
    return oscillation(power, 9).reduce(
      (sum, wanted, ring) => (ring < 20 || ring >= 105 ? sum : sum + (seen[ring]! - wanted) ** 2),
      0,
    );
  };
  const defocus = maximum((value) => -misfit(thickness, value), 470, 530, 1);
  const found = maximum((value) => -misfit(value, defocus), 10, 200, 1);
  expect(Math.abs(defocus - 500)).toBeLessThan(5);
  expect(Math.abs(found - thickness)).toBeLessThan(5);
});
