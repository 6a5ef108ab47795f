import { filesIn, importsOf, programFolders, textOf, typescriptIn } from './source-files';

/** The files through which others outside the program import; all that they export is meant to stay. */
const publicFiles = ['api/index.ts', 'imaging/index.ts', 'simulation/index.ts', 'testing/index.ts'];

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
const reExport = /export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*'[^']*';/g;
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.match(/[A-Za-z_$][\w$]*/g) ?? []);

interface Exported {
  readonly name: string;
  readonly isType: boolean;
}

/** The names that a file declares and exports. */
const exportsOf = (text: string): readonly Exported[] =>
  [
    ...withoutComments(text).matchAll(
      /^export (?:abstract |async |declare )*(const|let|function\*?|class|interface|type|enum) ([\w$]+)/gm,
    ),
  ].map(([, kind, name]) => ({ name: name!, isType: kind === 'interface' || kind === 'type' }));

/** The names that a file and all files whose exports it hands on export. */
function handedOn(file: string, read: (file: string) => string): readonly string[] {
  const text = withoutComments(read(file));
  const named = [...text.matchAll(/export\s+(?:type\s+)?\{([^}]*)\}/g)].flatMap(([, names]) => [...wordsOf(names!)]);
  const stars = [...text.matchAll(/export \* from '([^']+)'/g)].map(([, wanted]) => wanted);
  const below = importsOf(file, text).flatMap(({ wanted, target }) =>
    stars.includes(wanted) && target ? [target] : [],
  );
  const files = below.map((each) => (known.has(`${each}.ts`) ? `${each}.ts` : `${each}/index.ts`));
  return [...named, ...exportsOf(text).map(({ name }) => name), ...files.flatMap((each) => handedOn(each, read))];
}
const known = new Set(typescriptIn(programFolders));

/** Exports that no other file uses; a type may be that of something exported in its own file. */
function unusedExports(
  program: ReadonlyMap<string, string>,
  others: readonly string[],
  open: ReadonlySet<string>,
): readonly string[] {
  const users = new Map<string, number>();
  const count = (text: string): void => {
    for (const word of wordsOf(withoutComments(text).replace(reExport, '')))
      users.set(word, (users.get(word) ?? 0) + 1);
  };
  for (const text of [...program.values(), ...others]) count(text);
  return [...program].flatMap(([file, text]) => {
    const own = withoutComments(text).replace(reExport, '');
    return exportsOf(text)
      .filter(({ name, isType }) => {
        const inOwn = own.match(new RegExp(`\\b${name.replace('$', '\\$')}\\b`, 'g'))?.length ?? 0;
        return !open.has(name) && users.get(name) === 1 && !(isType && inOwn > 1);
      })
      .map(({ name }) => `${file}: ${name}`);
  });
}

describe('what a file exports', () => {
  const program = new Map([...known].map((file) => [file, textOf(file)]));
  const others = filesIn(['scripts', 'bench', 'bin', 'test'])
    .filter((file) => /\.(ts|js|cjs|mjs)$|^bin\//.test(file))
    .map(textOf);

  test('is used by another file, or is public', () => {
    const open = new Set(publicFiles.flatMap((file) => handedOn(file, textOf)));
    expect(open.size).toBeGreaterThan(200);
    expect(unusedExports(program, others, open)).toEqual([]);
  });

  test('is found where nobody uses it', () => {
    const made = new Map([
      [
        'core/a.ts',
        'export const used = 1;\nexport const unused = used;\nexport type Own = number;\nexport const open: Own = 2;',
      ],
      ['core/b.ts', "import { used } from './a';\nconsole.log(used);"],
      ['core/index.ts', "export { unused } from './a';"],
    ]);
    expect(unusedExports(made, [], new Set(['open']))).toEqual(['core/a.ts: unused']);
  });
});

describe('the tokens', () => {
  const text = [...known].map((file) => withoutComments(textOf(file))).join('\n');
  const declared = [...text.matchAll(/export const (\w+) = (?:service|device)(?:<\w+>)?\('(\w+)'/g)];
  const provided = new Set(
    [...text.matchAll(/\b(?:provide|provideDevice|driven)\(\s*([A-Z]\w*)\s*,/g)].map(([, name]) => name),
  );

  test('are each declared under their own name, and provided by a plugin or by the program', () => {
    expect(declared.length).toBeGreaterThan(25);
    expect(declared.filter(([, name, key]) => name !== key)).toEqual([]);
    expect(declared.map(([, name]) => name).filter((name) => !provided.has(name))).toEqual([]);
  });

  test('are each declared where one is provided', () => {
    const names = new Set(declared.map(([, name]) => name));
    expect([...provided].filter((name) => !names.has(name))).toEqual([]);
  });
});
