import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import path from 'node:path';
import { reasonOf } from '../wire-error';
import { FrameReader } from './frames';
import { hostErrors } from './host-error';
import { HostLink } from './host-link';
import { type Startup, isReply, startupVariable } from './messages';

/** Start options of a device's process. */
export interface ProcessOptions {
  /** Name of the device in messages. */
  readonly name: string;
  /** The program that runs JavaScript, and what it is given before the file. */
  readonly command: readonly string[];
  /** Milliseconds until the process has to be there. */
  readonly startLimit: number;
  /** Milliseconds after which a process that says nothing counts as dead. */
  readonly silence: number;
}

/** A device's process with the connection to it. */
export interface RunningProcess {
  readonly link: HostLink;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

const lastWords = 2000;
/** Limit for a process to vanish after it was killed, in milliseconds. */
const goneLimit = 5_000;

/**
 * The compiled form of a file of this program: beside it where the program runs compiled, in `build/` where its sources run.
 * @param file without its ending
 */
export function compiledFile(file: string): string {
  if (existsSync(`${file}.js`)) return `${file}.js`;
  let root = path.dirname(file);
  while (!existsSync(path.join(root, 'package.json')) && root !== path.dirname(root)) root = path.dirname(root);
  return `${path.join(root, 'build', path.relative(root, file))}.js`;
}

/**
 * Starts a device's process and waits until it has made itself known. Whatever it comes to, no process is left behind.
 * @throws HostError `host/not-started`; the reason of the signal when it fires
 */
export async function startProcess(options: ProcessOptions, signal?: AbortSignal): Promise<RunningProcess> {
  if (signal?.aborted) throw reasonOf(signal, `Connecting to ${options.name}`);
  const token = randomBytes(32).toString('hex');
  // Loaded here: a site without such a device opens neither sockets nor processes.
  const { createServer } = require('node:net') as typeof import('node:net');
  const { spawn } = require('node:child_process') as typeof import('node:child_process');
  const server = createServer({ noDelay: true });
  let watched: Watched | undefined;
  try {
    const port = await listening(server);
    const startup: Startup = { port, token, interval: options.silence / 5 };
    const [program = process.execPath, ...given] = options.command;
    const child = spawn(program, [...given, compiledFile(path.join(__dirname, 'host-process'))], {
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
      // What is set for this program, such as a debugger's port, is not for that one.
      env: { ...process.env, NODE_OPTIONS: '', [startupVariable]: JSON.stringify(startup) },
    });
    watched = watch(child);
    const [socket, reader] = await introduced(server, token, options, watched, signal);
    return { link: linked(socket, reader, options, watched), gone: watched.gone.then(() => {}) };
  } catch (error) {
    watched?.child.kill('SIGKILL');
    if (watched) await untilGone(watched.gone);
    throw error;
  } finally {
    server.close();
  }
}

/** Waits for the end of a process, but not for ever: one that hangs in the system is beyond anybody's reach. */
export async function untilGone(gone: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([gone, new Promise<void>((resolve) => (timer = setTimeout(resolve, goneLimit)))]);
  clearTimeout(timer);
}

interface Watched {
  readonly child: ChildProcess;
  /** Resolves with how the process ended. */
  readonly gone: Promise<string>;
}

function watch(child: ChildProcess): Watched {
  let words = '';
  child.stderr?.on('data', (piece: Buffer) => (words = (words + piece.toString()).slice(-lastWords)));
  child.stderr?.on('error', () => {});
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, ended) => {
      // A program that the process has started may hold this end open.
      setImmediate(() => {
        child.stderr?.destroy();
        const said = words.trim().split('\n').slice(0, 3).join(' ');
        resolve(`${ended ?? `exit code ${code}`}${said ? `: ${said}` : ''}`);
      });
    });
  });
  return { child, gone };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

/** The first connection over which the right token comes; all others are closed. */
function introduced(
  server: Server,
  token: string,
  { name, startLimit }: ProcessOptions,
  { gone }: Watched,
  signal?: AbortSignal,
): Promise<readonly [Socket, FrameReader]> {
  const callers = new Set<Socket>();
  return new Promise<readonly [Socket, FrameReader]>((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      finish();
    };
    const stop = (): void => settle(() => reject(reasonOf(signal!, `Connecting to ${name}`)));
    const timer = setTimeout(
      () => settle(() => reject(hostErrors.notStarted(name, `nothing was heard of it within ${startLimit / 1000} s`))),
      startLimit,
    );
    signal?.addEventListener('abort', stop, { once: true });
    void gone.then((how) => settle(() => reject(hostErrors.notStarted(name, how))));
    server.on('connection', (socket) => {
      callers.add(socket);
      const reader = new FrameReader();
      socket.on('error', () => {});
      socket.on('data', (piece: Buffer) => {
        if (!callers.has(socket)) return;
        try {
          for (const message of reader.read(piece)) {
            if (!isReply(message) || message.kind !== 'hello' || message.token !== token) throw new Error('a stranger');
            callers.delete(socket);
            socket.pause().removeAllListeners();
            return settle(() => resolve([socket, reader]));
          }
        } catch {
          callers.delete(socket);
          socket.destroy();
        }
      });
    });
  }).finally(() => {
    for (const socket of callers) socket.destroy();
  });
}

function linked(
  socket: Socket,
  reader: FrameReader,
  { name, silence }: ProcessOptions,
  { child, gone }: Watched,
): HostLink {
  const link = new HostLink(socket, reader, { name, silence, end: () => void child.kill('SIGKILL') });
  // The end of the process says more than the end of the connection, which comes at about the same time.
  void gone.then((how) => link.fail(hostErrors.crashed(name, how, link.during())));
  socket.resume();
  return link;
}
