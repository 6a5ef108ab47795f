import type { MatrixState } from './result-values';
import type { Verdict } from './verdict';

/** State of a site's calibrations, by step. */
export interface GuideStep {
  readonly title: string;
  readonly why: string;
  readonly items: readonly {
    readonly id: string;
    readonly label: string;
    /** `partly`: at some magnifications, which the table of coverage names. */
    readonly state: 'done' | 'partly' | 'never' | 'stale' | 'doubtful' | 'unavailable';
    /** In words: when and how it was done, or the finding against it. */
    readonly note: string;
    /** Labels of items that come first and are missing. */
    readonly first: readonly string[];
  }[];
}

/** A contradiction between measurements, and the remedy. */
export interface FindingState {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly reason: string;
  /** The id of an item of the menu, or the names of properties. */
  readonly redo: string;
  /** Magnification and camera at which it should be run. */
  readonly place?: string;
}

/** A calibration at one magnification of one camera: its state, and its age and verdict in words. */
export interface CoverageCell {
  readonly state: 'done' | 'stale' | 'doubtful' | 'never';
  readonly text: string;
  /** The finding against it. */
  readonly why?: string;
}

/** Calibrations of one camera by magnification. */
export interface CoverageTable {
  readonly camera: number;
  readonly name: string;
  readonly columns: readonly { readonly item: string; readonly label: string }[];
  readonly rows: readonly {
    readonly magIndex: number;
    readonly magnification: number;
    readonly cells: readonly CoverageCell[];
  }[];
}

/** The reason why a value must not be restored where it was measured without a question. */
export interface RestoreObstacleState {
  readonly text: string;
  readonly elsewhere?: { readonly magIndex?: number; readonly camera?: number; readonly label: string };
}

/** One entry of the history. */
export interface HistoryRow {
  readonly id: string;
  readonly item: string;
  readonly label: string;
  readonly when: string;
  readonly who: string;
  readonly kind: 'measured' | 'restored';
  /** Present where a virtual microscope was measured. */
  readonly simulated?: true;
  readonly summary: string;
  readonly verdict?: Verdict;
  /** Reasons of a verdict that is not good, in sentences. */
  readonly reasons: readonly string[];
  readonly conditions: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Units of the values that have one. */
  readonly units: Readonly<Record<string, string>>;
  /** The matrix that four of the values make. */
  readonly matrix?: MatrixState;
  /** Settings of the microscope that a task changed, each as a sentence. */
  readonly changed: readonly string[];
  /** Number of plots that the entry has; a command gives them. */
  readonly plots: number;
  /** Reason why nothing of it can be restored; undefined when it can. */
  readonly notRestorable?: string;
  /** True when its value is the one in use. */
  readonly inUse: boolean;
  readonly replaces: boolean;
  /** Conditions that are other ones now, and the place at which the value fits instead. */
  readonly obstacle?: RestoreObstacleState;
  /** The way in which a value that is restored is kept: by saving the calibrations, by itself in the short-term file, or for this session only. */
  readonly keptBy: 'saving' | 'itself' | 'session';
}
