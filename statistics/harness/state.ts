import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Fingerprints, Sources } from './sources';
import type { Measured } from './table';
import type { Unit } from './units';

/** Record of one unit. */
export interface Kept {
  readonly seed: number;
  /** Day on which it was measured. */
  readonly date: string;
  /** Processor time in seconds. */
  readonly seconds: number;
  readonly measured?: Measured;
  /** Reason for which there is no measurement: an error that was not expected. */
  readonly failure?: string;
  /** Name of the list of files that it depends on. */
  readonly sources: string;
}

/** Results of the long statistics between two runs: a file for each unit, which is there whole or not at all. */
export class State {
  private readonly changes = new Map<string, readonly string[]>();

  constructor(
    private readonly folder: string,
    private readonly sources: Sources,
  ) {}

  /** The result of a unit; undefined when there is none. */
  read(unit: Unit): Kept | undefined {
    const file = this.fileOf(unit);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : undefined;
  }

  /** Files that a result depends on and that have changed since. */
  changesSince({ sources }: Kept): readonly string[] {
    const known = this.changes.get(sources);
    if (known) return known;
    const file = path.join(this.folder, 'sources', `${sources}.json`);
    const changed = existsSync(file)
      ? this.sources.changesSince(JSON.parse(readFileSync(file, 'utf8')) as Fingerprints)
      : [`sources/${sources}.json`];
    this.changes.set(sources, changed);
    return changed;
  }

  /** Keeps a result with the fingerprints of what it depends on. */
  write(unit: Unit, kept: Omit<Kept, 'seed' | 'sources'>, fingerprints: Fingerprints): void {
    const text = JSON.stringify(fingerprints);
    const sources = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const list = path.join(this.folder, 'sources', `${sources}.json`);
    if (!existsSync(list)) put(list, text);
    put(this.fileOf(unit), JSON.stringify({ seed: unit.seed, ...kept, sources } satisfies Kept));
  }

  /** Seeds of a row for which there is a file, also those beyond the number that is asked for. */
  seedsOf(unit: Pick<Unit, 'table' | 'row'>): readonly number[] {
    const folder = path.dirname(this.fileOf({ ...unit, seed: 0, seconds: 0 }));
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .flatMap((file) => /^(\d+)\.json$/.exec(file)?.[1] ?? [])
      .map(Number)
      .sort((one, other) => one - other);
  }

  private fileOf({ table, row, seed }: Unit): string {
    return path.join(this.folder, 'results', table, row.replace(/[^a-z0-9]+/gi, '-') || 'all', `${seed}.json`);
  }
}

/** Writes a file beside and renames it, so that a program that is killed leaves no half of one. */
function put(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}
