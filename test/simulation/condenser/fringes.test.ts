import { beamBench } from './measure';

const voltage = 300;
const [charge, mass, light, planck] = [1.602176634e-19, 9.1093837e-31, 2.99792458e8, 6.62607015e-34];
/** Micrometres, from the relativistic energy. */
const wavelength =
  (1e6 * planck) /
  Math.sqrt(2 * mass * charge * voltage * 1e3 * (1 + (charge * voltage * 1e3) / (2 * mass * light * light)));
const pixelSize = 0.001;

/** Mean counts over the distance from the centre of the beam in micrometres, in bins of a third of a pixel. */
function radialProfile(options: Record<string, unknown>, defocus = 0): { radius: number; level: number }[] {
  const given = beamBench({
    beamEdgeSoftness: 0,
    leastBeamMicrometres: [1e-6, 1e-6],
    brightestNanoamperes: 0.05,
    sphericalAberrationMillimetres: 0,
    sourceMilliradians: 0,
    fringeFree: false,
    ...options,
  });
  given.microscope.setMagnification(28);
  given.microscope.setSpotSize(1);
  given.microscope.setDefocus(defocus);
  given.microscope.setBeamDiameter(0.34);
  const { data, width, height } = given.microscope.expose({ camera: 0, binning: 1, exposure: 2 });
  const bins = Array.from({ length: 3 * 200 }, () => ({ sum: 0, count: 0 }));
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const bin = bins[Math.floor(3 * Math.hypot(column + 0.5 - width / 2, row + 0.5 - height / 2))];
      if (!bin) continue;
      bin.sum += data[row * width + column]!;
      bin.count++;
    }
  return bins.flatMap(({ sum, count }, k) =>
    count > 0 ? [{ radius: ((k + 0.5) / 3) * pixelSize, level: sum / count }] : [],
  );
}

/** Distances from the edge at which the smoothed profile has a maximum, from the outermost on, in micrometres. */
function maxima(profile: { radius: number; level: number }[], edge: number, count: number): readonly number[] {
  const smooth = profile.map((_, k) => {
    const part = profile.slice(Math.max(0, k - 2), k + 3);
    return part.reduce((total, { level }) => total + level, 0) / part.length;
  });
  const found: number[] = [];
  for (let k = smooth.length - 4; k > 3 && found.length < count; k--) {
    const part = smooth.slice(k - 3, k + 4);
    if (Math.max(...part) === smooth[k] && smooth[k]! > 0.5 * Math.max(...smooth)) {
      // The vertex of the parabola through the points about it.
      const [a, b, c] = [smooth[k - 3]!, smooth[k]!, smooth[k + 3]!];
      found.push(edge - (profile[k]!.radius + (pixelSize * (a - c)) / (2 * (a + c - 2 * b))));
      k -= 3;
    }
  }
  return found;
}

describe('the edge of a beam whose aperture is out of focus', () => {
  // The maxima behind a straight edge lie where the path difference to the edge is 3/8 of a wavelength and then whole ones more.
  test.each([
    [60, 0],
    [150, 0],
    [-100, 0],
    [100, -30],
  ])('has fringes of the spacing of Fresnel at %d um and a defocus of %d um', (apertureImageMicrometres, defocus) => {
    const df = Math.abs(apertureImageMicrometres + defocus);
    const found = maxima(radialProfile({ apertureImageMicrometres }, defocus), 0.17, 3);
    expect(found).toHaveLength(3);
    // x squared goes by 2 lambda df from one maximum to the next.
    const spacings = [1, 2].map((n) => Math.sqrt((found[n]! ** 2 - found[n - 1]! ** 2) / 2));
    for (const spacing of spacings) expect(Math.abs(spacing / Math.sqrt(wavelength * df) - 1)).toBeLessThan(0.05);
    expect(Math.abs(found[0]! / Math.sqrt(0.75 * wavelength * df) - 1)).toBeLessThan(0.05);
  });

  test('overshoots by a third, and is a quarter of the beam at the edge itself', () => {
    const profile = radialProfile({ apertureImageMicrometres: 150 });
    const level = (from: number, to: number): number => {
      const part = profile.filter(({ radius }) => radius >= from && radius < to);
      return part.reduce((total, each) => total + each.level, 0) / part.length;
    };
    const inside = level(0, 0.03);
    expect(Math.max(...profile.map((each) => each.level)) / inside).toBeGreaterThan(1.3);
    expect(level(0.1695, 0.1705) / inside).toBeCloseTo(0.25, 1);
    expect(level(0.19, 0.2) / inside).toBeLessThan(0.02);
  });

  test('has none when the column is free of fringes, and fewer with a wide source or a soft edge', () => {
    const ripple = (options: Record<string, unknown>): number => {
      const part = radialProfile({ apertureImageMicrometres: 150, ...options }).filter(
        ({ radius }) => radius > 0.06 && radius < 0.155,
      );
      const mean = part.reduce((total, { level }) => total + level, 0) / part.length;
      return Math.sqrt(part.reduce((total, { level }) => total + (level / mean - 1) ** 2, 0) / part.length);
    };
    const sharp = ripple({});
    expect(sharp).toBeGreaterThan(0.08);
    expect(ripple({ fringeFree: true })).toBeLessThan(0.1 * sharp);
    expect(ripple({ sourceMilliradians: 0.05 })).toBeLessThan(0.7 * sharp);
    expect(ripple({ beamEdgeSoftness: 0.15 })).toBeLessThan(0.7 * sharp);
  });
});
