import { bench, type Bench } from '../bench';

const options = { specimen: 'cross-grating', specimenAngleDegrees: 6, latexSpheresPerSquareMicrometre: 0, contrast: 0 };

/** Strength of the wave of a grating at a frequency along the columns and the rows of an image. */
function strength(data: Uint16Array, width: number, height: number, fx: number, fy: number): number {
  let [re, im] = [0, 0];
  for (let r = 0, at = 0; r < height; r++)
    for (let c = 0; c < width; c++, at++) {
      const window = Math.sin((Math.PI * (c + 0.5)) / width) ** 2 * Math.sin((Math.PI * (r + 0.5)) / height) ** 2;
      const angle = 2 * Math.PI * (fx * c + fy * r);
      re += window * data[at]! * Math.cos(angle);
      im += window * data[at]! * Math.sin(angle);
    }
  return re * re + im * im;
}

/** The spacing in pixels and the direction of the lines, found by climbing to the strongest wave. */
function lines({ microscope }: Bench): { readonly spacing: number; readonly degrees: number } {
  const area = { left: 128, top: 64, width: 256, height: 256 };
  const { data, width, height } = microscope.expose({ camera: 0, binning: 1, exposure: 0.2, area });
  const pitch = 1 / 2.16 / 0.03;
  let best = { spacing: pitch, degrees: 84 + 6, value: 0 };
  for (let step = 1; step > 0.01; step /= 2)
    for (const spacing of [-1, 0, 1].map((k) => best.spacing * (1 + 0.02 * step * k)))
      for (const degrees of [-1, 0, 1].map((k) => best.degrees + 1.5 * step * k)) {
        const angle = (degrees * Math.PI) / 180;
        const value = strength(data, width, height, Math.cos(angle) / spacing, -Math.sin(angle) / spacing);
        if (value > best.value) best = { spacing, degrees, value };
      }
  return best;
}

test('an image after a higher magnification is larger and turned, until the projector is normalized or a lower one was there', () => {
  const given = bench({ ...options, projectorHysteresis: 0.02, projectorHysteresisDegrees: 1.5 });
  const { microscope } = given;
  microscope.setMagnification(17);
  const before = lines(given);
  /** Holds an image against the first one. */
  const expectLines = (scale: number, degrees: number): void => {
    const now = lines(given);
    expect(Math.abs(now.spacing / before.spacing - scale)).toBeLessThan(0.001);
    expect(Math.abs(now.degrees - before.degrees - degrees)).toBeLessThan(0.1);
  };
  microscope.setMagnification(28);
  microscope.setMagnification(17);
  expectLines(1.02, 1.5);
  microscope.normalize('objective');
  expectLines(1.02, 1.5);
  microscope.normalize('projector');
  expectLines(1, 0);
  microscope.setMagnification(28);
  microscope.setMagnification(17);
  microscope.setMagnification(4);
  microscope.setMagnification(17);
  expectLines(1, 0);
});
