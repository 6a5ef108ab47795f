import { fitCtf } from './ctf-fit';
import { factsNear, fineBench, onSpecimen, size } from './fine-bench';

/** Micrometres of defocus, and nanometres of astigmatism on the specimen. */
const settings = [
  { defocus: -1, astigmatism: [0, 0] },
  { defocus: -1.4, astigmatism: [50, 80] },
  { defocus: -0.8, astigmatism: [-100, 30] },
  { defocus: -2, astigmatism: [0, -150] },
] as const;

test('an independent fit finds defocus, astigmatism and its direction within its own errors', () => {
  let squares = 0;
  for (const { defocus, astigmatism } of settings) {
    const { microscope, take } = fineBench({ astigmatismNm: astigmatism });
    microscope.setDefocus(defocus);
    const { errors, ...found } = fitCtf(take(), size, factsNear(defocus));
    const { x, y } = onSpecimen(found.astigmatism, 2);
    const misses = [
      (found.defocus - defocus) / errors.defocus,
      (x - astigmatism[0] / 1000) / errors.astigmatism,
      (y - astigmatism[1] / 1000) / errors.astigmatism,
    ];
    for (const miss of misses) {
      expect(Math.abs(miss)).toBeLessThan(3.3);
      squares += miss ** 2;
    }
    // The errors are small enough to say something: a fiftieth of the defocus would be seen ten times over.
    expect(errors.defocus).toBeLessThan(0.004);
    expect(errors.astigmatism).toBeLessThan(0.005);
  }
  // Of twelve misses the sum of squares is beyond 30 in 0.3 % of cases.
  expect(squares).toBeLessThan(30);
});

test.each([
  ['an uncorrected lens', 2.7],
  ['a lens with a shorter gap', 1.2],
])('the fit finds the spherical aberration of %s', (_, sphericalAberrationMillimetres) => {
  const pixelSize = 0.00013;
  const { microscope, take } = fineBench({ sphericalAberrationMillimetres }, pixelSize);
  microscope.setDefocus(-0.7);
  const facts = factsNear(-0.7, { pixelSize, sphericalAberration: 2, fitsSphericalAberration: true });
  const { sphericalAberration, errors, defocus } = fitCtf(take(), size, facts);
  expect(errors.sphericalAberration).toBeLessThan(0.4);
  expect(Math.abs(sphericalAberration - sphericalAberrationMillimetres)).toBeLessThan(3.3 * errors.sphericalAberration);
  expect(Math.abs(defocus + 0.7)).toBeLessThan(3.3 * errors.defocus);
});

test('the objective stigmator adds its astigmatism with its own scale and direction', () => {
  // The micrometres of a half, and twice the angle of the axes: a stigmator is the same after half a turn.
  const { microscope, take } = fineBench({ objectiveStigmatorMicrometres: 4, objectiveStigmatorAngleDegrees: 25 });
  microscope.setDefocus(-1.2);
  microscope.setObjectiveStigmator({ x: 0.02, y: 0.01 });
  const { astigmatism, errors } = fitCtf(take(), size, factsNear(-1.2));
  const { x, y } = onSpecimen(astigmatism, 2);
  const turn = (50 * Math.PI) / 180;
  expect(Math.abs(x - (0.08 * Math.cos(turn) - 0.04 * Math.sin(turn)))).toBeLessThan(3.3 * errors.astigmatism);
  expect(Math.abs(y - (0.08 * Math.sin(turn) + 0.04 * Math.cos(turn)))).toBeLessThan(3.3 * errors.astigmatism);
});
