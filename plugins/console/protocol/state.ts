/** What a person may do: look on, work, or also save, restore and switch Administrator mode. */
export type Role = 'observer' | 'operator' | 'administrator';

/** One item of the menu, as the page shows it. */
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
  readonly administratorOnly: boolean;
  /** Whether it saves the calibrations. */
  readonly saves: boolean;
  readonly questions: readonly { readonly id: string; readonly summary: string }[];
  readonly stores: readonly string[];
  readonly results: Readonly<Record<string, string>>;
  readonly needs: readonly string[];
  readonly script?: string;
}

/** Something that a run waits for. */
export type Waiting = { readonly id: number } & (
  | {
      readonly for: 'answer';
      readonly questions: readonly { readonly question: QuestionState; readonly why: string }[];
    }
  | { readonly for: 'button'; readonly names: readonly string[]; readonly text?: string }
  | { readonly for: 'mark'; readonly buffer: string; readonly kind: 'point' | 'line' }
);

/** A question as the page shows it. */
export type QuestionState = { readonly id: string; readonly text: string } & (
  | { readonly kind: 'confirm'; readonly default: boolean }
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
    }
);

/** The run that is under way. */
export interface RunState {
  readonly number: number;
  readonly item: string;
  readonly label: string;
  /** What the item says that it is doing. */
  readonly status?: string;
  readonly progress?: { readonly done: number; readonly total: number; readonly text: string };
  readonly secondsLeft?: number;
  readonly stopping: boolean;
  readonly waiting: readonly Waiting[];
}

/** One value of a result beside the one that it replaces. */
export interface ValueState {
  readonly name: string;
  readonly about?: string;
  readonly unit?: string;
  readonly value: number | string | boolean;
  readonly error?: number;
  readonly before?: number;
}

/** How the last run ended. */
export interface OutcomeState {
  readonly number: number;
  readonly item: string;
  readonly label: string;
  readonly end: 'done' | 'stopped' | 'failed';
  readonly summary: string;
  readonly hint?: string;
  readonly code?: string;
  readonly verdict?: string;
  readonly remarks: readonly string[];
  readonly values: readonly ValueState[];
  /** What a table of a result says, such as the offsets at each magnification. */
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly unit?: string }[];
    readonly rows: readonly (readonly (number | string)[])[];
  }[];
  readonly stored: boolean;
  readonly seconds: number;
}

/** One setting of the instrument, with how it can be changed. */
export interface SettingState {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** The label in full, where that is short. */
  readonly about?: string;
  /** As people read it. */
  readonly text: string;
  readonly unit?: string;
  readonly value?: number | string | boolean;
  readonly change?:
    | {
        readonly by: 'number';
        readonly unit: string;
        readonly minimum?: number;
        readonly maximum?: number;
        readonly step: number;
      }
    | { readonly by: 'choice'; readonly choices: readonly { readonly value: string; readonly label: string }[] }
    | { readonly by: 'switch'; readonly on: string; readonly off: string };
}

/** What is in one image buffer. */
export interface BufferState {
  readonly buffer: string;
  /** Changes with every new image; copies share it. */
  readonly image: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly camera: number;
  readonly binning: number;
  readonly exposure: number;
  readonly magnification: number;
  /** Nanometres of one pixel of this image. */
  readonly pixelSize?: number;
  /** Share of the pixels that are cut off at the highest count of the camera; undefined where none are. */
  readonly saturated?: number;
  readonly contrast?: { readonly black: number; readonly white: number };
  readonly marker?: { readonly x: number; readonly y: number };
  readonly points?: readonly { readonly x: number; readonly y: number }[];
  readonly alignment: { readonly x: number; readonly y: number };
}

/** A plot as the items make it. */
export interface PlotState {
  readonly id: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly equalScales?: boolean;
  readonly series: readonly {
    readonly name: string;
    readonly kind: 'points' | 'line' | 'arrows';
    readonly points: readonly {
      readonly x: number;
      readonly y: number;
      readonly dx?: number;
      readonly dy?: number;
      readonly error?: number;
    }[];
  }[];
}

/** Who is there, and who works. */
export interface PeopleState {
  readonly operator?: number;
  readonly people: readonly { readonly id: number; readonly role: Role }[];
}

/** How far a site is with its calibrations. */
export interface GuideStep {
  readonly title: string;
  readonly why: string;
  readonly items: readonly {
    readonly id: string;
    readonly label: string;
    readonly state: 'done' | 'never' | 'stale' | 'doubtful' | 'unavailable';
    /** In words: when and how it was done, or what speaks against it. */
    readonly note: string;
    /** Labels of what has to be done first and is not. */
    readonly first: readonly string[];
  }[];
}

/** A contradiction among what was measured, with what is to be done. */
export interface FindingState {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly reason: string;
  /** The id of an item of the menu, or the names of properties. */
  readonly redo: string;
}

/** One plugin that is switched on. */
export interface PluginState {
  readonly id: string;
  readonly summary: string;
}

/** Everything that all browsers share, in parts that are sent whole whenever they change. */
export interface ConsoleState {
  readonly instrument: {
    readonly title: string;
    readonly administrator: boolean;
    readonly unsaved: boolean;
    readonly plugins: readonly PluginState[];
  };
  readonly menu: readonly ItemState[];
  readonly run: RunState | undefined;
  readonly outcome: OutcomeState | undefined;
  readonly settings: readonly SettingState[];
  readonly buffers: readonly BufferState[];
  readonly plots: readonly PlotState[];
  /** The buffer that an item wants to be seen, shifted so that it lies on the one before; `turn` counts how often. */
  readonly showing: { readonly buffer: string; readonly turn: number } | undefined;
  readonly people: PeopleState;
  readonly guide: readonly GuideStep[];
  readonly findings: readonly FindingState[];
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

/** One entry of the history. */
export interface HistoryRow {
  readonly id: string;
  readonly item: string;
  readonly label: string;
  readonly when: string;
  readonly who: string;
  readonly kind: 'measured' | 'restored';
  readonly summary: string;
  readonly verdict?: string;
  readonly conditions: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** The units of those values that have one. */
  readonly units: Readonly<Record<string, string>>;
  readonly restorable: boolean;
  readonly replaces: boolean;
  /** The way in which a value that is brought back is kept: by saving the calibrations, by itself in the short-term file, or for this session only. */
  readonly keptBy: 'saving' | 'itself' | 'session';
}

/** One problem of the configuration. */
export interface ProblemRow {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly place: string;
}

/** What images cost: how many, seconds of exposure and of the run, and the dose in words. */
export interface CostState {
  readonly images?: number;
  readonly exposure?: number;
  readonly duration?: number;
  readonly dose?: string;
}

/** What a run will do, in words and numbers. */
export interface ForecastState extends CostState {
  readonly atMost?: CostState;
  /** What decides between the two. */
  readonly dependsOn?: string;
  readonly changes: readonly string[];
  /** Why it cannot be told now. */
  readonly unknown?: string;
}

/** Counts along a line on an image, with the distance from its beginning in pixels. */
export interface ProfileState {
  readonly distance: readonly number[];
  readonly counts: readonly number[];
}

/** What each command is answered with. */
export interface Answers {
  readonly forecast: ForecastState;
  readonly history: readonly HistoryRow[];
  readonly check: readonly ProblemRow[];
  readonly counts: number | undefined;
  readonly profile: ProfileState;
}

/** Everything that the program tells a page as text. */
export type Message =
  | { readonly is: 'welcome'; readonly you: number; readonly role: Role; readonly session: string }
  | { readonly is: 'state'; readonly part: Part; readonly value: unknown }
  | { readonly is: 'log'; readonly lines: readonly LogEntry[] }
  | { readonly is: 'done'; readonly request: number; readonly value?: unknown }
  | {
      readonly is: 'refused';
      readonly request: number;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    };
