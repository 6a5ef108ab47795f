import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { needs } from './needs';

const { missing, prepare, windowsPath } = require('../../scripts/prepare-windows') as {
  missing: () => string | undefined;
  prepare: () => { command: readonly string[]; environment: NodeJS.ProcessEnv };
  windowsPath: (file: string) => string;
};
const { build } = require('../../scripts/build') as { build: () => number };
const projectFolder = path.resolve(__dirname, '..', '..');

/** A Node for Windows under Wine, with the stand-in automation servers registered. */
export interface Windows {
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** Prepares Windows programs to be run, which takes a while the first time. */
export function prepareWindows(): Windows {
  build();
  return prepare();
}

export { windowsPath };

/** Describes tests that need Windows programs. They are left out, and say why, where there is no Wine; under CI they have to run. */
export function describeOnWindows(name: string, body: () => void): void {
  const reason = missing();
  needs(`Windows programs (${reason})`, reason === undefined).describe(name, body);
}

/** Answer or error of a case. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: {
    readonly code?: string;
    readonly message: string;
    readonly hint?: string;
    readonly result?: number;
    readonly stack: string;
  };
}

/** Runs the cases that a module exports under Windows, in one program. */
export async function runCases(module: string): Promise<Readonly<Record<string, Answer>>> {
  const { command, environment } = prepareWindows();
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
  const result = path.join(folder, 'answers.json');
  const [program, ...given] = command;
  try {
    await promisify(execFile)(
      program!,
      [
        ...given,
        ...[path.join(__dirname, 'windows-cases.cjs'), module, result, path.join(projectFolder, 'build')].map(
          windowsPath,
        ),
      ],
      { env: environment, timeout: 240_000 },
    ).catch(() => {});
    return JSON.parse(readFileSync(result, 'utf8')) as Record<string, Answer>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder in which the stand-in servers record their commands, and find the test's requests. */
export class StandInFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), 'eucentric-stand-in-'));

  /** Environment for a program that uses the stand-ins. */
  environment({ environment }: Windows): NodeJS.ProcessEnv {
    return { ...environment, EUCENTRIC_STAND_IN: windowsPath(this.path) };
  }

  /** Lets the next calls of members come to something, such as `Projection.Defocus crash`. */
  expect(...moods: readonly string[]): void {
    writeFileSync(path.join(this.path, 'moods.txt'), moods.map((mood) => `${mood}\n`).join(''));
  }

  /** Commands to the stand-in, in order. */
  journal(): readonly string[] {
    const file = path.join(this.path, 'journal.txt');
    return existsSync(file) ? readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean) : [];
  }

  /** The numbers that the stand-in keeps. */
  state(name = 'state'): Readonly<Record<string, number>> {
    const file = path.join(this.path, `${name}.txt`);
    if (!existsSync(file)) return {};
    return Object.fromEntries(
      readFileSync(file, 'utf8')
        .split(/\r?\n/)
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf('=')), Number(line.slice(line.indexOf('=') + 1))]),
    );
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
