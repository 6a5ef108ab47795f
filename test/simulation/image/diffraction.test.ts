import { bench, still, type Bench } from '../bench';

const [charge, mass, planck, light] = [1.602176634e-19, 9.1093837e-31, 6.62607015e-34, 299792458];
/** Wavelength in metres of electrons of 300 kV, from the constants of nature. */
const energy = 300e3 * charge;
const wavelength = planck / Math.sqrt(2 * mass * energy * (1 + energy / (2 * mass * light * light)));
const pixel = 15e-6;

const quiet = { ...still, readNoiseCounts: 0, gainVariation: 0, darkLevelCounts: 0, specimenAngleDegrees: 12 };
function made(options: object): Bench {
  const given = bench({ ...quiet, ...options });
  given.microscope.setMagnification(17);
  given.microscope.setDiffraction(true);
  return given;
}
const shoot = ({ microscope }: Bench, exposure = 0.01) => microscope.expose({ camera: 0, binning: 1, exposure });
type Picture = ReturnType<typeof shoot>;

/** Centre of gravity of what lies within some pixels of a place. */
function spotNear({ data, width, height }: Picture, column: number, row: number, reach = 6): { x: number; y: number } {
  let [total, x, y] = [0, 0, 0];
  for (let r = Math.max(0, Math.round(row) - reach); r <= Math.min(height - 1, Math.round(row) + reach); r++)
    for (let c = Math.max(0, Math.round(column) - reach); c <= Math.min(width - 1, Math.round(column) + reach); c++) {
      const value = data[r * width + c]!;
      total += value;
      x += value * (c + 0.5);
      y += value * (r + 0.5);
    }
  expect(total).toBeGreaterThan(50);
  return { x: x / total, y: y / total };
}

describe('an image in diffraction', () => {
  test.each([
    [5, 0.2],
    [2, 0.1],
  ])('of a crystal has spots where the law of Bragg and camera length %i put them', (index, metres) => {
    const given = made({ specimen: 'crystal' });
    given.microscope.setCameraLengthIndex(index);
    expect(given.microscope.state.cameraLength).toBe(metres);
    const picture = shoot(given);
    const [column, row] = [picture.width / 2, picture.height / 2];
    const direct = spotNear(picture, column, row);
    expect(Math.hypot(direct.x - column, direct.y - row)).toBeLessThan(0.1);
    const radius = (wavelength / 0.2039e-9) * (metres / pixel);
    // Specimen X lies 84 degrees counter-clockwise from camera X, and the first planes 12 degrees from that.
    for (const turn of [0, 90, 180, 270]) {
      const angle = ((84 + 12 + turn) * Math.PI) / 180;
      const [x, y] = [direct.x + radius * Math.cos(angle), direct.y - radius * Math.sin(angle)];
      const spot = spotNear(picture, x, y);
      expect(Math.hypot(spot.x - x, spot.y - y)).toBeLessThan(0.3);
    }
  });

  test('of a gold grating has rings, and holds the whole current of the beam', () => {
    const options = { specimen: 'cross-grating', carbonThicknessNm: 0, saturationCounts: 65535 };
    const given = made({ ...options, condenser: 'lenses', brightestNanoamperes: 2e-5 });
    given.microscope.setCameraLengthIndex(3);
    given.microscope.setSpotSize(1);
    const { data, width, height } = shoot(given, 1);
    const sums = new Float64Array(400);
    const counts = new Float64Array(400);
    let total = 0;
    for (let r = 0, at = 0; r < height; r++)
      for (let c = 0; c < width; c++, at++) {
        const radius = Math.floor(Math.hypot(c + 0.5 - width / 2, r + 0.5 - height / 2));
        sums[radius]! += data[at]!;
        counts[radius]!++;
        total += data[at]!;
      }
    const profile = sums.map((sum, k) => sum / Math.max(1, counts[k]!));
    const first = (wavelength / 0.2355e-9) * (0.12 / pixel);
    const peak = profile.indexOf(Math.max(...profile.slice(40, 90)));
    expect(Math.abs(peak + 0.5 - first)).toBeLessThan(1);
    expect(profile[peak]! / profile[peak - 8]!).toBeGreaterThan(3);
    // Of 20 fA in a second; the truth of a camera has 1 count for an electron here.
    const electrons = (given.microscope.state.beamCurrent * 1e-9) / charge;
    expect(total / electrons / given.truth.cameras[0]!.gain).toBeCloseTo(1, 1);
  });

  test('goes with the diffraction shift, and is as in imaging when the column is back there', () => {
    const given = made({ specimen: 'film' });
    given.microscope.setCameraLengthIndex(5);
    given.microscope.setDiffractionShift({ x: 2, y: 0 });
    const picture = shoot(given);
    const angle = (84 * Math.PI) / 180;
    const far = (2e-3 * 0.2) / pixel;
    const [x, y] = [picture.width / 2 + far * Math.cos(angle), picture.height / 2 - far * Math.sin(angle)];
    const direct = spotNear(picture, x, y);
    expect(Math.hypot(direct.x - x, direct.y - y)).toBeLessThan(0.2);
    given.microscope.setDiffraction(false);
    const other = bench({ ...quiet, specimen: 'film' });
    other.microscope.setMagnification(17);
    const mean = ({ data }: Picture) => data.reduce((total, each) => total + each, 0) / data.length;
    expect(mean(shoot(given)) / mean(shoot(other))).toBeCloseTo(1, 1);
  });
});
