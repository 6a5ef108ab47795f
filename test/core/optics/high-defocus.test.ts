import { apply, inverse, matrix, product, vector } from '../../../core/base';
import { centringAtHighDefocus, type HighDefocusEntry, highDefocusChange } from '../../../core/optics';

const entry = (defocus: number, intensity: number, scale: number, rotation: number, more = {}): HighDefocusEntry => ({
  spot: 3,
  probe: 1,
  crossover: 0.4,
  defocus,
  intensity,
  scale,
  rotation,
  ...more,
});
const entries = [
  entry(-100, 0.5, 0.95, 2),
  entry(-100, 0.6, 0.93, 2.1),
  entry(-200, 0.5, 0.88, 4),
  entry(-200, 0.6, 0.85, 4.2),
];
const asked = (defocus: number, intensity: number, more = {}) =>
  highDefocusChange(entries, { spot: 3, probe: 1, defocus, intensity, ...more });

test.each([
  [-150, 0.55, 0.89833, 3.1, 2],
  [-50, 0.55, 0.96833, 1.0333, 1],
  [-300, 0.55, 0.86, 4.1333, 1],
  [-100, 0.7, 0.93, 2.1, 2],
])(
  'the change at %s um and intensity %s lies between its neighbours',
  (defocus, intensity, scale, turn, confidence) => {
    const found = asked(defocus, intensity);
    expect(found.scale).toBeCloseTo(scale, 5);
    expect(found.rotation).toBeCloseTo(turn, 4);
    expect(found.confidence).toBe(confidence);
  },
);

test('without a crossover it is interpolated in the intensity itself', () => {
  const plain = entries.map((each) => ({ ...each, crossover: 0 }));
  const found = highDefocusChange(plain, { spot: 3, probe: 1, defocus: -150, intensity: 0.55 });
  expect([found.scale, found.rotation]).toEqual([expect.closeTo(0.9025, 6), expect.closeTo(3.075, 6)]);
});

test('another probe mode, the other side of the crossover, and focus have no calibration; the nearest spot size counts alone', () => {
  expect(asked(-100, 0.5, { probe: 0 })).toEqual({ scale: 1, rotation: 0, confidence: 0 });
  expect(asked(-100, 0.3).confidence).toBe(0);
  expect(asked(0, 0.5).confidence).toBe(0);
  expect(highDefocusChange(entries, { spot: 3, defocus: -100, intensity: 0.5 }).scale).toBeCloseTo(0.95, 9);
  const other = [...entries, entry(-100, 0.5, 0.7, 9, { spot: 6 })];
  expect(highDefocusChange(other, { spot: 5, probe: 1, defocus: -100, intensity: 0.5 }).scale).toBe(0.7);
  expect(highDefocusChange(other, { spot: 4, probe: 1, defocus: -100, intensity: 0.5 }).scale).toBeCloseTo(0.95, 9);
});

test('centring at a high defocus keeps the point that is in the centre', () => {
  const toCamera = matrix(40, 3, -5, 38);
  const specimenToCamera = matrix(100, 0, 0, 100);
  const turned = (m: typeof toCamera, scale: number, degrees: number) => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    return product(matrix(scale * cos, -scale * sin, scale * sin, scale * cos), m);
  };
  const shift = vector(0.7, -0.3);
  const change = {
    ofImage: { scale: 0.9, rotation: 5, confidence: 2 as const },
    ofImageShift: { scale: 0.97, rotation: 2, confidence: 2 as const },
  };
  const centring = centringAtHighDefocus(toCamera, change)!;
  const point = apply(inverse(specimenToCamera)!, apply(toCamera, shift));
  const highPoint = apply(
    inverse(turned(specimenToCamera, 0.9, 5))!,
    apply(turned(toCamera, 0.97, 2), apply(centring, shift)),
  );
  expect(highPoint.x).toBeCloseTo(point.x, 9);
  expect(highPoint.y).toBeCloseTo(point.y, 9);
  expect(centringAtHighDefocus(toCamera, { ...change, ofImage: { ...change.ofImage, confidence: 0 } })).toBeUndefined();
});
