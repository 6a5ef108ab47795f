import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Unit } from './units';
import type { Done } from './worker';

/** Minutes after which a measurement counts as hung. */
const maxMinutes = 20;

/** Place of the files that workers need. */
export interface WorkPlace {
  readonly root: string;
  /** File in which fingerprints are kept. */
  readonly cache: string;
  /** File of a table. */
  fileOf(table: string): string;
}

/** Measures units in a number of processes, each of which serves one table at a time; a process that ends by itself is a failure of its unit alone. */
export async function work(
  units: readonly Unit[],
  count: number,
  place: WorkPlace,
  onDone: (unit: Unit, done: Done) => void,
): Promise<void> {
  const waiting = [...units];
  await Promise.all(
    Array.from({ length: Math.min(count, units.length) }, async () => {
      let worker: Worker | undefined;
      for (let unit = waiting.shift(); unit; unit = waiting.shift()) {
        if (worker?.table !== unit.table || !worker.lives) {
          worker?.stop();
          worker = new Worker(unit.table, place);
        }
        onDone(unit, await worker.measure(unit));
      }
      worker?.stop();
    }),
  );
}

class Worker {
  private readonly child: ChildProcess;
  lives = true;

  constructor(
    readonly table: string,
    place: WorkPlace,
  ) {
    this.child = fork(path.join(__dirname, 'worker'), [place.fileOf(table), place.root, place.cache], {
      cwd: place.root,
    });
    this.child.once('exit', () => (this.lives = false));
  }

  measure({ row, seed }: Unit): Promise<Done> {
    const { child } = this;
    return new Promise((resolve) => {
      const hung = setTimeout(() => child.kill('SIGKILL'), maxMinutes * 60_000);
      const end = (done: Done): void => {
        clearTimeout(hung);
        child.off('message', end).off('exit', ended);
        resolve(done);
      };
      const ended = (code: number | null, signal: string | null): void =>
        end({
          seconds: 0,
          failure: `The process of the measurement ended with ${code ?? signal}.`,
          fingerprints: {},
        });
      child.once('message', end).once('exit', ended);
      child.send({ row, seed });
    });
  }

  stop(): void {
    this.child.kill();
  }
}
