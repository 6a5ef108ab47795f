import { vector } from '../../../../core/base';
import { type TiltedRings, fitTableau } from '../../../../plugins/calibrations/shared/ctf-images/tilt-tableau';
import { randomNumbers } from '../../../../statistics/support/random-numbers';
import { gaussianNumbers } from '../../../support/gaussian-numbers';

/** Error of defocus and astigmatism in micrometres, tilt to each side in milliradians, spherical aberration in micrometres. */
const [noise, side, spherical] = [0.001, 8, 2700];

/** Rings by the formulas of the wave under a tilt, for coils that are turned, unequal and perhaps mirrored. */
function drawnTableau(seed: number) {
  const next = randomNumbers(seed);
  const normal = gaussianNumbers(seed);
  const angle = 2 * Math.PI * next();
  const mirrored = next() < 0.5 ? -1 : 1;
  const gain = 0.9 + 0.2 * next();
  const off = { x: 0.7 * normal(), y: 0.7 * normal() };
  const threefold = { x: 0.15 * normal(), y: 0.15 * normal() };
  const focusDrift = 0.0005 * normal();
  const images = [
    [0, 0],
    [-side, 0],
    [side, 0],
    [0, -side],
    [0, side],
    [0, 0],
  ].map(([x, y], index): TiltedRings => {
    const [tx, ty] = [1e-3 * (x! + off.x), 1e-3 * mirrored * gain * (y! + off.y)];
    const [u, v] = [Math.cos(angle) * tx - Math.sin(angle) * ty, Math.sin(angle) * tx + Math.cos(angle) * ty];
    return {
      tilt: vector(x!, y!),
      time: 3 * index,
      rings: {
        defocus: -1.5 + 2 * spherical * (u * u + v * v) + 3 * index * focusDrift + noise * normal(),
        astigmatism: vector(
          0.03 + spherical * (u * u - v * v) + 2 * (threefold.x * u + threefold.y * v) + noise * normal(),
          -0.02 + 2 * spherical * u * v + 2 * (threefold.y * u - threefold.x * v) + noise * normal(),
        ),
        covariance: [noise ** 2, 0, 0, 0, noise ** 2, 0, 0, 0, noise ** 2],
        misfit: { chiSquare: 0, degreesOfFreedom: 0 },
        images: 1,
      },
    };
  });
  return { images, off, gain, threefold: Math.hypot(threefold.x, threefold.y) };
}

test('finds the axis free of coma whatever the direction, the size and the handedness of the coils, with errors that hold', () => {
  let squares = 0;
  const seeds = 30;
  for (let seed = 1; seed <= seeds; seed++) {
    const { images, off, gain, threefold } = drawnTableau(seed);
    const fit = fitTableau(images)!;
    const errors = [fit.offAxis.x - off.x, fit.offAxis.y - off.y];
    for (const error of errors) expect(Math.abs(error)).toBeLessThan(0.05);
    squares += (errors[0]! / fit.standardErrors.x) ** 2 + (errors[1]! / fit.standardErrors.y) ** 2;
    const effect = fit.milliradiansFor(spherical / 1000);
    expect(Math.abs(effect.x - 1)).toBeLessThan(0.02);
    expect(Math.abs(effect.y - gain)).toBeLessThan(0.02);
    expect(Math.abs(fit.threefoldFor(spherical / 1000) - 1000 * threefold)).toBeLessThan(200);
  }
  const ratio = Math.sqrt(squares / (2 * seeds));
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.25);
});

test('says nothing about images that do not change with the tilt', () => {
  const { images } = drawnTableau(1);
  const fit = fitTableau(images.map((each) => ({ ...each, rings: images[0]!.rings })));
  expect(fit === undefined || Math.max(fit.standardErrors.x, fit.standardErrors.y) > 0.2).toBe(true);
});
