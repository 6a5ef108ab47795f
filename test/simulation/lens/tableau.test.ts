import { fitCtf } from './ctf-fit';
import { factsNear, fineBench, onSpecimen, size } from './fine-bench';

/** Milliradians of beam tilt in the tableau. */
const tilt = 8;
const cs = 2700;
const side = 256;
const azimuths = Array.from({ length: 8 }, (_, k) => (k * Math.PI) / 4);

interface Tableau {
  /** Micrometres, in the mean of all tilts less what they would have without an error of the axis. */
  readonly defocus: number;
  /** Axis free of coma as it appears, milliradians on the specimen, with its standard error. */
  readonly axis: { readonly x: number; readonly y: number };
  readonly error: number;
}

/**
 * Takes a tableau of eight tilts (Zemlin and others, Ultramicroscopy 3 (1978) 49) and finds the axis from the defocus of its images alone:
 * `C1 + 2 Cs |t - a|^2` has the first harmonic `-4 Cs t a` about the azimuths.
 */
function tableau(options: Record<string, unknown>): Tableau {
  const { microscope, take } = fineBench(options);
  microscope.setDefocus(-1.3);
  const fits = azimuths.map((azimuth) => {
    microscope.setBeamTilt({ x: tilt * Math.cos(azimuth), y: tilt * Math.sin(azimuth) });
    return fitCtf(take(side), side, factsNear(-1));
  });
  const harmonic = (weigh: (azimuth: number) => number): number =>
    fits.reduce((total, { defocus }, k) => total + defocus * weigh(azimuths[k]!), 0) / 4;
  const perMilliradian = -4 * cs * tilt * 1e-6;
  const mean = harmonic(() => 0.5);
  return {
    defocus: mean - 2 * cs * (tilt * 1e-3) ** 2,
    axis: { x: harmonic(Math.cos) / perMilliradian, y: harmonic(Math.sin) / perMilliradian },
    error: (0.5 * fits[0]!.errors.defocus) / Math.abs(perMilliradian),
  };
}

function expectAxis({ axis, error }: Tableau, x: number, y: number): void {
  expect(error).toBeLessThan(0.1);
  expect(Math.abs(axis.x - x)).toBeLessThan(3.3 * error);
  expect(Math.abs(axis.y - y)).toBeLessThan(3.3 * error);
}

test('a beam tilted by 8 mrad sees more focus along the tilt than across it, always towards overfocus', () => {
  const { microscope, take } = fineBench();
  microscope.setDefocus(-1.3);
  microscope.setBeamTilt({ x: tilt, y: 0 });
  const { defocus, astigmatism, errors } = fitCtf(take(), size, factsNear(-1));
  const { x, y } = onSpecimen(astigmatism, 2);
  // Cs t^2 is 0.173 um: once across, three times along.
  expect(Math.abs(defocus + x + 1.3 - 0.518)).toBeLessThan(3.3 * Math.hypot(errors.defocus, errors.astigmatism));
  expect(Math.abs(defocus - x + 1.3 - 0.173)).toBeLessThan(3.3 * Math.hypot(errors.defocus, errors.astigmatism));
  expect(Math.abs(y)).toBeLessThan(3.3 * errors.astigmatism);
});

describe('a Zemlin tableau', () => {
  test('shows no coma where there is none, and the defocus', () => {
    const found = tableau({});
    expectAxis(found, 0, 0);
    expect(Math.abs(found.defocus + 1.3)).toBeLessThan(0.01);
  });

  test('finds the axis that is free of coma', () => {
    expectAxis(tableau({ comaFreeAxisMilliradians: [1.2, -0.7] }), 1.2, -0.7);
  });

  test('finds coma as a shift of that axis by its complex conjugate over Cs', () => {
    // 2700 nm of coma are those of a milliradian.
    expectAxis(tableau({ comaNm: [2700, 1350] }), -1, 0.5);
    expectAxis(tableau({ comaNm: [2700, 1350], comaFreeAxisMilliradians: [1.2, -0.7] }), 0.2, -0.2);
  });
});
