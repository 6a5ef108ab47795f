import { inMicrometres, micrometres } from '../../../core/base';
import { type FocusCurve, defocusOf, shiftAt, slopeAt, withZeroAt } from '../../../core/tuning';
import { fc } from '../../support/properties';

/** A curve through displacements at defocus values in micrometres. */
const curveOf = (points: readonly (readonly [defocus: number, x: number, y: number])[]): FocusCurve => ({
  levels: points.map(([defocus, x, y]) => ({ defocus: micrometres(defocus), shift: { x, y } })),
});

/** A magnification that changes by 0.2 % and turns by 0.03 degrees for each micrometre. */
const bent = (defocus: number): { x: number; y: number } => {
  const [length, angle] = [4 * defocus * (1 + 0.002 * defocus), 0.4 + 0.0005 * defocus];
  return { x: length * Math.cos(angle), y: length * Math.sin(angle) };
};
const levels = Array.from({ length: 13 }, (_, at) => -36 + 6 * at);
const curve = curveOf(levels.map((each) => [each, bent(each).x, bent(each).y]));

/** The defocus of the nearest point by trying all, with the ends drawn out. */
function bySearch(points: FocusCurve, { x, y }: { x: number; y: number }): number {
  let best = { at: NaN, away: Infinity };
  for (let at = -60; at <= 60; at += 0.002) {
    const there = shiftAt(points, micrometres(at))!;
    const away = (there.x - x) ** 2 + (there.y - y) ** 2;
    if (away < best.away) best = { at, away };
  }
  return best.at;
}

describe('a focus curve', () => {
  it('gives the defocus of each displacement of a bent truth within what a chord leaves out', () => {
    // A chord of 6 um under a second derivative of 0.016 leaves out 0.072, where the curve is 3.4 px for one micrometre at the least.
    const leftOut = (0.016 * 6 ** 2) / 8 / 3.4;
    for (let defocus = -36; defocus <= 36; defocus += 0.37)
      expect(Math.abs(inMicrometres(defocusOf(curve, bent(defocus))!.defocus) - defocus)).toBeLessThan(leftOut);
  });

  it('takes the nearest point of the curve, also beside it and past its ends', () => {
    for (const shift of [
      { x: 31, y: -12 },
      { x: -200, y: -30 },
      { x: 190, y: 80 },
      { x: 0.3, y: -0.2 },
    ]) {
      const found = defocusOf(curve, shift)!;
      expect(inMicrometres(found.defocus)).toBeCloseTo(bySearch(curve, shift), 2);
      const there = shiftAt(curve, found.defocus)!;
      expect(found.distance).toBeCloseTo(Math.hypot(shift.x - there.x, shift.y - there.y), 6);
    }
    const past = defocusOf(curve, bent(40))!;
    expect(inMicrometres(past.pastEnd)).toBeCloseTo(inMicrometres(past.defocus) - 36, 9);
    expect(past.slopeRatio).toBeCloseTo(
      Math.hypot(slopeAt(curve, micrometres(36))!.x, slopeAt(curve, micrometres(36))!.y) / 4,
      1,
    );
    expect(defocusOf(curve, bent(3))!.pastEnd).toBe(0);
  });

  it('finds any defocus again from its own displacement', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (defocus) => {
        const again = defocusOf(curve, shiftAt(curve, micrometres(defocus))!)!;
        expect(inMicrometres(again.defocus)).toBeCloseTo(defocus, 9);
        expect(again.distance).toBeCloseTo(0, 6);
      }),
      { numRuns: 50 },
    );
  });

  it('moves with its zero', () => {
    expect(inMicrometres(defocusOf(withZeroAt(curve, micrometres(-2)), bent(-2))!.defocus)).toBeCloseTo(0, 1);
  });

  it('says nothing where there is nothing to go by', () => {
    expect(defocusOf(curveOf([]), { x: 1, y: 1 })).toBeUndefined();
    expect(defocusOf(curveOf([[0, 1, 1]]), { x: 1, y: 1 })).toBeUndefined();
    expect(
      defocusOf(
        curveOf([
          [0, 1, 1],
          [3, 1, 1],
        ]),
        { x: 1, y: 1 },
      ),
    ).toBeUndefined();
    expect(shiftAt(curveOf([[0, 1, 1]]), micrometres(0))).toBeUndefined();
  });
});
