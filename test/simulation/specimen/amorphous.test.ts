import { closeup } from './microscope';
import { powerSpectrum, rings } from './spectrum';

const size = 512;
/** Nanometres, volts of mean inner potential, scattering centres in a cubic nanometre, and the power against that of centres at random places. */
const materials = {
  ice: {
    thickness: 60,
    volts: 4.53,
    density: 31.4,
    power: (k: number) =>
      0.199 * Math.exp(-0.5 * (k / 7.31) ** 2) + 0.801 * Math.exp(-0.5 * ((k - 10 / 2.88) / 0.81) ** 2),
  },
  carbon: {
    thickness: 12,
    volts: 9.09,
    density: 87.7,
    power: (k: number) =>
      (1 - 0.8 * Math.exp(-0.5 * (k / 1.5) ** 2)) / (1 + (0.183 * k) ** 2) ** 2 + 2 / (1 + (k / 0.2) ** 2),
  },
} as const;
type Name = keyof typeof materials;

/** Wavelength in nanometres, and radians for a volt over a nanometre, at 300 kV, from the constants of nature. */
const [h, m, e, c] = [6.62607015e-34, 9.1093837e-31, 1.602176634e-19, 299792458];
const energy = e * 3e5;
const wavelength = (1e9 * h) / Math.sqrt(2 * m * energy * (1 + energy / (2 * m * c * c)));
const interaction = ((2 * Math.PI * m * e) / (h * h)) * (1 + energy / (m * c * c)) * wavelength * 1e-9 * 1e-9;

/** Power of an image relative to its mean, without shot noise, by the frequency in cycles over the image. */
function measured(name: Name, pixel: number, options: Record<string, unknown>, defocus = -0.6): Float64Array {
  const { microscope, take } = closeup(
    { specimen: name, [`${name}ThicknessNm`]: materials[name].thickness, ...lens, ...options },
    { size, pixel },
  );
  microscope.setDefocus(defocus);
  const { data } = take();
  const mean = data.reduce((sum, each) => sum + each, 0) / data.length;
  return rings(powerSpectrum(data, size), size).map((power) => power - 1 / mean);
}
const lens = { sphericalAberrationMillimetres: 2.7, focusSpreadNm: 0, convergenceMilliradians: 0 };

/** Power that the published figures give: of the phase, times four and the mean over depth of the squared sine of the wave. */
function expected(name: Name, k: number, pixel: number, defocus: number): number {
  const { thickness, volts, density, power } = materials[name];
  const phase = ((interaction * volts) ** 2 * thickness * power(k)) / density;
  const chi =
    Math.PI * wavelength * k * k * (-1000 * defocus - 0.5 * 2.7e6 * wavelength ** 2 * k * k) + Math.asin(0.07);
  const x = Math.PI * wavelength * k * k * thickness;
  const depth = 0.5 * (1 - (Math.sin(x) / x) * Math.cos(2 * chi));
  return (4 * phase * depth) / pixel ** 2;
}
/** Power that a square pixel lets through, as the mean over directions. */
function pixelPower(cyclesPerPixel: number): number {
  const sinc = (x: number): number => (Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x);
  let sum = 0;
  for (let n = 0; n < 64; n++) {
    const turn = (n * Math.PI) / 32;
    const [x, y] = [Math.PI * cyclesPerPixel * Math.cos(turn), Math.PI * cyclesPerPixel * Math.sin(turn)];
    sum += (sinc(x) * sinc(y)) ** 2 / 64;
  }
  return sum;
}

describe.each(Object.keys(materials) as Name[])('amorphous %s', (name) => {
  test.each([0.2, 0.35, 0.8])('has the published spectrum with its absolute height at a pixel of %p nm', (pixel) => {
    const power = measured(name, pixel, {});
    const ratios: number[] = [];
    // Bands of a fortieth of a cycle per pixel; the lowest is left to the window.
    for (let band = 1; band < 15; band++) {
      let [got, wanted] = [0, 0];
      for (let ring = Math.round((band * size) / 40); ring < ((band + 1) * size) / 40; ring++) {
        const k = ring / (size * pixel);
        got += power[ring]!;
        wanted += expected(name, k, pixel, -0.6) * pixelPower(ring / size);
      }
      ratios.push(got / wanted);
    }
    expect(Math.min(...ratios)).toBeGreaterThan(0.75);
    expect(Math.max(...ratios)).toBeLessThan(1.25);
    expect(ratios.reduce((sum, each) => sum + each, 0) / ratios.length).toBeCloseTo(1, 1);
  });
});
