import { fc } from '../../../support/properties';
import { lineChanges, unifiedDiff } from '../../../../core/settings/edit/line-diff';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });

/** Length of the longest common subsequence, by the usual table. */
function commonLength(one: readonly string[], other: readonly string[]): number {
  const table = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  for (let i = 1; i <= one.length; i++)
    for (let j = 1; j <= other.length; j++)
      table[i]![j] =
        one[i - 1] === other[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
  return table[one.length]![other.length]!;
}

test('the changes make one text from the other, and none could be left out', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const changes = lineChanges(before.join('\n'), after.join('\n'));
      const [old, fresh] = [before.join('\n').split('\n'), after.join('\n').split('\n')];
      const made = [...old];
      for (const { line, removed, added } of [...changes].reverse())
        expect(made.splice(line, removed.length, ...added)).toEqual(removed);
      expect(made).toEqual(fresh);
      const count = changes.reduce((sum, { removed, added }) => sum + removed.length + added.length, 0);
      expect(count).toBe(old.length + fresh.length - 2 * commonLength(old, fresh));
    }),
  );
});

test('a diff shows the changed lines alone, with their numbers', () => {
  expect(unifiedDiff('a\nb\nc\n', 'a\nB\nc\nd\n', 'site.yaml')).toBe(
    '--- site.yaml\n+++ site.yaml\n@@ -2 +2 @@\n-b\n+B\n@@ -3,0 +4 @@\n+d',
  );
  expect(unifiedDiff('a\r\nb\r\n', 'a\r\nb\r\n', 'site.yaml')).toBe('');
});
