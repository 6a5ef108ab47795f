/**
 * Checks one item of the Calibration menu during work on it: `npm run item -- find-pixel-size`. Types, the lint of its
 * folder, and its tests with what `describeMenuItem` holds it to. The item is named by the end of its id, by its label
 * or by the path of its file.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isItemDefinition } from '../core/kernel';
import { nearestName } from '../core/settings';
import { placesOf } from '../plugins/calibrations/menu';

/** A menu item with its places. */
export interface ItemPlace {
  readonly id: string;
  readonly label: string;
  /** The folder of its submenu and its name, such as `pixel-size/find-pixel-size`. */
  readonly place: string;
}

interface ItemTests {
  itemPlaces(): readonly string[];
  testsOfItem(place: string, places?: readonly string[]): readonly string[];
}

const root =
  path.basename(path.dirname(__dirname)) === 'build'
    ? path.resolve(__dirname, '..', '..')
    : path.resolve(__dirname, '..');
const { itemPlaces, testsOfItem } = require(path.join(root, 'scripts', 'item-tests')) as ItemTests;

/** All items, as their files declare them. */
export function allItems(): readonly ItemPlace[] {
  return itemPlaces().flatMap((place) => {
    const { default: item } = require(path.join(__dirname, '..', 'plugins', 'calibrations', place)) as {
      default?: unknown;
    };
    if (!isItemDefinition(item)) return [];
    const { id, place: own } = item.declaration;
    return [{ id, label: (placesOf.get(id) ?? own)?.label ?? id, place }];
  });
}

/** Finds an item by its id or the end of it, by its label or by the path of its file. Throws a sentence for the user when that names none or several. */
export function findItem(name: string, items: readonly ItemPlace[]): ItemPlace {
  const wanted = name.toLowerCase();
  const exact = items.find(({ id }) => id === wanted);
  if (exact) return exact;
  const byPath = wanted.replace(/^(.*\/)?plugins\/calibrations\//, '').replace(/\.ts$/, '');
  const found = items.filter(
    ({ id, label, place }) => id.endsWith(`/${wanted}`) || label.toLowerCase() === wanted || place === byPath,
  );
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  if (first) throw new Error(`"${name}" names ${found.map(({ id }) => id).join(' and ')}; write one of these ids.`);
  const near = nearestName(
    name,
    items.flatMap(({ place, label }) => [path.posix.basename(place), label]),
  );
  throw new Error(
    `There is no item "${name}". ${near === undefined ? `There are: ${items.map(({ place }) => place).join(', ')}.` : `Did you mean "${near}"?`}`,
  );
}

/** The test files of an item; with the conformance test of all items unless one of its own calls `describeMenuItem`. */
export function testsFor(place: string): readonly string[] {
  const own = testsOfItem(place);
  const held = own.some((test) => readFileSync(path.join(root, test), 'utf8').includes('describeMenuItem('));
  return held ? own : [...own, 'test/conformance/menu-items.test.ts'];
}

interface Part {
  readonly name: string;
  readonly command: readonly string[];
}

/** Runs a program of a package; resolves with its success, its output and its seconds. */
function run({ name, command }: Part, environment: NodeJS.ProcessEnv) {
  const began = performance.now();
  const [program, ...given] = command;
  const child = spawn(process.execPath, [path.join(root, 'node_modules', program!), ...given], {
    cwd: root,
    env: environment,
  });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => void (said += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => void (said += piece.toString()));
  return new Promise<{ name: string; passed: boolean; said: string; seconds: number }>((resolve) => {
    child.on('close', (code) =>
      resolve({ name, passed: code === 0, said, seconds: (performance.now() - began) / 1000 }),
    );
  });
}

async function check(name: string): Promise<boolean> {
  const { id, label, place } = findItem(name, allItems());
  const tests = testsFor(place);
  const folders = [`plugins/calibrations/${path.posix.dirname(place)}`, ...tests].filter((each) =>
    existsSync(path.join(root, each)),
  );
  process.stdout.write(`${label} (${id})\n  tests: ${tests.join(', ')}\n`);
  const parts: readonly Part[] = [
    { name: 'types', command: ['typescript/bin/tsc', '--noEmit'] },
    {
      name: `lint of ${folders[0]}`,
      command: [
        'eslint/bin/eslint.js',
        ...'--max-warnings 0 --cache --cache-strategy content --cache-location build/lint/'.split(' '),
        ...folders,
      ],
    },
    // One program each: the tests of an item are few, and the types and the lint need the other core.
    { name: 'tests', command: ['jest/bin/jest.js', '--runInBand', '--runTestsByPath', ...tests] },
  ];
  const began = performance.now();
  const results = await Promise.all(parts.map((part) => run(part, { ...process.env, EUCENTRIC_ITEM: id })));
  for (const { name: part, passed, said, seconds } of results) {
    process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${part}, ${seconds.toFixed(1)} s\n`);
    if (!passed) process.stdout.write(`${said}\n`);
    else if (part === 'tests')
      process.stdout.write(
        `${said
          .split('\n')
          .filter((line) => /^(PASS|Tests:)/.test(line))
          .map((line) => `        ${line}\n`)
          .join('')}`,
      );
  }
  process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1)} s together\n`);
  return results.every(({ passed }) => passed);
}

if (process.argv[1] && path.basename(process.argv[1]) === 'item') {
  const [name] = process.argv.slice(2);
  const done = name === undefined ? Promise.reject(new Error('Usage: npm run item -- ID')) : check(name);
  done.then(
    (passed) => {
      if (!passed) process.exitCode = 1;
    },
    (error: unknown) => {
      process.stderr.write(`${(error as Error).message}\n`);
      process.exitCode = 1;
    },
  );
}
