/** Program that measures seeds of one table. The main program starts it with the path of the table and sends it what to measure. */
import fs from 'node:fs';
import path from 'node:path';
import { loadTable } from './load';
import { type Fingerprints, Sources } from './sources';
import type { Measured } from './table';

/** Message to a worker. */
export interface Order {
  readonly row: string;
  readonly seed: number;
}

/** Answer of a worker to one order. */
export interface Done {
  readonly seconds: number;
  readonly measured?: Measured;
  readonly failure?: string;
  readonly fingerprints: Fingerprints;
}

/** Files that were read otherwise than as a module, such as configurations. */
const read = new Set<string>();

function watchReading(): void {
  const { readFileSync, promises } = fs;
  const note = (file: unknown): void => {
    if (typeof file === 'string') read.add(path.resolve(file));
  };
  fs.readFileSync = ((...given: Parameters<typeof readFileSync>) => {
    note(given[0]);
    return readFileSync(...given);
  }) as typeof readFileSync;
  const readLater = promises.readFile;
  promises.readFile = ((...given: Parameters<typeof readLater>) => {
    note(given[0]);
    return readLater(...given);
  }) as typeof readLater;
}

const secondsUsed = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function measure(file: string, { row, seed }: Order, sources: Sources): Promise<Done> {
  const began = secondsUsed();
  const outcome = await loadTable(file)
    .measure(seed, row)
    .then(
      (measured) => ({ measured }),
      (error: unknown) => ({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  const { processes, ...measured } = (outcome as { measured?: Measured }).measured ?? {};
  const fingerprints = sources.of([...Object.keys(require.cache), ...read, ...(processes?.files ?? [])]);
  sources.save();
  return {
    ...outcome,
    ...('measured' in outcome && { measured: measured as Measured }),
    seconds: secondsUsed() - began + (processes?.seconds ?? 0),
    fingerprints,
  };
}

if (process.send) {
  const [file = '', root = '', cache = ''] = process.argv.slice(2);
  // The fingerprints themselves are nothing that a result depends on.
  const sources = new Sources(root, cache);
  watchReading();
  // The main program has gone: nobody would keep the result.
  process.on('disconnect', () => process.exit(1));
  process.on('message', (order: Order) => void measure(file, order, sources).then((done) => process.send?.(done)));
}
