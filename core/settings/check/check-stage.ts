import { errorAt, type Problem, warningAt } from '../problem';
import { type Section, readReal, rowsOf } from '../source';
import { allValues } from './rows';

/** Problems with stage limits and image-shift delays beyond the form of their values. */
export function checkStage(general: Section): readonly Problem[] {
  return [...limitsReversed(general), ...delaysOutOfOrder(general)];
}

function limitsReversed(general: Section): readonly Problem[] {
  const values = allValues(general, 'StageLimits');
  return [0, 2].flatMap((at) => {
    const [low, high] = [values[at], values[at + 1]];
    if (!low || !high || low.value === 0 || high.value === 0 || low.value < high.value) return [];
    return [
      errorAt(
        'out-of-range',
        low.written.place,
        `The stage limits ${low.value} and ${high.value} leave no room between them.`,
        'The order is: lowest X, highest X, lowest Y, highest Y, in micrometres; 0 means the default.',
      ),
    ];
  });
}

function delaysOutOfOrder(general: Section): readonly Problem[] {
  const rows = rowsOf(general, 'ImageShiftDelays').filter((row) => row.length >= 2);
  return rows.flatMap((row, at) => {
    const [distance, delay] = [readReal(row[0]!.text), readReal(row[1]!.text)];
    if (distance < 0 || delay < 0)
      return [
        errorAt(
          'out-of-range',
          row[0]!.place,
          'A distance or a delay of image shift cannot be negative.',
          'Each row is: distance on the specimen in micrometres, delay in seconds.',
        ),
      ];
    const before = rows[at - 1];
    if (!before || readReal(before[0]!.text) < distance) return [];
    return [
      warningAt(
        'not-ascending',
        row[0]!.place,
        `The distance ${distance} um does not exceed the one before it; delays between them cannot be worked out.`,
        'Sort the rows by distance.',
      ),
    ];
  });
}
