import ts from 'typescript';
import { programFolders, textOf, trackedFiles } from './source-files';

/** A word that does not belong where it is, and the remedy. */
export interface WordProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** One row of docs/GLOSSARY.md. */
export interface GlossaryEntry {
  readonly thing: string;
  readonly word: string;
  /** Words that no exported name holds, in small letters with blanks between them: `mag indices`. */
  readonly names: readonly string[];
  /** Values that no exported type holds: `nanoprobe`. */
  readonly values: readonly string[];
}

/** The rows of the tables in docs/GLOSSARY.md. Of the words that are not used, those in backticks are looked for. */
export function readGlossary(text = textOf('docs/GLOSSARY.md')): readonly GlossaryEntry[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.startsWith('| ') ? line.split('|').map((cell) => cell.trim()) : [];
    const [, thing, word, unused] = cells;
    if (!thing || !word || unused === undefined || thing === 'Thing') return [];
    const quoted = [...unused.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    return [
      {
        thing,
        word: word.replaceAll('`', ''),
        names: quoted.filter((each) => !each.startsWith("'")).map(inWords),
        values: quoted.filter((each) => each.startsWith("'")).map((each) => each.replaceAll("'", '')),
      },
    ];
  });
}

/** The words of a name in small letters: `magIndexes` gives `mag indexes`. */
export const inWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[_\W]+/g, ' ')
    .trim()
    .toLowerCase();

/** Phrases that are hard to read or to imitate, each with what to write. They are looked for in comments and in all texts. */
export const phrases: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bforet(?:old|ell)\w*/i, 'forecast'],
  [/\b(?:is|are|be|was|were|been|being) told\b/i, 'name who gets to know it: "the log says", "the caller passes"'],
  [/\btold (?:of|by|apart)\b|\buntold\b/i, '"reported", "listed", "distinguished"'],
  [/\btell(?:s|ing)? of\b/i, '"reports", "describes"'],
  [/\btell(?:s|ing)? (?:\w+ )?apart\b/i, 'distinguish'],
  [/\bown accord\b/i, 'automatically'],
  [/(?<!not |n't )\bso many\b/i, '"this number of", "at most"'],
  [/\bthinks? better of\b/i, '"changes", "withdraws"'],
  [/\b(?:is|are|was|were|be|been) wanted\b/i, '"needed", "requested", "expected"'],
  [/\ball the same\b/i, '"anyway", "still"'],
  [/\bto and fro\b/i, 'back and forth'],
  [/\bbelongs? into\b/i, 'belongs in'],
  [
    /\b(?:is|are|was|were) to be (?:\w+ed|\w+en|\w+n|done|kept|sent|shown|told|put|read|set|made|found|met|left|run|lost|had)\b/i,
    '"must be", "should be", "will be"',
  ],
  [/\b(?:whoever|whosoever|whomever)\b/i, '"the caller", "the code that"'],
  [/\b(?:lest|hence|whence|thereby|hitherto|whilst|amongst|ere|nought|upon|shall|ought)\b/i, 'a word of today'],
  [/\b(?:as it were|by and by|none the less|put right|of late)\b/i, 'a plain word'],
  [
    /(?<!\b(?:there|here) )\b(?:is|are) no (?!longer\b|more\b|less\b|better\b|worse\b|other\b|need\b|different\b)\w+/i,
    'is not a',
  ],
  [/\banew\b/i, 'again'],
  [/\bin force\b/i, 'in use'],
  [/\b(?:brought|bring|brings|bringing) back\b/i, 'restore'],
  [/\bwhere nothing is said\b/i, 'by default'],
  [/\b(?:in passing|as ever|of no use|without a word)\b/i, 'a plain word'],
  [/\bon the word of\b/i, '"with the consent of"'],
  [/\bspeaks? of\b/i, '"describes", "names", "is about"'],
  [/\bsees? to (?:it|the|each|them)\b/i, '"checks", "fixes", "does"'],
  [/\bplug-ins?\b/i, 'plugin'],
  [/\bmag(?:nification)? indices\b/i, 'mag indexes'],
  [/\bnormalis\w+/i, 'normalize'],
];

/** Openings of a doc comment that name no thing. */
const opening = /^(?:What|How|Whether|Where|Who|Which|Why)\b/;

/** Names of a constant that say how something is, not what the number is. */
const puzzles = new Set(
  (
    'plainly wellSettled certain strong alike possible suspicious asymmetric roughly never patience quick slow still ' +
    'doubtful allowed wanted caution differing unchanged unset sampled tried coarser invisible worthNaming unbent ' +
    'clearlyHigher preciseEnough tooSmall straightLines noise keep brightest largest dirtiest cleanest nearEnough'
  ).split(' '),
);

/** A limit named by a superlative: `mostLines`. */
const superlative = /^(?:most|fewest|least)[A-Z]|^MOST_/;

/** Not read: made by a tool from what is read here, a list of packages, or the words themselves. */
const unread =
  /^(docs\/(errors|hooks|GLOSSARY)\.md|docs\/images\/.*|config\/schema\.json|package-lock\.json|imaging\/fft\/pkg\/.*|test\/architecture\/(words|glossary\.test)\.ts)$/;
/** Holds names that SerialEM gives. */
const givenNames = /^core\/settings\/definitions\/.*\.types\.ts$/;
/** Not changed for words: a hash of them is stored beside what is built from them. */
const hashed = /^imaging\/fft\/src\//;

/** All files whose words are read. */
export const filesOfWords = (): readonly string[] =>
  trackedFiles().filter(
    (file) =>
      /\.(ts|js|cjs|mjs|py|c|cpp|hpp|sh|md|yaml|css|html)$/.test(file) && !unread.test(file) && !hashed.test(file),
  );

/** The words of a file that do not belong there. */
export function wordProblems(file: string, glossary: readonly GlossaryEntry[], text = textOf(file)): WordProblem[] {
  const found = phraseProblems(file, text);
  if (!/\.(ts|js|cjs|mjs)$/.test(file)) return found;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  return [
    ...found,
    ...openingProblems(file, text),
    ...constantProblems(source),
    ...(isProgram(file) ? nameProblems(source, glossary) : []),
  ];
}

const isProgram = (file: string): boolean =>
  programFolders.some((folder) => file.startsWith(`${folder}/`)) && !givenNames.test(file);

/** A blank of a phrase may be a line break, with the mark of a comment on the next line. */
const searched = phrases.map(
  ([{ source }, instead]) =>
    [new RegExp(source.replaceAll(' ', '(?:\\s+(?:(?:\\*|\\/\\/|#) *)?)'), 'gi'), instead] as const,
);

function phraseProblems(file: string, text: string): WordProblem[] {
  const read = file === 'CONTRIBUTING.md' ? text.replace(/^> Before: .*$/gm, '>') : text;
  return searched.flatMap(([pattern, instead]) =>
    [...read.matchAll(pattern)].map((match) => ({
      file,
      line: lineAt(read, match.index),
      message: `"${match[0].replace(/\s+/g, ' ')}": write ${instead}`,
    })),
  );
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

function openingProblems(file: string, text: string): WordProblem[] {
  return [...text.matchAll(/\/\*\*\s*(?:\*\s*)?(\w+)[^\n]*/g)]
    .filter((match) => opening.test(match[1]!))
    .map((match) => ({
      file,
      line: lineAt(text, match.index),
      message: `the comment opens with "${match[1]}": open with the name of the thing`,
    }));
}

function constantProblems(source: ts.SourceFile): WordProblem[] {
  const declared = source.statements.flatMap((each) =>
    ts.isVariableStatement(each) ? each.declarationList.declarations : [],
  );
  return declared.flatMap((declaration) => {
    const name = declaration.name.getText();
    const instead = puzzles.has(name)
      ? 'name the number by a noun, such as maxAsymmetry'
      : superlative.test(name)
        ? 'write max or min and a noun'
        : undefined;
    return instead && isAmount(declaration.initializer) ? [problemAt(declaration, `"${name}": ${instead}`)] : [];
  });
}

/** True for numbers, numbers with a unit, and arithmetic of them. */
function isAmount(node: ts.Expression | undefined): boolean {
  if (!node) return false;
  if (ts.isNumericLiteral(node)) return true;
  if (ts.isPrefixUnaryExpression(node)) return isAmount(node.operand);
  if (ts.isBinaryExpression(node)) return isAmount(node.left) && isAmount(node.right);
  if (ts.isParenthesizedExpression(node)) return isAmount(node.expression);
  return ts.isCallExpression(node) && node.arguments.length === 1 && isAmount(node.arguments[0]);
}

function problemAt(node: ts.Node, message: string): WordProblem {
  const source = node.getSourceFile();
  return { file: source.fileName, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, message };
}

function nameProblems(source: ts.SourceFile, glossary: readonly GlossaryEntry[]): WordProblem[] {
  const found: WordProblem[] = [];
  const hold = (node: ts.Node, name: string): void => {
    for (const { word, names } of glossary)
      for (const each of names)
        if (new RegExp(`(^| )${each}(s|es)?( |$)`).test(inWords(name)))
          found.push(problemAt(node, `"${name}": the word is "${word}" (docs/GLOSSARY.md)`));
  };
  const visit = (node: ts.Node): void => {
    if (isPrivate(node)) return;
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) {
      const { text } = node.literal;
      const entry = glossary.find(({ values }) => values.includes(text));
      if (entry) found.push(problemAt(node, `'${text}': the word is "${entry.word}" (docs/GLOSSARY.md)`));
    }
    const name = nameOf(node);
    if (name !== undefined) hold(node, name);
    if (!ts.isBlock(node)) ts.forEachChild(node, visit);
  };
  for (const statement of source.statements) if (isExported(statement)) visit(statement);
  return found;
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);

const isPrivate = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) ?? false);

/** The name of a declaration or of a member; undefined for anything else. */
function nameOf(node: ts.Node): string | undefined {
  const named =
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessor(node);
  return named && node.name && ts.isIdentifier(node.name) ? node.name.text : undefined;
}
