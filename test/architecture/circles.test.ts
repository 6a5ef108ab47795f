import { type Import, importsOf, programFolders, typescriptIn } from './source-files';

/** The first circle of files that import each other, the first file at its end again; undefined where there is none. */
function circleOf(files: readonly string[], imports: readonly Import[]): readonly string[] | undefined {
  const known = new Set(files);
  const next = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { file, target } of imports)
    for (const candidate of target === undefined ? [] : [`${target}.ts`, `${target}/index.ts`])
      if (known.has(candidate)) next.get(file)?.push(candidate);
  const clean = new Set<string>();
  const search = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (clean.has(file)) return undefined;
    for (const each of next.get(file) ?? []) {
      const circle = search(each, [...path, file]);
      if (circle) return circle;
    }
    clean.add(file);
    return undefined;
  };
  for (const file of files) {
    const circle = search(file, []);
    if (circle) return circle;
  }
  return undefined;
}

describe('files', () => {
  test('do not import each other in a circle, types included', () => {
    const files = typescriptIn(programFolders);
    expect(files.length).toBeGreaterThan(300);
    const circle = circleOf(
      files,
      files.flatMap((file) => importsOf(file)),
    );
    expect(circle?.join(' -> ')).toBeUndefined();
  });

  test('that do are found, by whatever way', () => {
    const files = ['core/a.ts', 'core/b/index.ts', 'core/b/c.ts', 'core/d.ts'];
    const texts: Readonly<Record<string, string>> = {
      'core/a.ts': "import type { B } from './b';",
      'core/b/index.ts': "export * from './c';",
      'core/b/c.ts': "const a = require('../a');",
      'core/d.ts': "import { a } from './a';",
    };
    const imports = files.flatMap((file) => importsOf(file, texts[file]));
    expect(circleOf(files, imports)).toEqual(['core/a.ts', 'core/b/index.ts', 'core/b/c.ts', 'core/a.ts']);
    expect(
      circleOf(
        files,
        imports.filter(({ file }) => file !== 'core/b/c.ts'),
      ),
    ).toBeUndefined();
  });
});
