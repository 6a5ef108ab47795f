import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';

const { build } = require('../../scripts/build') as { build: () => number };

/** The root of the project. */
export const projectFolder = path.resolve(__dirname, '..', '..');
/** The command itself. */
export const program = path.join(projectFolder, 'bin', 'eucentric');

/** Folder for what the command keeps for later, so that tests leave nothing in that of the user. */
const testCache = path.join(tmpdir(), 'eucentric-test-cache');

/** Result of a call of the command. */
export interface Called {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout as JSON; fails where one is not. */
  lines(): readonly Record<string, unknown>[];
}

const answerOf = (code: number | null, stdout: string, stderr: string): Called => ({
  code,
  stdout,
  stderr,
  lines: () =>
    stdout
      .trimEnd()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
});

/** Longest time of a command, after which it is given up. */
const longestCommand = 240_000;

let thread: ((given: readonly string[]) => Called) | undefined;
let ended = (): void => {};
afterAll(() => ended());

/** Starts the thread that runs the commands of a test file. */
function startThread(): (given: readonly string[]) => Called {
  build();
  const { port1: own, port2: port } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(path.join(__dirname, 'command-thread.cjs'), {
    workerData: { projectFolder, port, done },
    transferList: [port],
    env: { ...process.env, XDG_CACHE_HOME: testCache },
  });
  ended = () => {
    own.close();
    void worker.terminate();
  };
  return (given) => {
    Atomics.store(done, 0, 0);
    own.postMessage(given);
    if (Atomics.wait(done, 0, 0, longestCommand) === 'timed-out')
      throw new Error(`"eucentric ${given.join(' ')}" did not end.`);
    const { code, stdout, stderr } = receiveMessageOnPort(own)!.message as Omit<Called, 'lines'>;
    return answerOf(code, stdout, stderr);
  };
}

/** Runs a command as the program does, from its main function on, and waits for its end. */
export function eucentric(given: readonly string[]): Called {
  thread ??= startThread();
  return thread(given);
}

/** Calls the command in a process of its own, as a shell does, and waits for its end. */
export function eucentricProcess(
  given: readonly string[],
  folder = projectFolder,
  environment: NodeJS.ProcessEnv = { XDG_CACHE_HOME: testCache },
): Called {
  // A program that has to be built says so, which would be taken for a part of the answer.
  build();
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...given], {
    cwd: folder,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: longestCommand,
  });
  return answerOf(status, stdout, stderr);
}

/** Calls the command and gives its process a signal at the first line that matches. */
export async function interrupted(
  given: readonly string[],
  at: RegExp,
  signal: NodeJS.Signals,
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, [program, ...given]);
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => {
    const before = at.test(stdout);
    stdout += data.toString();
    if (!before && at.test(stdout)) child.kill(signal);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout };
}

/** The camera of the virtual microscope with images of 360 by 256 pixels in place of 1440 by 1023. */
const smallCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 2880').replace('CameraSizeY: 8184', 'CameraSizeY: 2048');

/**
 * A folder with the configuration of the virtual microscope, changed; its calibrations are in `calibrations`. Its camera is small
 * except for what needs a run that takes its time, or the whole field.
 */
export function temporarySite(
  edit: (yaml: string) => string = (yaml) => yaml,
  { wholeCamera = false } = {},
): {
  readonly folder: string;
  readonly configuration: string;
  remove(): void;
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-command-'));
  const configuration = path.join(folder, 'site.yaml');
  const original = readFileSync(path.join(projectFolder, 'config', 'simulator.yaml'), 'utf8').replace(
    'directory: calibrations/simulator',
    'directory: calibrations',
  );
  const yaml = edit(original);
  writeFileSync(configuration, wholeCamera ? yaml : smallCamera(yaml));
  return { folder, configuration, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The files of a real site, where they are. */
export const siteFiles = {
  properties: path.resolve(projectFolder, '..', 'shared', 'data', 'krios-k2-SerialEMproperties.txt'),
  calibrations: path.resolve(projectFolder, '..', 'shared', 'data', 'krios-k2-SerialEMcalibrations.txt'),
};
export const haveSiteFiles = existsSync(siteFiles.properties) && existsSync(siteFiles.calibrations);
