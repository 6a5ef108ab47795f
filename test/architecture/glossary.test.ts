import { filesOfWords, inWords, readGlossary, wordProblems } from './words';

const glossary = readGlossary();

describe('the words', () => {
  const files = filesOfWords();
  const found = files.flatMap((file) => wordProblems(file, glossary));

  test('are those of the glossary, in plain sentences', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(found.map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([]);
  });
});

describe('the glossary', () => {
  test('has about 40 entries, one for each thing and each word', () => {
    expect(glossary.length).toBeGreaterThan(35);
    for (const part of ['thing', 'word'] as const) {
      const all = glossary.map((entry) => entry[part]);
      expect(all.filter((each, index) => all.indexOf(each) !== index)).toEqual([]);
    }
  });

  test('uses no word that it forbids, and forbids none twice', () => {
    const words = glossary.map(({ word }) => inWords(word));
    const forbidden = glossary.flatMap(({ names }) => names);
    expect(forbidden.filter((each) => words.includes(each))).toEqual([]);
    expect(forbidden.filter((each, index) => forbidden.indexOf(each) !== index)).toEqual([]);
  });
});

describe('a wrong word is found', () => {
  const messages = (file: string, text: string): readonly string[] =>
    wordProblems(file, glossary, text).map(({ line, message }) => `${line}: ${message}`);

  test.each([
    [
      'a forbidden noun in an exported name',
      'export class LimitFault {}',
      /^1: "LimitFault": the word is "EucentricError"/,
    ],
    ['one in a member', 'export interface Pair {\n  doubts: number;\n}', /^2: "doubts": the word is "Finding"/],
    ['a plural that is not used', 'export const magIndices = [1];', /^1: "magIndices": the word is "mag index/],
    [
      'a value that is not used',
      "export type Mode = 'nanoprobe' | 'micro';",
      /^1: 'nanoprobe': the word is "probe mode/,
    ],
    [
      'an opening that names nothing',
      '/** What the guards need. */\nconst x = 1;',
      /^1: the comment opens with "What"/,
    ],
    ['one on a line of its own', '\n/**\n * Whether it is on.\n */', /^2: the comment opens with "Whether"/],
    ['a phrase across lines', '/** The caller is\n * told. */', /^1: "is \* told": write name who/],
    ['a phrase in a text', "throw new Error('the file is to be read');", /^1: "is to be read": write "must be"/],
    ['a constant named by an adverb', 'const plainly = 4;', /^1: "plainly": name the number by a noun/],
    ['a limit named by a superlative', 'const mostLines = 2 * 50;', /^1: "mostLines": write max or min/],
  ])('%s', (_, text, message) => {
    expect(messages('core/base/x.ts', text)).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    ['a local name', 'const doubts = 1;'],
    ['a private member', 'export class Pair {\n  private doubts = 1;\n}'],
    ['a word within a word', 'export const faultless = (x: string): string => x;'],
    ['a plain sentence', '/** Dependencies of the guards. There is no limit. */\nconst x = 1;'],
  ])('%s is not', (_, text) => {
    expect(messages('core/base/x.ts', text)).toEqual([]);
  });

  test('a pair of before and after may show it', () => {
    expect(messages('CONTRIBUTING.md', '> Before: it is told.')).toEqual([]);
    expect(messages('CONTRIBUTING.md', 'It is told.')).toHaveLength(1);
  });
});
