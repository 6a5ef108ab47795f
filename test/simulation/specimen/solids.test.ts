import type { Frame } from '../../../simulation/base/frame';
import { sceneOf } from '../../../simulation/specimen/scene';
import type { SpecimenKind } from '../../../simulation';
import { closeup } from './microscope';
import { powerSpectrum } from './spectrum';

/** Radians for a volt over a nanometre at 300 kV, from the constants of nature. */
const [h, m, e, c] = [6.62607015e-34, 9.1093837e-31, 1.602176634e-19, 299792458];
const energy = e * 3e5;
const wavelength = h / Math.sqrt(2 * m * energy * (1 + energy / (2 * m * c * c)));
const interaction = ((2 * Math.PI * m * e) / (h * h)) * (1 + energy / (m * c * c)) * wavelength * 1e-9;
const amplitudeContrast = 0.07;

/** The transmission of a specimen, X of the specimen along the columns and Y up. @param pixel micrometres */
function transmission(
  kind: SpecimenKind,
  size: number,
  pixel: number,
  options: Record<string, unknown> = {},
): Float32Array {
  const frame: Frame = {
    columns: size,
    rows: size,
    originColumn: size / 2,
    originRow: size / 2,
    columnX: 1 / pixel,
    columnY: 0,
    rowX: 0,
    rowY: -1 / pixel,
    centreColumn: size / 2,
    centreRow: size / 2,
    cubic: 0,
    quadratic: 0,
    pixelSize: pixel,
    blurVariance: 0,
  };
  const canvas = new Float32Array(size * size);
  sceneOf(closeup(options).truth.specimen, kind, 5, 300).paint(canvas, frame, size * pixel);
  return canvas;
}

interface Blob {
  readonly area: number;
  readonly column: number;
  readonly row: number;
}

/** Connected parts of an image that are chosen, but for those that touch its edges. */
function blobs(chosen: (k: number) => boolean, size: number): readonly Blob[] {
  const seen = new Uint8Array(size * size);
  const found: Blob[] = [];
  for (let start = 0; start < size * size; start++) {
    if (seen[start] || !chosen(start)) continue;
    seen[start] = 1;
    const stack = [start];
    let [area, column, row, inside] = [0, 0, 0, true];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [x, y] = [at % size, Math.floor(at / size)];
      area += 1;
      column += x + 0.5;
      row += y + 0.5;
      if (x === 0 || y === 0 || x === size - 1 || y === size - 1) inside = false;
      for (const [u, v] of [
        [x - 1, y],
        [x + 1, y],
        [x, y - 1],
        [x, y + 1],
      ] as const) {
        const next = v * size + u;
        if (u < 0 || v < 0 || u >= size || v >= size || seen[next] || !chosen(next)) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    if (inside) found.push({ area, column: column / area, row: row / area });
  }
  return found;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length);
};

/** The thickness of what lies on the ground, in nanometres of a material of a mean inner potential. */
const thicknessOf = (values: Float32Array, volts: number): Float32Array => {
  const ground = values.reduce((most, each) => Math.max(most, each), 0);
  return values.map((each) => -Math.log(each / ground) / (2 * amplitudeContrast * interaction * volts));
};

describe('gold beads', () => {
  const size = 1024;
  const pixel = 0.0005;
  const field = (size * pixel) ** 2;

  test('have the radius, the spread and the number that are asked for, and the thickness of spheres', () => {
    const thickness = thicknessOf(transmission('gold-beads', size, pixel, { goldBeadsPerSquareMicrometre: 1500 }), 28);
    // Half of all: where it is as thick as a bead of 5 nm is at 0.9 of its radius.
    const found = blobs((k) => thickness[k]! > 10 * Math.sqrt(1 - 0.81), size);
    const alone = found.map(({ area }) => Math.sqrt((area * pixel * pixel) / Math.PI) * 1000).filter((r) => r < 6.2);
    // At the threshold a bead of radius r is seen out to sqrt(r^2 - 4.75).
    const radii = alone.map((seen) => Math.sqrt(seen ** 2 + 25 * (1 - 0.81)));
    expect(alone.length / field / 1500).toBeGreaterThan(0.7);
    expect(found.length / field / 1500).toBeLessThan(1.05);
    expect(median(radii)).toBeCloseTo(5, 0);
    expect(Math.abs(median(radii) / 5 - 1)).toBeLessThan(0.03);
    expect(deviation(radii) / 5).toBeGreaterThan(0.06);
    expect(deviation(radii) / 5).toBeLessThan(0.11);
    // The sum of all thicknesses is the volume of the beads: 4/3 pi r^3 with the third moment of the spread.
    const volume = thickness.reduce((sum, each) => sum + each, 0) * (1000 * pixel) ** 2;
    const expected = 1500 * field * ((4 * Math.PI) / 3) * 125 * (1 + 3 * 0.08 ** 2);
    expect(volume / expected).toBeGreaterThan(0.9);
    expect(volume / expected).toBeLessThan(1.1);
  });

  test('come in many sizes', () => {
    const options = { goldBeadRadiiNm: [2.5, 5, 10], goldBeadRadiusSpread: 0, goldBeadsPerSquareMicrometre: 400 };
    const thickness = thicknessOf(transmission('gold-beads', size, pixel, options), 28);
    const found = blobs((k) => thickness[k]! > 1.5, size);
    const radii = found.map(({ area }) => Math.sqrt((area * pixel * pixel * 1e6) / Math.PI + 0.75 ** 2));
    const near = (radius: number): number => radii.filter((each) => Math.abs(each / radius - 1) < 0.06).length;
    for (const radius of [2.5, 5, 10]) expect(near(radius) / found.length).toBeGreaterThan(0.2);
    expect((near(2.5) + near(5) + near(10)) / found.length).toBeGreaterThan(0.85);
  });

  test('darken as a whole where nobody sees them singly', () => {
    const values = transmission('gold-beads', 64, 0.2);
    expect(deviation([...values])).toBeLessThan(1e-6);
    const alone = transmission('carbon', 64, 0.2);
    const phase = 300 * 1e-6 * ((4 * Math.PI) / 3) * 125 * (1 + 3 * 0.08 ** 2) * interaction * 28;
    expect(values[0]! / alone[0]!).toBeCloseTo(Math.exp(-2 * amplitudeContrast * phase), 3);
  });
});

test('latex spheres darken by the phase of their polystyrene', () => {
  const size = 512;
  const pixel = 0.004;
  const thickness = thicknessOf(transmission('latex', size, pixel, { latexOnCarbonPerSquareMicrometre: 1 }), 8.5);
  const found = blobs((k) => thickness[k]! > 100, size);
  expect(found.length).toBeGreaterThan(0);
  const diameters = found.map(({ area }) => 2 * Math.sqrt((area * pixel * pixel * 1e6) / Math.PI + 50 ** 2));
  expect(Math.abs(median(diameters) / 260 - 1)).toBeLessThan(0.03);
  expect(Math.abs(thickness.reduce((most, each) => Math.max(most, each), 0) / 260 - 1)).toBeLessThan(0.05);
});

describe('the holey film', () => {
  const size = 1024;
  const pixel = 0.02;
  const values = transmission('holey-film', size, pixel, { specimenAngleDegrees: 12 });
  const withoutRims = transmission('holey-film', size, pixel, { specimenAngleDegrees: 12, holeRimNm: 0 });
  const holes = (): readonly Blob[] => {
    const open = withoutRims.reduce((most, each) => Math.max(most, each), 0);
    const limit = (open + median([...withoutRims])) / 2;
    return blobs((k) => withoutRims[k]! > limit, size);
  };

  test('has round holes of the diameter, on a lattice with a little scatter', () => {
    const found = holes();
    expect(found.length).toBeGreaterThan(40);
    const diameters = found.map(({ area }) => 2 * pixel * Math.sqrt(area / Math.PI));
    expect(Math.abs(median(diameters) / 1.2 - 1)).toBeLessThan(0.01);
    // Places in units of the lattice are whole numbers and a half but for the scatter.
    const angle = (12 * Math.PI) / 180;
    const residuals = found.flatMap(({ column, row }) => {
      const [x, y] = [(column - size / 2) * pixel, (size / 2 - row) * pixel];
      return [x * Math.cos(angle) + y * Math.sin(angle), y * Math.cos(angle) - x * Math.sin(angle)].map(
        (along) => along - 2.5 * (Math.floor(along / 2.5) + 0.5),
      );
    });
    expect(1000 * deviation(residuals)).toBeGreaterThan(11);
    expect(1000 * deviation(residuals)).toBeLessThan(19);
  });

  test('repeats so well that its autocorrelation is nearly as high one hole farther on: a trap for correlators', () => {
    // The Wiener-Khinchin theorem backwards, at single displacements along and across the lattice.
    const power = powerSpectrum(values, size);
    const signed = (k: number): number => (k <= size / 2 ? k : k - size);
    const correlation = (x: number, y: number): number => {
      let sum = 0;
      for (let row = 0; row < size; row++)
        for (let column = 0; column < size; column++)
          sum += power[row * size + column]! * Math.cos((2 * Math.PI * (signed(column) * x - signed(row) * y)) / size);
      return sum;
    };
    const still = correlation(0, 0);
    const reach = 2.5 / pixel;
    const at = (degrees: number, distance = reach): number =>
      correlation(distance * Math.cos((degrees * Math.PI) / 180), distance * Math.sin((degrees * Math.PI) / 180)) /
      still;
    // The window takes some of it away over a tenth of the field.
    expect(at(12)).toBeGreaterThan(0.8);
    expect(at(102)).toBeGreaterThan(0.8);
    expect(at(12)).toBeGreaterThan(at(15));
    expect(at(12)).toBeGreaterThan(at(9));
    expect(at(12)).toBeGreaterThan(at(12, 0.97 * reach));
    expect(at(12)).toBeGreaterThan(at(12, 1.03 * reach));
    expect(at(12, reach / 2)).toBeLessThan(0.2);
  });

  test('has a rim, and more beam where ice and film end', () => {
    const [darkest, film, open] = [0, 0.5, 1].map(
      (share) => [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!,
    );
    const phase = (volts: number, nanometres: number): number => interaction * volts * nanometres;
    expect(open).toBeCloseTo(Math.exp(-2 * amplitudeContrast * phase(4.53, 40)), 3);
    expect(film! / open!).toBeCloseTo(Math.exp(-2 * amplitudeContrast * phase(9.09, 10)), 3);
    expect(darkest! / film!).toBeLessThan(Math.exp(-2 * amplitudeContrast * phase(9.09, 6)));
  });

  test('lacks some holes where that is asked for', () => {
    const worn = transmission('holey-film', size, pixel, { missingHoles: 0.3 });
    const open = worn.reduce((most, each) => Math.max(most, each), 0);
    const left = blobs((k) => worn[k]! > 0.99 * open, size).length / holes().length;
    expect(left).toBeGreaterThan(0.5);
    expect(left).toBeLessThan(0.9);
  });
});

test('the perfect crystal has the spacing and the direction of its planes', () => {
  const size = 512;
  const pixel = 0.00005;
  const values = transmission('crystal', size, pixel, { specimenAngleDegrees: 20 });
  const power = powerSpectrum(values, size);
  const peak = (degrees: number): { spacing: number; angle: number; height: number } => {
    let [x, y, weight, height] = [0, 0, 0, 0];
    const expected = size * pixel * 1000 * (1 / 0.2039) * (degrees % 90 === 20 ? 1 : Math.SQRT2);
    const middle = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)].map(
      (each) => each * expected,
    );
    for (let v = Math.round(middle[1]!) - 8; v <= Math.round(middle[1]!) + 8; v++)
      for (let u = Math.round(middle[0]!) - 8; u <= Math.round(middle[0]!) + 8; u++) {
        // Rows run down, so that Y up is against them.
        const value = power[((-v + size) % size) * size + ((u + size) % size)]!;
        x += u * value;
        y += v * value;
        weight += value;
        height = Math.max(height, value);
      }
    return {
      spacing: (size * pixel * 1000) / Math.hypot(x / weight, y / weight),
      angle: (Math.atan2(y, x) * 180) / Math.PI,
      height,
    };
  };
  for (const [degrees, spacing] of [
    [20, 0.2039],
    [110, 0.2039],
    [65, 0.2039 / Math.SQRT2],
  ] as const) {
    expect(Math.abs(peak(degrees).spacing / spacing - 1)).toBeLessThan(0.002);
    expect(Math.abs(peak(degrees).angle - degrees)).toBeLessThan(0.2);
  }
  expect(peak(20).height).toBeGreaterThan(1000 * peak(40).height);
});
