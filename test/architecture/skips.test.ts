import { filesIn, textOf } from './source-files';

/** The one file that skips. */
const gate = 'test/support/needs.ts';
/** Files that name the ways: that one, its test and this. */
const own = [gate, 'test/conformance/needs.test.ts', 'test/architecture/skips.test.ts'];
/** Ways to leave a test out. */
const ways = [
  /\.(skip|todo|failing)\b/,
  /\b(xit|xtest|xdescribe|fdescribe)\(/,
  /\bpending\(/,
  /\b(describe|it|test)\b *\?\?|[?:] *(describe|it|test)\b *[):]/,
  // A test that is declared only where something is there is skipped silently.
  /^\s*(if|for|while)\b.*\b(CI|existsSync|platform)\b.*\b(describe|it|test)(\.each)?\(/,
] as const;

const faultsOf = (file: string, text: string): readonly string[] =>
  text
    .split('\n')
    .flatMap((line, index) =>
      ways.some((way) => way.test(line))
        ? [
            `${file}:${index + 1}: ${line.trim()}: use needs or needsReading of ${gate}, which say why and fail under CI.`,
          ]
        : [],
    );

describe('tests are left out', () => {
  test('by needs alone, which says why, and fails under CI but for the reading material', () => {
    const files = filesIn(['test', 'testing']).filter((file) => /\.(ts|cjs)$/.test(file) && !own.includes(file));
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap((file) => faultsOf(file, textOf(file)))).toEqual([]);
  });

  test.each([
    "(present ? it : it.skip)('does', () => {});",
    "it.skip('does', () => {});",
    "describe.skip.each([1])('does %i', () => {});",
    "it.todo('does');",
    "xit('does', () => {});",
    'const run = present ? describe : none;',
    "if (existsSync(file)) it('does', () => {});",
    "if (process.platform !== 'win32') test('does', () => {});",
  ])('not by %s', (line) => expect(faultsOf('test/a.test.ts', line)).not.toEqual([]));

  test.each([
    "needs('a browser', haveBrowser).describe('the page', () => {});",
    'for (const name of names) it(`reads ${name}`, () => {});',
    'const skipped = lines.filter(isSkipped);',
  ])('so that this is left alone: %s', (line) => expect(faultsOf('test/a.test.ts', line)).toEqual([]));
});
