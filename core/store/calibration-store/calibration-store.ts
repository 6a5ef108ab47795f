import { type CameraIndex, EucentricError, type MagIndex, type Matrix, magIndex as asMagIndex } from '../../base';
import {
  type Calibrations,
  type CalibrationsSnapshot,
  type ChangeOptions,
  type ExitPrompt,
  type RecordTable,
  type Saved,
  type SavedShortTerm,
  type SaveOptions,
} from './calibrations';
import { type Counts, exitPromptFor, kindOf, noCounts, without } from './exit-prompt';
import { saveElsewhere, type StoredFile, type StoredFiles, writeStored } from './stored-file';
import {
  carriedAt,
  changedAt,
  type KeptUnsaved,
  nothingKept,
  placeKey as stampKey,
  samePlace as sameShift,
} from './kept-unsaved';
import { elementsOf, type MatrixEntry, type MatrixOptions, type MatrixTable } from './matrix-table';
import {
  type CalibrationFile,
  type FileState,
  type FlybackRecords,
  isMissingMatrix,
  type MainRecordName,
  type MainRecords,
  maxMagIndex,
  notStorable,
  type RecordValues,
  sameKey,
  type ShortTermRecordName,
  type ShortTermRecords,
} from '../serialem';

/** Dependencies of the store. */
export interface StoreSurroundings {
  readonly clock: { date(): Date };
  readonly isAdministrator: () => boolean;
  /** The magnification to write in a record; `camera` is `undefined` for records that belong to none. */
  readonly magnificationOf: (magIndex: MagIndex, camera: CameraIndex | undefined) => number | undefined;
  /** Calibration file of a site from which a simulation starts, and which is only read. */
  readonly siteFile?: string;
}

interface Snapshot extends CalibrationsSnapshot {
  readonly states: readonly { readonly state: FileState; readonly changed: boolean; readonly saves: number }[];
  readonly stamps: ReadonlyMap<string, number>;
  readonly counts: Counts;
  readonly kept: KeptUnsaved;
}

const shiftRecords = ['ImageShiftMatrix', 'StageToCameraMatrix'] as const;
type ShiftRecord = (typeof shiftRecords)[number];

interface ShiftRow extends Matrix {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  readonly magnification: number;
  readonly absoluteFocus?: number;
}

/** Minutes since 1970, the time of all stamps. */
export const minutesOf = (date: Date): number => Math.floor(date.getTime() / 60_000);

/** Matrices of a table in order, with the state from which they were listed. */
interface MatrixList {
  readonly records: readonly RecordValues[];
  readonly stamps: ReadonlyMap<string, number>;
  readonly entries: readonly MatrixEntry[];
}

function entriesOf(
  name: ShiftRecord,
  rows: readonly ShiftRow[],
  measuredAt: (magIndex: MagIndex, camera: CameraIndex) => number,
): readonly MatrixEntry[] {
  const byPlace = new Map(rows.map((row) => [stampKey(name, row.magIndex, row.camera), row]));
  const sorted = [...byPlace.values()].sort((a, b) => a.magIndex - b.magIndex || a.camera - b.camera);
  return sorted.map((row) => {
    const { magIndex, camera, magnification, absoluteFocus } = row;
    const entry = {
      magIndex,
      camera,
      matrix: elementsOf(row),
      magnification,
      measuredAt: measuredAt(magIndex, camera),
    };
    return absoluteFocus === undefined ? entry : { ...entry, focus: absoluteFocus };
  });
}

/** The calibrations in memory over the three files; made by `openCalibrations`. */
export class CalibrationStore implements Calibrations {
  readonly imageShift: MatrixTable;
  readonly stage: MatrixTable;
  readonly flyback: RecordTable<FlybackRecords['FlybackTime']>;
  readonly openedAt: number;
  private stamps: ReadonlyMap<string, number> = new Map();
  private kept = nothingKept;
  private counted: Counts = noCounts;
  private revision = 0;
  private saving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly files: StoredFiles,
    private readonly surroundings: StoreSurroundings,
  ) {
    this.imageShift = this.matrixTable('ImageShiftMatrix');
    this.stage = this.matrixTable('StageToCameraMatrix');
    this.flyback = this.table(files.flyback, 'FlybackTime');
    this.openedAt = minutesOf(surroundings.clock.date());
  }

  get unsaved(): boolean {
    return this.files.main.changed;
  }

  get carriedOver(): number {
    return this.kept.carried.size;
  }

  get keptUnsaved(): number {
    return this.kept.carried.size + this.kept.fresh.size;
  }

  get counts(): Counts {
    return this.counted;
  }

  get path(): string {
    return this.files.main.disk.path;
  }

  get siteFile(): string | undefined {
    return this.surroundings.siteFile;
  }

  get file(): CalibrationFile {
    this.completeAdopted();
    return this.files.main.content;
  }

  records<Name extends MainRecordName>(name: Name): RecordTable<MainRecords[Name]> {
    return this.table(this.files.main, name);
  }

  shortTerm<Name extends ShortTermRecordName>(name: Name): RecordTable<ShortTermRecords[Name]> {
    return this.table(this.files.shortTerm, name);
  }

  exitPrompt(administrator: boolean): ExitPrompt | undefined {
    return exitPromptFor(this.unsaved, this.counted, administrator);
  }

  save(options: SaveOptions = {}): Promise<Saved> {
    return this.oneAtATime(() => this.saveNow(options));
  }

  checkSaving({ administratorLater = false, changed = false } = {}): Promise<void> {
    const { content, disk } = this.files.main;
    return this.oneAtATime(async () => {
      if (!administratorLater) this.checkAdministrator();
      await disk.check(content.render(), changed);
    });
  }

  saveShortTerm(options: SaveOptions = {}): Promise<SavedShortTerm> {
    return this.oneAtATime(() => this.saveShortTermNow(options));
  }

  snapshot(): CalibrationsSnapshot {
    const states = this.allFiles().map(({ content, changed, saves }) => ({ state: content.state(), changed, saves }));
    const snapshot: Snapshot = {
      taken: Symbol('snapshot'),
      states,
      stamps: new Map(this.stamps),
      counts: this.counted,
      kept: this.kept,
    };
    return snapshot;
  }

  restore(taken: CalibrationsSnapshot): void {
    const { states, stamps, counts, kept } = taken as Snapshot;
    for (const [at, stored] of this.allFiles().entries()) {
      const { state, changed, saves } = states[at]!;
      stored.content.reset(state);
      // What was saved in between is on disk now, so the earlier state differs from it.
      stored.changed = changed || saves !== stored.saves;
    }
    this.stamps = new Map(stamps);
    this.counted = counts;
    this.kept = kept;
    this.revision += 1;
  }

  /** Takes over a matrix of the short-term file: it replaces the one of the main file and counts as measured in this session. */
  adopt(name: ShiftRecord, values: RecordValues): void {
    if (isMissingMatrix(name, values)) return;
    const { time, ...fields } = values as {
      readonly time: number;
      readonly magIndex: MagIndex;
      readonly camera: CameraIndex;
    };
    const earlier = this.files.main.content.get(name).findLast(sameShift(fields.magIndex, fields.camera));
    const row = earlier ? { ...fields, magnification: earlier.magnification } : this.complete(fields);
    // A value that was saved in that session is in both files.
    if (this.files.main.content.put(name, row, sameShift(fields.magIndex, fields.camera)))
      this.kept = carriedAt(this.kept, stampKey(name, fields.magIndex, fields.camera));
    this.stamp(stampKey(name, fields.magIndex, fields.camera), time);
  }

  /**
   * Adds the magnification of the table to matrices of the short-term file, which holds none. The table is not there
   * yet when the files are opened.
   */
  private completeAdopted(): void {
    const { content } = this.files.main;
    for (const name of shiftRecords) {
      for (const row of content.get(name)) {
        const { magIndex, camera, magnification } = row as RecordValues & ShiftRow;
        if (magnification !== 0 || !this.stamps.has(stampKey(name, magIndex, camera))) continue;
        const { magnification: _, ...rest } = row;
        content.put(name, this.complete(rest), sameShift(magIndex, camera));
      }
    }
  }

  private matrixTable(name: ShiftRecord): MatrixTable {
    const ofSession = name === 'ImageShiftMatrix' ? 'ImageShiftMatrix' : 'StageCalibration';
    const { main, shortTerm } = this.files;
    const rows = (): readonly ShiftRow[] =>
      main.content
        .get(name)
        .filter((values) => !isMissingMatrix(name, values)) as readonly RecordValues[] as readonly (RecordValues &
        ShiftRow)[];
    const measuredAt = (magIndex: MagIndex, camera: CameraIndex): number =>
      this.stamps.get(stampKey(name, magIndex, camera)) ?? 0;
    const forget = (magIndex: MagIndex, camera: CameraIndex): void => {
      this.stamp(stampKey(name, magIndex, camera), undefined);
      if (shortTerm.content.remove(ofSession, sameShift(magIndex, camera)) > 0) shortTerm.changed = true;
    };
    let listed: MatrixList | undefined;
    return {
      get: (magIndex, camera) => {
        const found = rows().findLast((row) => row.magIndex === magIndex && row.camera === camera);
        return found && elementsOf(found);
      },
      set: (magIndex, camera, value, options: MatrixOptions = {}) => {
        const { magnification, focus = 0, sessionMeasured = true } = options;
        const elements = { magIndex, camera, ...elementsOf(value) };
        if (isMissingMatrix(name, elements))
          throw notStorable(name, 'a matrix whose first row is zero counts as missing');
        const withFocus = name === 'StageToCameraMatrix' ? { ...elements, absoluteFocus: focus } : elements;
        const row = this.complete(magnification === undefined ? withFocus : { ...withFocus, magnification });
        this.kept = changedAt(this.kept, stampKey(name, magIndex, camera), sessionMeasured);
        this.change(main, main.content.put(name, row, sameShift(magIndex, camera)), sessionMeasured ? name : undefined);
        if (!sessionMeasured) return forget(magIndex, camera);
        const time = minutesOf(this.surroundings.clock.date());
        shortTerm.content.put(ofSession, { ...withFocus, time }, sameShift(magIndex, camera));
        shortTerm.changed = true;
        this.stamp(stampKey(name, magIndex, camera), time);
      },
      remove: (magIndex, camera) => {
        this.kept = changedAt(this.kept, stampKey(name, magIndex, camera), false);
        const had = rows().some((row) => row.magIndex === magIndex && row.camera === camera);
        this.change(main, main.content.remove(name, sameShift(magIndex, camera)) > 0);
        forget(magIndex, camera);
        return had;
      },
      entries: () => {
        const records = main.content.get(name);
        if (listed?.records !== records || listed.stamps !== this.stamps)
          listed = { records, stamps: this.stamps, entries: Object.freeze(entriesOf(name, rows(), measuredAt)) };
        return listed.entries;
      },
      measuredAt,
    };
  }

  /** Notes when a matrix was measured, or that it was not in this session. */
  private stamp(key: string, time: number | undefined): void {
    if (this.stamps.get(key) === time) return;
    const stamps = new Map(this.stamps);
    if (time === undefined) stamps.delete(key);
    else stamps.set(key, time);
    this.stamps = stamps;
  }

  private table<Row>(stored: StoredFile, name: string): RecordTable<Row> {
    const { content } = stored;
    const all = (): readonly Row[] => content.get(name) as readonly Row[];
    const layout = content.format.layouts.get(name);
    const kind = (options: ChangeOptions): string | undefined => (options.counted === false ? undefined : name);
    return {
      all,
      find: (fits) => all().findLast(fits),
      put: (row, options = {}) => {
        const values = this.complete(row as RecordValues);
        const { replaces } = options;
        const same = (existing: RecordValues): boolean =>
          replaces ? replaces(existing as Row) : layout !== undefined && sameKey(layout, existing, values);
        this.change(stored, content.put(name, values, same), kind(options));
      },
      replaceAll: (rows, options = {}) => {
        this.change(
          stored,
          content.replaceAll(
            name,
            (rows as readonly RecordValues[]).map((row) => this.complete(row)),
          ),
          kind(options),
        );
      },
      remove: (which) => {
        const removed = content.remove(name, (values) => which(values as Row));
        this.change(stored, removed > 0);
        return removed;
      },
    };
  }

  /** Adds the magnification that a record carries for the human reader. */
  private complete(row: RecordValues): RecordValues {
    const { magIndex, camera, magnification } = row as Partial<ShiftRow>;
    if (magnification !== undefined || magIndex === undefined) return row;
    // Beam shifts of filtered imaging on JEOL columns have negative indexes; what is out of range is refused when it is stored.
    const index = asMagIndex(Math.abs(magIndex));
    const known = index >= 1 && index <= maxMagIndex ? this.surroundings.magnificationOf(index, camera) : undefined;
    return { ...row, magnification: Math.round(known ?? 0) };
  }

  /** Notes a change; a measurement counts even if it found exactly what was stored. */
  private change(stored: StoredFile, changed: boolean, measured?: string): void {
    if (!changed && measured === undefined) return;
    this.revision += 1;
    stored.changed = true;
    const kind = measured !== undefined && stored === this.files.main ? kindOf(measured) : undefined;
    if (kind) this.counted = { ...this.counted, [kind]: this.counted[kind] + 1 };
  }

  private allFiles(): readonly StoredFile[] {
    return [this.files.main, this.files.shortTerm, this.files.flyback];
  }

  private checkAdministrator(): void {
    if (this.surroundings.isAdministrator()) return;
    throw new EucentricError({
      code: 'store/administrator-only',
      message: 'The calibrations cannot be saved: Administrator mode is off.',
      hint: 'Choose Administrator in the Calibration menu, or set StartAsAdministrator to 1 in the configuration, then save again.',
    });
  }

  private async saveNow(options: SaveOptions): Promise<Saved> {
    this.checkAdministrator();
    this.completeAdopted();
    const { main } = this.files;
    if (options.to !== undefined) return saveElsewhere(main, options.to);
    const { revision } = this;
    const saved = this.counted;
    const { remarks } = await writeStored(main, options);
    main.saves += 1;
    this.kept = nothingKept;
    main.changed = this.revision !== revision;
    this.counted = without(this.counted, saved);
    const others = await this.saveShortTermNow(options).catch((error: Error) => ({ remarks: [error.message] }));
    return { path: this.path, remarks: [...remarks, ...others.remarks] };
  }

  private async saveShortTermNow(options: SaveOptions): Promise<SavedShortTerm> {
    const paths: string[] = [];
    const remarks: string[] = [];
    for (const stored of [this.files.shortTerm, this.files.flyback]) {
      if (!stored.changed) continue;
      const { revision } = this;
      const report = await writeStored(stored, options);
      stored.saves += 1;
      stored.changed = this.revision !== revision;
      paths.push(stored.disk.path);
      remarks.push(...report.remarks);
    }
    return { paths, remarks };
  }

  private oneAtATime<Result>(save: () => Promise<Result>): Promise<Result> {
    const next = this.saving.then(save, save);
    this.saving = next.catch(() => undefined);
    return next;
  }
}
