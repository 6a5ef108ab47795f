import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';

/**
 * Answer of a command that only reads, kept until anything changes that it depends on: every file that was read or looked for, every module
 * that was loaded, the folders that were listed, the arguments and the surroundings. This file is loaded before the program and needs nothing
 * of it: loading the program takes most of the time of a short command.
 */
interface KeptAnswer {
  /** State of each file and folder; undefined for one that was not there. */
  readonly states: Readonly<Record<string, string>>;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables of the surroundings that the program or Node reads. */
const variables =
  /^(HOME|USERPROFILE|APPDATA|LOCALAPPDATA|TZ|LANG|LC_\w+|NODE_\w+|FORCE_COLOR|NO_COLOR|TERM|COLUMNS|XDG_\w+|EUCENTRIC_\w+)$/;
/** Number of answers that are kept. */
const maxKept = 20;
const absent = 'absent';

/** State of a file by which every change is noticed: the system renews the time of change with each, whatever a program sets. */
function stateOf(file: string): string {
  const found = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : absent;
}

function folder(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (process.platform === 'win32' && LOCALAPPDATA) return path.join(LOCALAPPDATA, 'eucentric', 'answers');
  const own = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(homedir(), '.cache');
  return path.join(own, 'eucentric', 'answers');
}

/** File of the answer to these arguments in these surroundings, in one working folder, or in any where none is given. */
function fileFor(given: readonly string[], workingFolder?: string): string {
  const surroundings = Object.entries(process.env).filter(([name]) => variables.test(name));
  const streams = [process.stdout, process.stderr].map((stream) => [
    stream.isTTY,
    (stream as { columns?: number }).columns,
  ]);
  const key = JSON.stringify([
    given,
    workingFolder,
    process.version,
    process.arch,
    process.execArgv,
    __filename,
    userInfo().uid,
    streams,
    surroundings.sort(([one], [other]) => (one < other ? -1 : 1)),
  ]);
  return path.join(folder(), `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
}

/** True for a command line whose answer is kept: `menu`, without a recording. */
const isKept = (given: readonly string[]): boolean =>
  given[0] === 'menu' && !given.some((each) => each.startsWith('--record') || each === '--help' || each === '-h');

/** Prints the kept answer to a command line; returns false where there is none that still holds. */
export function giveKeptAnswer(given: readonly string[]): boolean {
  if (!isKept(given)) return false;
  return giveAnswerIn(fileFor(given)) || giveAnswerIn(fileFor(given, process.cwd()));
}

function giveAnswerIn(answer: string): boolean {
  try {
    const { states, stdout, stderr } = JSON.parse(fs.readFileSync(answer, 'utf8')) as KeptAnswer;
    for (const [file, state] of Object.entries(states)) if (stateOf(file) !== state) return false;
    for (const stream of [process.stdout, process.stderr])
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // A reader that has seen enough closes the pipe, and a terminal that was closed refuses every line.
        if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      });
    process.stderr.write(stderr);
    process.stdout.write(stdout);
    return true;
  } catch {
    return false;
  }
}

let lasting = true;

/** Keeps no answer of this command: it depends on what cannot be seen here, such as the time or code from outside. */
export function keepNoAnswer(): void {
  lasting = false;
}

/** Watches what a command reads and prints, and keeps that when it has ended well. To be called before the program is loaded. */
export function keepAnswer(given: readonly string[]): void {
  if (!isKept(given)) return;
  const began = Date.now();
  const workingFolder = watchWorkingFolder();
  const read = watchFiles();
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    const write = stream.write.bind(stream) as (...all: unknown[]) => boolean;
    stream.write = (text: unknown, ...more: unknown[]) => {
      printed[name] += typeof text === 'string' ? text : Buffer.from(text as Uint8Array).toString();
      return write(text, ...more);
    };
  }
  process.once('exit', (code) => {
    if (code !== 0 || !lasting) return;
    try {
      keep(fileFor(given, workingFolder()), new Set([...read, ...Object.keys(require.cache)]), printed, began);
    } catch {
      // Nothing can be kept here; the next call answers in full again.
    }
  });
}

function keep(
  to: string,
  files: ReadonlySet<string>,
  printed: Pick<KeptAnswer, 'stdout' | 'stderr'>,
  began: number,
): void {
  const states: Record<string, string> = {};
  for (const file of files) {
    states[file] = stateOf(file);
    const changed = fs.statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
    // A file that changed while it was read may be another one than was read.
    if (changed >= began - 20) return;
  }
  fs.mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
  const beside = `${to}.${process.pid}`;
  fs.writeFileSync(beside, JSON.stringify({ states, ...printed } satisfies KeptAnswer), { mode: 0o600 });
  fs.renameSync(beside, to);
  const all = fs.readdirSync(path.dirname(to)).map((name) => path.join(path.dirname(to), name));
  const byAge = all.map((file) => ({ file, time: fs.statSync(file).mtimeMs })).sort((a, b) => b.time - a.time);
  for (const { file } of byAge.slice(maxKept)) fs.rmSync(file, { force: true });
}

/** Functions of the file system that take a path first, and those that return promises. */
const functions =
  'readFileSync existsSync statSync lstatSync openSync readdirSync accessSync realpathSync readlinkSync'.split(' ');
const promised = 'readFile stat lstat open readdir access realpath readlink'.split(' ');

/**
 * Notes from now on when the program asks for the working folder, as the resolution of every relative path does. Returns a function that
 * gives that folder when it was asked for. An answer that never asked is the same in every folder.
 */
function watchWorkingFolder(): () => string | undefined {
  const original = process.cwd.bind(process);
  let asked: string | undefined;
  process.cwd = () => (asked = original());
  return () => asked;
}

/** Notes every path that the program reads or looks for from now on. A relative one asks for the working folder. */
function watchFiles(): ReadonlySet<string> {
  const read = new Set<string>();
  const known = new Set<string>();
  const note = (target: Record<string, unknown>, name: string): void => {
    const original = target[name] as (...all: unknown[]) => unknown;
    const watched = function (this: unknown, ...all: unknown[]): unknown {
      const [given] = all;
      if (typeof given === 'string' && !known.has(given)) {
        known.add(given);
        read.add(path.resolve(given));
      }
      return Reflect.apply(original, this, all);
    };
    target[name] = Object.assign(watched, original);
  };
  for (const name of functions) note(fs, name);
  for (const name of promised) {
    note(fs.promises, name);
    note(fs, name);
  }
  return read;
}
