import path from 'node:path';
import ts from 'typescript';
import { allFolders, filesIn, programFolders, textOf, trackedFiles, typescriptIn } from './source-files';

const maxLines = 400;
const maxFiles = 20;

/** Folders that may hold more files than a screen shows, each with its reason. */
const largeFolders: Readonly<Record<string, string>> = {};

/** File names that are not kebab-case, each required by a tool. */
const givenNames =
  /^(README\.md|CHANGELOG\.md|CONTRIBUTING\.md|ADDING-A-CALIBRATION\.md|AT-YOUR-SITE\.md|Cargo\.toml|Cargo\.lock)$/;

const code = /\.(ts|js|cjs|mjs|rs|c|py|sh)$/;

describe('the files', () => {
  const files = filesIn(allFolders);

  test(`are of no more than ${maxLines} lines`, () => {
    const long = files
      .filter((file) => code.test(file))
      .map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > maxLines)).toEqual([]);
  });

  test(`lie no more than ${maxFiles} in a folder`, () => {
    const counts = new Map<string, number>();
    // A help page and its item are one thing.
    const pages = new Set(files.filter((file) => file.endsWith('.md') && files.includes(file.replace(/\.md$/, '.ts'))));
    for (const file of files.filter((each) => !pages.has(each)))
      counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1);
    const large = [...counts].filter(([, count]) => count > maxFiles).map(([folder]) => folder);
    expect(large.filter((folder) => !(folder in largeFolders))).toEqual([]);
    expect(Object.keys(largeFolders).filter((folder) => !large.includes(folder))).toEqual([]);
  });

  test('have names in small letters with hyphens', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|types))?(\.[a-z]+)?$/;
    const rust = /^[a-z0-9_]+\.rs$/;
    const wrong = files.filter(
      (file) =>
        !kebab.test(path.basename(file)) && !rust.test(path.basename(file)) && !givenNames.test(path.basename(file)),
    );
    expect(wrong).toEqual([]);
  });

  test('name no place on a machine and carry no marks of unfinished work', () => {
    const words = [
      /(?<![\w.@-])\/(?:work|tmp|opt|home|root)\/(?!eucentric-fft)\w/,
      /\bTODO\b/,
      /\bFIXME\b/,
      /\bXXX\b(?!X)/,
      /\b(?:it|test|describe)\.only\(/,
    ];
    const found = trackedFiles()
      .filter(
        (file) =>
          (code.test(file) || /\.(md|yaml|json)$/.test(file)) &&
          file !== 'package-lock.json' &&
          !file.startsWith('imaging/fft/pkg/') &&
          file !== 'test/architecture/files.test.ts',
      )
      .flatMap((file) =>
        textOf(file)
          .split('\n')
          .flatMap((line, index) =>
            words.some((word) => word.test(line)) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
          ),
      );
    expect(found).toEqual([]);
  });
});

describe('what is exported', () => {
  const sources = typescriptIn(programFolders).map((file) =>
    ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2022, true),
  );
  const placeOf = (node: ts.Node): string => {
    const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
    return `${node.getSourceFile().fileName}:${line + 1}`;
  };

  test('opens with a sentence', () => {
    const silent = sources.flatMap((source) =>
      exportsOf(source)
        .filter((node) => !hasSentence(node))
        .map((node) => `${placeOf(node)}: ${node.getText().split('\n')[0]!.slice(0, 80)}`),
    );
    expect(silent).toEqual([]);
  });

  test('is never null: what is not there is undefined', () => {
    const nulls = sources.flatMap((source) => {
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        // Values from a library or a file are cast to their type.
        if (ts.isAsExpression(node)) return visit(node.expression);
        if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword)
          found.push(`${placeOf(node)}: ${node.parent.getText()}`);
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
    expect(nulls).toEqual([]);
  });

  test('is the default of a file only where somebody looks for it: plugins and menu items', () => {
    const defaults = sources.filter((source) => /^export default /m.test(source.text)).map(({ fileName }) => fileName);
    expect(
      defaults.filter(
        (file) =>
          !/^plugins\/[^/]+\/index\.ts$/.test(file) &&
          // Tasks may also lie in a folder below that of the tasks.
          !/^plugins\/calibrations\/([^/]+|tasks\/[^/]+)\/[^/]+\.ts$/.test(file),
      ),
    ).toEqual([]);
  });

  test('has names in whole words without a prefix I', () => {
    const names = sources.flatMap((source) =>
      exportsOf(source).flatMap((node) =>
        ts.isInterfaceDeclaration(node) ? [{ name: node.name.text, at: placeOf(node) }] : [],
      ),
    );
    expect(names.filter(({ name }) => /^I[A-Z][a-z]/.test(name))).toEqual([]);
  });
});

test('the package holds no dependency that is not pinned', () => {
  const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  expect(loose).toEqual([]);
});

/** The exported declarations of a file; overloads count once, a token shares the sentence of its interface only if it has none of its own. */
function exportsOf(source: ts.SourceFile): readonly ts.Statement[] {
  const seen = new Set<string>();
  return source.statements.filter((statement) => {
    if (
      !ts.canHaveModifiers(statement) ||
      !ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
    )
      return false;
    if (!ts.isFunctionDeclaration(statement)) return true;
    const name = statement.name?.text ?? 'default';
    return !seen.has(name) && seen.add(name) !== undefined;
  });
}

function hasSentence(node: ts.Node): boolean {
  const [documented] = ts.getJSDocCommentsAndTags(node).slice(-1);
  const text = documented && ts.isJSDoc(documented) ? (ts.getTextOfJSDocComment(documented.comment) ?? '') : '';
  return /^\S+ \S/.test(text.trim());
}
