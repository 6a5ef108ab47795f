import { vector } from '../../../../../core/base';
import {
  type SeriesFinding,
  type RepeatedPair,
  findingsOfRepeated,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/series-findings';

const findingOf = (code: SeriesFinding['code']): SeriesFinding => ({ code, text: code, hint: '', serious: true });
const weak = findingOf('calibration/doubtful-alignment');
const pairs = (
  shifts: readonly (readonly [number, number])[],
  findings: readonly SeriesFinding[] = [weak],
): RepeatedPair[] => shifts.map(([x, y]) => ({ axis: 'x', shift: vector(x, y), findings }));

describe('weak correlations after repeated moves', () => {
  test('are believed where their shifts agree, and only those that do', () => {
    expect(
      findingsOfRepeated(
        pairs([
          [100, 3],
          [96, -4],
          [108, 0],
        ]),
      ),
    ).toEqual([]);
    expect(
      findingsOfRepeated(
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
      findingsOfRepeated(
        pairs([
          [100, 3],
          [96, -4],
        ]),
      ),
    ).toHaveLength(2);
    expect(
      findingsOfRepeated(
        pairs([
          [100, 3],
          [-60, 7],
          [12, 80],
          [3, -110],
        ]),
      ),
    ).toHaveLength(4);
    expect(
      findingsOfRepeated(
        pairs([
          [0.2, 0],
          [0.2, 0],
          [0.2, 0],
        ]),
      ),
    ).toHaveLength(3);
    // The moves of the other axis are others.
    expect(
      findingsOfRepeated([
        ...pairs([
          [100, 0],
          [100, 1],
        ]),
        { axis: 'y', shift: vector(100, 0), findings: [weak] },
      ]),
    ).toHaveLength(3);
  });

  test('nothing else is taken back', () => {
    const pattern = findingOf('calibration/fixed-pattern');
    expect(
      findingsOfRepeated(
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
