import { service } from '../../base';
import type { MatrixTable } from './matrix-table';
import type {
  CalibrationFile,
  FlybackRecords,
  MainRecordName,
  MainRecords,
  ShortTermRecordName,
  ShortTermRecords,
} from '../serialem';

/** A record as callers pass it. They may leave out its magnification, which the table of magnifications gives. */
export type RecordInput<Row> = Row extends { readonly magnification: number }
  ? Omit<Row, 'magnification'> & { readonly magnification?: number }
  : Row;

/** Options of a change. */
export interface ChangeOptions {
  /** True, the default, when the question on exit counts it as one more calibration. */
  readonly counted?: boolean;
}

/** All records of one name. */
export interface RecordTable<Row> {
  /** In file order. */
  all(): readonly Row[];
  /** The last one that fits. */
  find(fits: (row: Row) => boolean): Row | undefined;
  /**
   * Stores a record in place of the ones that `replaces` accepts. By default these have the same key (such as mag index and camera).
   * Throws `store/value-not-storable` for what the file cannot hold; nothing is changed then.
   */
  put(row: RecordInput<Row>, options?: ChangeOptions & { readonly replaces?: (row: Row) => boolean }): void;
  /** Makes these all records of the name, in this order. */
  replaceAll(rows: readonly RecordInput<Row>[], options?: ChangeOptions): void;
  /** Removes records and returns how many there were. */
  remove(which: (row: Row) => boolean): number;
}

/** The kinds of calibration that are counted for the question on exit, with the number at which it is asked without Administrator mode. */
export const countedKinds = {
  'image shift': 3,
  'stage shift': 2,
  focus: 2,
  'beam intensity': 1,
  'spot intensity': 1,
  'high-focus mag or IS': 2,
  'parallel illumination': 2,
} as const;
/** A counted kind of calibration. */
export type CountedKind = keyof typeof countedKinds;

/** A question to be asked before the program ends. */
export interface ExitPrompt {
  /** `save`: yes saves, no leaves, cancel stays. `administrator`: yes shows that Administrator mode is needed and stays, no leaves. */
  readonly ask: 'save' | 'administrator';
  readonly message: string;
  readonly answers: readonly ('yes' | 'no' | 'cancel')[];
  /** Text for the operator after a yes, where a yes does not save. */
  readonly afterYes?: string;
  readonly pending: readonly { readonly kind: CountedKind; readonly count: number }[];
}

/** Options of a save. */
export interface SaveOptions {
  /** True to write over a file that another program has changed, or that could not be read. */
  readonly overwrite?: boolean;
  /** True to take over what another program has changed, where this session has not changed the same records. */
  readonly merge?: boolean;
  /** A file to write instead, named from the folder of the calibrations; it must not exist. What is unsaved stays unsaved. */
  readonly to?: string;
}

/** Outcome of a save. */
export interface Saved {
  readonly path: string;
  /** Sentences for the operator although the file is saved, such as a backup that could not be made. */
  readonly remarks: readonly string[];
}

/** Outcome for the files that are written without asking. */
export interface SavedShortTerm {
  /** Those that had changed. */
  readonly paths: readonly string[];
  readonly remarks: readonly string[];
}

/** Everything that can be rolled back; opaque, for `Calibrations.restore`. */
export interface CalibrationsSnapshot {
  readonly taken: symbol;
}

/**
 * The calibrations of the instrument in memory, as the three SerialEM files hold them.
 * Values are those of the files: intensities at the aperture recorded with them, matrices in px per unit.
 */
export interface Calibrations {
  /** Image shift to camera, px per image-shift unit. */
  readonly imageShift: MatrixTable;
  /** Stage to camera, px per um, with the absolute focus of the measurement. */
  readonly stage: MatrixTable;
  /** The records of the main file under a name. */
  records<Name extends MainRecordName>(name: Name): RecordTable<MainRecords[Name]>;
  /** The records of the short-term file under a name; they are written without asking. */
  shortTerm<Name extends ShortTermRecordName>(name: Name): RecordTable<ShortTermRecords[Name]>;
  /** The rows of the file of STEM flyback times. */
  readonly flyback: RecordTable<FlybackRecords['FlybackTime']>;

  /** The minute since 1970 in which they were opened: the start of the session. */
  readonly openedAt: number;
  /** True when something is not in the main file yet. */
  readonly unsaved: boolean;
  /** Number of values that an earlier session measured and nobody saved; they are in use from the short-term file. */
  readonly carriedOver: number;
  /** Number of values, those of earlier sessions among them, that the next start takes from the short-term file because nobody saved them. */
  readonly keptUnsaved: number;
  /** Number of calibrations of each counted kind that are not saved. */
  readonly counts: Readonly<Record<CountedKind, number>>;
  /** The question before the program ends, if there is one. */
  exitPrompt(administrator: boolean): ExitPrompt | undefined;

  /** The main file's place. */
  readonly path: string;
  /** File of the site from which a simulation starts, and which is only read. */
  readonly siteFile: string | undefined;
  /** The main file as it would be saved; for showing and comparing, not for changing. */
  readonly file: CalibrationFile;
  /**
   * Writes the main file whole or not at all, keeping the file of before the session as .bak, and the other files if they changed.
   * Throws `store/administrator-only`, `store/changed-on-disk` (unless `overwrite` or `merge`), `store/merge-conflict`,
   * `store/exists` or `store/write-failed`.
   */
  save(options?: SaveOptions): Promise<Saved>;
  /**
   * Throws what would keep `save` from succeeding now, and leaves nothing on the disk; before a measurement nobody has
   * lost anything yet. With `administratorLater` the role is left out; with `changed` it is said already what becomes of
   * a file that another program has changed.
   */
  checkSaving(options?: { readonly administratorLater?: boolean; readonly changed?: boolean }): Promise<void>;
  /** Writes the short-term and flyback files if they changed; anybody may. Throws like `save`. */
  saveShortTerm(options?: SaveOptions): Promise<SavedShortTerm>;

  /** Everything as it is now, to roll back to when a run is stopped. */
  snapshot(): CalibrationsSnapshot;
  /** Goes back to a snapshot; what was saved since stays on disk. */
  restore(snapshot: CalibrationsSnapshot): void;
}
/** The token of the calibrations. */
export const Calibrations = service<Calibrations>('Calibrations');
