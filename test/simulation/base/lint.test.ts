import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { root, textOf, typescriptIn } from '../../architecture/source-files';

/** The rules that hold in the simulation alone, without those that need the types of the whole project. */
const own = (require(`${root}/eslint.config.js`) as readonly Linter.Config[]).filter(({ files }) =>
  files?.some((pattern) => String(pattern).startsWith('simulation/')),
);
const linter = new Linter();
const faultsOf = (text: string, file = 'simulation/sample.ts'): readonly string[] =>
  linter
    .verify(text, [{ files: ['**/*.ts'], languageOptions: { parser } }, ...own], file)
    .map(({ line, message }) => `${file}:${line} ${message}`);

describe('functions that differ from one engine to the next', () => {
  test.each([
    'const a = Math.sin(1);',
    'const a = Math.hypot(1, 2);',
    "const a = Math['exp'](1);",
    'const a = Math.random();',
    'const { floor, cos } = Math;',
    'const m = Math;',
    'const a = 2 ** 0.5;',
    'const a = (x: number) => x ** 3;',
    'let a = 2; a **= 3;',
  ])('are refused: %s', (text) => {
    expect(faultsOf(text)).toEqual([expect.stringContaining('differs in the last bit')]);
    expect(faultsOf(text, 'imaging/sample.ts')).toEqual([]);
  });

  test.each(['const a = Math.sqrt(2) + Math.PI;', 'const { floor, imul } = Math;', 'const a = (x: number) => x ** 2;'])(
    'are not those that the standard rounds exactly: %s',
    (text) => {
      expect(faultsOf(text)).toEqual([]);
    },
  );

  test('are used nowhere in the simulation', () => {
    const files = typescriptIn(['simulation']);
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap((file) => faultsOf(textOf(file), file))).toEqual([]);
  });
});
