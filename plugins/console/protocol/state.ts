import type { ChangeState } from './change-state';
import type { Verdict } from './verdict';
import type {
  AlignedState,
  BufferRules,
  ConfigurationDifference,
  ImportState,
  LiveState,
  LowDosePanelState,
  ParameterSetsState,
  ParameterSetState,
  SetName,
  ThumbnailState,
  UserSettingsState,
} from './working-state';
import type { CoverageTable, FindingState, GuideStep, HistoryRow } from './guide-state';
import type { PlotState } from './plot-state';
import type { MatrixState, ValueState } from './result-values';
import type { RingPanelState, RingsAtState, RingsState } from './ring-state';

export type {
  CoverageCell,
  CoverageTable,
  FindingState,
  GuideStep,
  HistoryRow,
  RestoreObstacleState,
} from './guide-state';
export type { ChartState, ImagePlotState, PlotState, SeriesState } from './plot-state';
export type { MatrixState, ValueState } from './result-values';
export type { RingPanelState, RingPhase, RingRow, RingsAtState, RingsState } from './ring-state';

/** Permissions of a person: look on, work, or also save, restore and switch Administrator mode. */
export type Role = 'observer' | 'operator' | 'administrator';

/** One item of the menu, or a task, as the page shows it. */
export interface ItemState {
  readonly id: string;
  readonly menu: readonly string[];
  readonly label: string;
  readonly summary: string;
  readonly enabled: boolean;
  readonly reason?: string;
  readonly toggle: boolean;
  readonly checked: boolean;
  readonly separated: boolean;
  /** True for a task, which stands beside the Calibration menu. */
  readonly task: boolean;
  readonly administratorOnly: boolean;
  /** True where the item has a help page. */
  readonly help: boolean;
  /** True for the item that saves the calibrations. */
  readonly saves: boolean;
  readonly questions: readonly { readonly id: string; readonly summary: string }[];
  readonly stores: readonly string[];
  readonly results: Readonly<Record<string, string>>;
  /** Names of the devices that it uses, for people. */
  readonly needs: readonly string[];
  readonly script?: string;
}

/** A question or request of a run that waits for an answer. */
export type Waiting = {
  readonly id: number;
  /** The live image that the operator looks at meanwhile. */
  readonly live?: {
    readonly set: SetName;
    readonly cross?: boolean;
    /** Ids of the settings with which the operator does what the text says. */
    readonly settings: readonly string[];
  };
} & (
  | {
      readonly for: 'answer';
      readonly questions: readonly { readonly question: QuestionState; readonly why: string }[];
    }
  | { readonly for: 'button'; readonly names: readonly string[]; readonly text?: string }
  | { readonly for: 'mark'; readonly buffer: string; readonly kind: 'point' | 'line' }
);

/** A question for the page. */
export type QuestionState = { readonly id: string; readonly text: string } & (
  | {
      readonly kind: 'confirm';
      readonly default: boolean;
      /** Reply to people who are not administrators, when only an administrator may say yes. */
      readonly administratorOnly?: string;
      /** Lines that the answer is about, as in a file. */
      readonly lines?: readonly string[];
    }
  | { readonly kind: 'text'; readonly default: string }
  | {
      readonly kind: 'choice';
      readonly default: string;
      readonly choices: readonly { readonly value: string; readonly label: string }[];
    }
  | {
      readonly kind: 'number';
      readonly default: number;
      readonly unit?: string;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly integer?: boolean;
      readonly decimals?: number;
      /** Numbers to choose from, in place of a field. */
      readonly offered?: readonly { readonly value: number; readonly label: string }[];
    }
);

/** The present run. */
export interface RunState {
  readonly number: number;
  readonly item: string;
  readonly label: string;
  /** The item's own description of its work. */
  readonly status?: string;
  readonly progress?: { readonly done: number; readonly total: number; readonly text: string };
  readonly secondsLeft?: number;
  readonly stopping: boolean;
  readonly waiting: readonly Waiting[];
}

/** Something that the operator does outside a run and that takes time, such as an image; STOP ends it. */
export interface ActionState {
  /** A number that changes with every action. */
  readonly number: number;
  /** Such as `View image`. */
  readonly what: string;
}

/** Result of the last run. */
export interface OutcomeState {
  readonly number: number;
  readonly item: string;
  readonly label: string;
  readonly end: 'done' | 'stopped' | 'failed';
  readonly summary: string;
  readonly hint?: string;
  readonly code?: string;
  readonly verdict?: Verdict;
  readonly remarks: readonly string[];
  readonly values: readonly ValueState[];
  readonly matrix?: MatrixState;
  /** Tables of a result, such as the offsets at each magnification. */
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly unit?: string }[];
    readonly rows: readonly (readonly (number | string)[])[];
  }[];
  readonly stored: boolean;
  /** The way in which what it stored is kept: by saving the calibrations, by itself in the short-term file, or for this session only. */
  readonly keptBy?: 'saving' | 'itself' | 'session';
  /** The configuration into which its values were written. */
  readonly writtenTo?: string;
  /** True for an item that can store something. */
  readonly stores: boolean;
  readonly seconds: number;
}

/** One setting of the instrument, and the way to change it. */
export interface SettingState {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** The full label, if the label is short. */
  readonly about?: string;
  /** The value as text. */
  readonly text: string;
  readonly unit?: string;
  readonly value?: number | string | boolean;
  readonly change?: ChangeState;
}

/** Something that was found in an image. */
interface DrawingState {
  /** Ellipses; the direction of the long half axis is in degrees counter-clockwise from X. */
  readonly outlines: readonly {
    readonly x: number;
    readonly y: number;
    readonly long: number;
    readonly short: number;
    readonly direction: number;
  }[];
  readonly numbers: readonly { readonly label: string; readonly text: string }[];
  readonly trouble?: string;
}

/** Contents of one image buffer. */
export interface BufferState {
  readonly buffer: string;
  /** A number that changes with every new image; copies share it. */
  readonly image: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly camera: number;
  readonly binning: number;
  readonly exposure: number;
  readonly magnification: number;
  /** Nanometres per pixel of this image. */
  readonly pixelSize?: number;
  /** Share of the pixels at the highest count of the camera; undefined where there are none. */
  readonly saturated?: number;
  readonly contrast?: { readonly black: number; readonly white: number };
  readonly marker?: { readonly x: number; readonly y: number };
  readonly points?: readonly { readonly x: number; readonly y: number }[];
  /** Something that was found in it, in its pixels with Y down, and numbers beside it. */
  readonly drawing?: DrawingState;
  readonly alignment: { readonly x: number; readonly y: number };
  /** Present for an image whose place the next one takes. */
  readonly live?: true;
}

/** People at the console, and the one in control. */
export interface PeopleState {
  readonly operator?: number;
  readonly people: readonly { readonly id: number; readonly role: Role; readonly name: string }[];
  /** The one who asks the one in control for it. */
  readonly asks?: number;
}

/** One enabled plugin. */
export interface PluginState {
  readonly id: string;
  readonly summary: string;
}

/** State that all browsers share, in parts; each part is sent whole when it changes. */
export interface ConsoleState {
  readonly instrument: {
    readonly title: string;
    /** True when a virtual microscope stands in for the instrument. */
    readonly simulated: boolean;
    readonly administrator: boolean;
    readonly unsaved: boolean;
    /** Number of values of an earlier session that are in use and not saved. */
    readonly carriedOver: number;
    readonly plugins: readonly PluginState[];
  };
  readonly menu: readonly ItemState[];
  readonly run: RunState | undefined;
  readonly action: ActionState | undefined;
  readonly outcome: OutcomeState | undefined;
  readonly settings: readonly SettingState[];
  readonly buffers: readonly BufferState[];
  readonly bufferRules: BufferRules;
  readonly plots: readonly PlotState[];
  /** The buffer that an item shows, aligned with the previous one; `turn` counts the requests. */
  readonly showing: { readonly buffer: string; readonly turn: number } | undefined;
  readonly people: PeopleState;
  readonly guide: readonly GuideStep[];
  readonly findings: readonly FindingState[];
  readonly coverage: readonly CoverageTable[];
  readonly parameterSets: ParameterSetsState | undefined;
  readonly userSettings: UserSettingsState | undefined;
  /** Undefined on an instrument without Low Dose. */
  readonly lowDose: LowDosePanelState | undefined;
  readonly rings: RingPanelState;
  /** Undefined on an instrument without a camera. */
  readonly live: LiveState | undefined;
}
/** The name of a part of the state. */
export type Part = keyof ConsoleState;

/** One line of the log. */
export interface LogEntry {
  readonly number: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'said';
  /** HH:MM:SS of the instrument. */
  readonly time: string;
  readonly text: string;
}

/** One problem of the configuration. */
export interface ProblemRow {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly place: string;
}

/** Cost of images: their number, seconds of exposure and of the run, and the dose in words. */
export interface CostState {
  readonly images?: number;
  readonly exposure?: number;
  readonly duration?: number;
  readonly dose?: string;
}

/** Effects of a run, in words and numbers. */
export interface ForecastState extends CostState {
  readonly atMost?: CostState;
  /** The condition that decides between the two. */
  readonly dependsOn?: string;
  readonly changes: readonly string[];
  /** Reason why the forecast is unknown. */
  readonly unknown?: string;
}

/** Counts along a line on an image, and the distance from its beginning in pixels. */
export interface ProfileState {
  readonly distance: readonly number[];
  readonly counts: readonly number[];
}

/** Answers to the commands. */
export interface Answers {
  readonly forecast: ForecastState;
  /** The help page of an item, in Markdown. */
  readonly help: string;
  readonly history: readonly HistoryRow[];
  readonly check: readonly ProblemRow[];
  readonly counts: number | undefined;
  readonly profile: ProfileState;
  /** A parameter set as it would be. */
  readonly 'try-set': ParameterSetState;
  readonly 'sets-difference': ConfigurationDifference;
  readonly 'import-sets': ImportState;
  readonly 'import-user-settings': ImportState;
  /** The settings file in base64. */
  readonly 'export-user-settings': { readonly name: string; readonly content: string };
  /** Plots of an entry of the history. */
  readonly 'history-plots': readonly PlotState[];
  readonly 'fit-rings': RingsState;
  readonly 'rings-at': RingsAtState;
  readonly thumbnail: ThumbnailState;
  readonly align: AlignedState;
  /** The letter of the buffer. */
  readonly 'read-image': string;
  readonly 'save-buffer': { readonly path: string; readonly section: number };
  readonly 'image-files': { readonly folder: string; readonly files: readonly string[] };
}

/** All text messages from the program to a page. */
export type Message =
  | { readonly is: 'welcome'; readonly you: number; readonly role: Role; readonly session: string }
  | { readonly is: 'state'; readonly part: Part; readonly value: unknown }
  /** Something that this page has to show its person. */
  | { readonly is: 'notice'; readonly text: string; readonly hint: string }
  | { readonly is: 'log'; readonly lines: readonly LogEntry[] }
  | { readonly is: 'done'; readonly request: number; readonly value?: unknown }
  | {
      readonly is: 'refused';
      readonly request: number;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    };
