import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const answerMs = 600_000;

/** A program that takes commands as lines, and answers each with a number of milliseconds or with words. */
export class Peer {
  private readonly answers: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts a program; undefined when it cannot run here, for example because a library is not installed. */
  static async start(command: string, given: readonly string[]): Promise<Peer | undefined> {
    const child = spawn(command, given, { stdio: 'pipe' });
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    const peer = new Peer(child);
    const hello = await peer.ask('hello').catch(() => undefined);
    return hello === 'ready' ? peer : undefined;
  }

  /** Sends one line and waits for the answer. */
  async ask(line: string): Promise<string> {
    this.child.stdin.write(`${line}\n`);
    const limit = setTimeout(() => this.child.kill(), answerMs);
    const { value, done } = (await this.answers.next()) as { value?: string; done?: boolean };
    clearTimeout(limit);
    if (done === true || value === undefined) throw new Error(`the peer ended at "${line}"`);
    return value;
  }

  /** Sends one line and reads the answer as milliseconds. */
  async time(line: string): Promise<number> {
    return Number(await this.ask(line));
  }

  /** Ends the program. */
  stop(): void {
    this.child.kill();
  }
}

/** A file of this folder, from the compiled tree or the sources. */
function source(name: string): string {
  const beside = path.join(__dirname, name);
  return existsSync(beside) ? beside : path.resolve(__dirname, '..', '..', '..', 'bench', 'peers', name);
}

/** FFTW in single precision, compiled now; undefined without a compiler or the library. */
export async function startFftw(): Promise<Peer | undefined> {
  const program = path.join(mkdtempSync(path.join(tmpdir(), 'fftw-peer-')), 'fftw');
  try {
    execFileSync('cc', ['-O2', source('fftw.c'), '-o', program, '-lfftw3f', '-lm'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return Peer.start(program, []);
}

/**
 * numpy, scipy and scikit-image; undefined when one of them is missing. The interpreter is PYTHON, or the system's
 * python3.
 */
export async function startPython(): Promise<Peer | undefined> {
  for (const python of [process.env['PYTHON'], '/usr/bin/python3', 'python3']) {
    if (python === undefined) continue;
    const peer = await Peer.start(python, [source('peers.py')]);
    if (peer !== undefined) return peer;
  }
  return undefined;
}
