import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { newCalibration, writeNew } from '../../scripts/new';

const root = path.resolve(__dirname, '..', '..');
const parts = [
  'app',
  'core',
  'imaging',
  'simulation',
  'wires',
  'plugins',
  'testing',
  'config',
  'test/conformance',
  'test/support',
  'statistics',
];
const settings = ['.swcrc', 'jest.config.js', 'tsconfig.json', 'package.json'];

const example = {
  item: 'plugins/calibrations/beam-and-spot/counts-per-second.ts',
  test: 'test/plugins/calibrations/beam-and-spot/counts-per-second.test.ts',
};
const scaffold = newCalibration('image-and-stage-shift/list-mags', 'List Mags');
const beyond = newCalibration('calibrations/pixel-size/lattice-spacing', "Pixel Size/Lattice's Spacing");

/** The blocks of code on the page, in order. */
const blocks = [
  ...readFileSync(path.join(root, 'docs', 'ADDING-A-CALIBRATION.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs),
].map((match) => match[1]!);

/** Result of one test of the copy. */
interface Ended {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

describe('a calibration as the page and "npm run new" make it, in a copy of the project', () => {
  let folder: string;
  let ended: ReadonlyMap<string, readonly Ended[]>;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
    for (const part of parts)
      cpSync(path.join(root, part), path.join(folder, part), {
        recursive: true,
        filter: (from) => !/[\\/]target$/.test(from) && !from.endsWith('.test.ts'),
      });
    for (const file of settings) cpSync(path.join(root, file), path.join(folder, file));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    for (const [file, text] of [
      [example.item, blocks[0]!],
      [example.test, blocks[1]!],
    ] as const) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    writeNew(folder, scaffold);
    writeNew(folder, beyond);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [require.resolve('jest/bin/jest'), '--rootDir', folder, '--json', '-i', 'test/plugins/calibrations'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 },
    );
    if (!stdout.startsWith('{')) throw new Error(stderr);
    const report = JSON.parse(stdout) as {
      testResults: readonly { name: string; assertionResults: readonly Ended[] }[];
    };
    ended = new Map(
      report.testResults.map(({ name, assertionResults }) => [path.basename(name, '.test.ts'), assertionResults]),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('the types are right', () => {
    const { config } = ts.readConfigFile(path.join(folder, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
      config: unknown;
    };
    const { options } = ts.parseJsonConfigFileContent(
      { ...(config as object), include: [], files: [] },
      ts.sys,
      folder,
    );
    const files = [example.item, example.test, ...Object.keys(scaffold), ...Object.keys(beyond)]
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(folder, file));
    const program = ts.createProgram(files, options);
    const wrong = files.flatMap((file) =>
      program
        .getSemanticDiagnostics(program.getSourceFile(file))
        .map((each) => `${path.basename(file)}: ${ts.flattenDiagnosticMessageText(each.messageText, '\n')}`),
    );
    expect(wrong).toEqual([]);
    expect(program.getSourceFile(files[0]!)).toBeDefined();
  });

  test('the example of the page passes its test and all that holds for items', () => {
    const results = ended.get('counts-per-second')!;
    expect(
      results
        .filter(({ status }) => status !== 'passed')
        .flatMap(({ fullName, failureMessages }) => [fullName, ...failureMessages]),
    ).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(8);
  });

  test.each([
    ['list-mags', 'List Mags'],
    ['lattice-spacing', "Lattice's Spacing"],
  ])(
    'what is newly written passes what can be known of it, and fails only where its author must fill in (%s)',
    (name, label) => {
      const results = ended.get(name)!;
      const named = (status: string) =>
        results.filter((each) => each.status === status).map(({ fullName }) => fullName.replace(/^menu item \S+ /, ''));
      expect(named('passed')).toEqual([
        'is declared in the file that its id names',
        'is described in one sentence each: the item, its questions and its results',
        'says to the operator why it asks, not what the question does',
        'gives the unit of every result whose sentence has one',
        'has questions with ids of their own form',
        'names only items that there are in its order of work',
        'stands in the Calibration menu or among the tasks, can run, and is the only one with its script command',
      ]);
      expect(named('failed')).toEqual([
        'runs to its end, asks only what it declares, leaves every setting as it was, and what it stored comes back',
        'when the connection is lost for good, it ends, says what could not be put back, and stores nothing',
        'failing at each of its device calls, it leaves everything as it was and stores nothing',
        'stopped at each of its device calls, it leaves everything as it was and stores nothing',
        `${label} recovers the truth`,
      ]);
      for (const { failureMessages } of results.filter(({ status }) => status === 'failed'))
        expect(failureMessages.join()).toContain('does not measure anything yet');
    },
  );
});

describe('what is asked of "npm run new"', () => {
  test.each([
    ['Spot Size', 'Beam & Spot/Spot Size', /"Spot Size" is not an id/],
    ['beam-and-spot/../x', 'Beam & Spot/X', /is not an id/],
    ['shared/x', 'Beam & Spot/X', /is not an id/],
    [
      'beam-and-spot/spot-size',
      'Beam and Spot/Spot Size',
      /There is no submenu "Beam and Spot". Did you mean "Beam & Spot"\?/,
    ],
    ['beam-and-spot/spot-size', 'Beam & Spot/', /is not a place in the menu/],
  ])('%s at "%s" is refused in words', (id, place, message) => {
    expect(() => newCalibration(id, place)).toThrow(message);
  });

  test('an item at the top level, one in a submenu of a submenu', () => {
    const dose = newCalibration('beam-and-spot/electron-dose', 'Electron Dose');
    expect(Object.keys(dose)[0]).toBe('plugins/calibrations/beam-and-spot/electron-dose.ts');
    // Its label and its sentence stand in the menu of the plugin, whichever folder its file is in.
    expect(Object.values(dose)[0]).toContain("id: 'calibrations/electron-dose',");
    expect(Object.values(dose)[0]).not.toContain('place');
    const coma = newCalibration(
      'focus-and-tuning/btid',
      'Focus & Tuning/Old Coma-free Alignment/BTID Coma-free Alignment',
    );
    expect(Object.keys(coma)[0]).toBe('plugins/calibrations/focus-and-tuning/btid-coma-free-alignment.ts');
    expect(Object.values(coma)[0]).toContain(
      "id: 'calibrations/focus-and-tuning/old-coma-free-alignment/btid-coma-free-alignment',",
    );
  });

  test('an item that the menu does not have brings its place', () => {
    const [item] = Object.values(newCalibration('beam-and-spot/counts', 'Beam & Spot/Counts'));
    expect(item).toContain("menu: ['Beam & Spot'],");
    expect(item).toContain("label: 'Counts',");
  });

  test('nothing is written over', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
    try {
      expect(writeNew(folder, scaffold)).toEqual(Object.keys(scaffold));
      expect(() => writeNew(folder, scaffold)).toThrow(/list-mags\.ts is there already/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
