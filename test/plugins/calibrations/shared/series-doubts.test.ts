import { vector } from '../../../../core/base';
import {
  type Doubt,
  type RepeatedPair,
  doubtsOfRepeated,
} from '../../../../plugins/calibrations/shared/image-series/series-doubts';

const doubtOf = (code: Doubt['code']): Doubt => ({ code, text: code, hint: '', serious: true });
const weak = doubtOf('calibration/doubtful-alignment');
const pairs = (shifts: readonly (readonly [number, number])[], doubts: readonly Doubt[] = [weak]): RepeatedPair[] =>
  shifts.map(([x, y]) => ({ axis: 'x', shift: vector(x, y), doubts }));

describe('weak correlations after repeated moves', () => {
  test('are believed where their shifts agree, and only those that do', () => {
    expect(
      doubtsOfRepeated(
        pairs([
          [100, 3],
          [96, -4],
          [108, 0],
        ]),
      ),
    ).toEqual([]);
    expect(
      doubtsOfRepeated(
        pairs([
          [100, 3],
          [96, -4],
          [108, 0],
          [-30, 90],
        ]),
      ),
    ).toEqual([weak]);
  });

  test('are not where too few agree, or where nothing seems to have moved', () => {
    expect(
      doubtsOfRepeated(
        pairs([
          [100, 3],
          [96, -4],
        ]),
      ),
    ).toHaveLength(2);
    expect(
      doubtsOfRepeated(
        pairs([
          [100, 3],
          [-60, 7],
          [12, 80],
          [3, -110],
        ]),
      ),
    ).toHaveLength(4);
    expect(
      doubtsOfRepeated(
        pairs([
          [0.2, 0],
          [0.2, 0],
          [0.2, 0],
        ]),
      ),
    ).toHaveLength(3);
    // The moves of the other axis are others.
    expect(
      doubtsOfRepeated([
        ...pairs([
          [100, 0],
          [100, 1],
        ]),
        { axis: 'y', shift: vector(100, 0), doubts: [weak] },
      ]),
    ).toHaveLength(3);
  });

  test('nothing else is taken back', () => {
    const pattern = doubtOf('calibration/fixed-pattern');
    expect(
      doubtsOfRepeated(
        pairs(
          [
            [100, 3],
            [96, -4],
            [108, 0],
          ],
          [weak, pattern],
        ),
      ),
    ).toEqual([pattern, pattern, pattern]);
  });
});
