import { contrastTransfer, electronWavelength } from '../../simulation/column/wavefront';
import { bench, moments } from './bench';

const { wavefront, highTension } = bench().truth;
const optics = { ...wavefront, ...highTension, focusSpread: 0, convergence: 0, phaseToAmplitude: 10 };

/** Power of a line of values at a frequency in cycles a sample, after a Hann window. */
function power(line: ArrayLike<number>, mean: number, frequency: number): number {
  let real = 0;
  let imaginary = 0;
  for (let k = 0; k < line.length; k++) {
    const value = (line[k]! - mean) * (1 - Math.cos((2 * Math.PI * (k + 0.5)) / line.length));
    real += value * Math.cos(2 * Math.PI * frequency * k);
    imaginary += value * Math.sin(2 * Math.PI * frequency * k);
  }
  return real * real + imaginary * imaginary;
}

describe('contrast transfer', () => {
  test('has the relativistic wavelength', () => {
    // Tabulated values, picometres (Reimer and Kohl, table 3.2 to the digits given there).
    expect(electronWavelength(100) * 1e6).toBeCloseTo(3.701, 3);
    expect(electronWavelength(200) * 1e6).toBeCloseTo(2.508, 3);
    expect(electronWavelength(300) * 1e6).toBeCloseTo(1.969, 3);
  });

  test('is 1 at zero frequency and in focus, and rises with underfocus', () => {
    expect(contrastTransfer(optics, -3)(0)).toBe(1);
    const focused = contrastTransfer({ ...optics, sphericalAberration: 0 }, 0);
    for (const frequency of [1, 100, 1000]) expect(focused(frequency ** 2)).toBe(1);
    expect(contrastTransfer(optics, -3)(30 ** 2)).toBeGreaterThan(1);
    expect(contrastTransfer(optics, 3)(30 ** 2)).toBeLessThan(1);
  });

  test('goes through zero where chi says', () => {
    // Without spherical aberration the zeros are where pi*lambda*underfocus*k^2 = n*pi - atan(1/ratio).
    const transfer = contrastTransfer({ ...optics, sphericalAberration: 0 }, -2);
    for (const n of [1, 2, 3]) {
      const k2 = (n - Math.atan(1 / 10) / Math.PI) / (electronWavelength(300) * 2);
      expect(Math.abs(transfer(k2))).toBeLessThan(1e-6);
      expect(transfer(k2 * 0.99) * transfer(k2 * 1.01)).toBeLessThan(0);
    }
  });

  test('is ended by focus spread and by convergence', () => {
    const sharp = contrastTransfer(optics, -2);
    const spread = contrastTransfer({ ...optics, focusSpread: 10 }, -2);
    expect(spread(4000 ** 2) / sharp(4000 ** 2)).toBeCloseTo(
      Math.exp(-0.5 * (Math.PI * electronWavelength(300) * 0.01 * 4000 ** 2) ** 2),
      9,
    );
    expect(Math.abs(contrastTransfer({ ...optics, convergence: 1 }, -20)(100 ** 2))).toBeLessThan(1e-6);
  });

  test('makes rings in the spectrum of a defocused image', () => {
    const { microscope, truth } = bench({
      phaseToAmplitudeContrast: 5,
      sphericalAberrationMillimetres: 0,
      contrast: 0.05,
    });
    microscope.setMagnification(28);
    microscope.setDefocus(-16);
    const { data, width, height } = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    const { mean } = moments(data);
    const strip = 48;
    const wavelength = electronWavelength(truth.highTension.kilovolts);
    const at = (phase: number): number => {
      // Pixels are a nanometre, and chi/pi is wavelength*underfocus*k^2.
      const frequency = Math.sqrt(phase / wavelength / 16) * 0.001;
      // Strips added up along their short side keep only waves across them, of which there are many at this frequency.
      let sum = 0;
      for (let top = 0; top + strip <= height; top += strip) {
        const line = new Float64Array(width);
        for (let k = 0; k < strip * width; k++) line[k % width]! += data[top * width + k]! - mean;
        for (const near of [-0.003, 0, 0.003]) sum += power(line, 0, frequency + near);
      }
      return sum;
    };
    const shift = Math.atan(1 / 5) / Math.PI;
    // Between the first two zeros the power is many times that at them.
    expect(at(1.5 - shift)).toBeGreaterThan(4 * at(1 - shift));
    expect(at(1.5 - shift)).toBeGreaterThan(4 * at(2 - shift));
  });

  test('leaves the specimen where it is and the mean as it is', () => {
    const focused = bench({ sphericalAberrationMillimetres: 0 });
    const defocused = bench({ sphericalAberrationMillimetres: 0, phaseToAmplitudeContrast: 0.3 });
    for (const each of [focused, defocused]) each.microscope.setMagnification(28);
    defocused.microscope.setDefocus(-0.1);
    const a = focused.microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    const b = defocused.microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    const ma = moments(a.data);
    const mb = moments(b.data);
    expect(mb.mean / ma.mean).toBeCloseTo(1, 2);
    const product =
      a.data.reduce((sum, value, k) => sum + (value - ma.mean) * (b.data[k]! - mb.mean), 0) / a.data.length;
    expect(product / Math.sqrt(ma.variance * mb.variance)).toBeGreaterThan(0.9);
  });
});
