/** Outcome of one seed: errors against the truth, the errors that the calibration stated, and its verdict. It is kept as JSON. */
export interface Measured {
  /** Errors against the truth by name, such as `percent`; a list where a result has several components. */
  readonly errors: Readonly<Record<string, number | readonly number[]>>;
  /** Standard errors that the calibration stated, under the names of the errors. */
  readonly stated?: Readonly<Record<string, number | readonly number[]>>;
  /** Verdict of the calibration, or the code of the error with which it refused. */
  readonly verdict: string;
  /** Rules of a single seed that do not hold, a sentence each. */
  readonly faults?: readonly string[];
  /** Sentences for the page, of what cannot be pooled. */
  readonly notes?: readonly string[];
  /** Processes that were started for the measurement, which the worker cannot watch: files that they loaded, and their processor time in seconds. */
  readonly processes?: { readonly files: readonly string[]; readonly seconds: number };
}

/** Change of the camera in the text of a configuration. */
export type CameraChange = (yaml: string) => string;

/** A measured seed. */
export interface SeededMeasured extends Measured {
  readonly seed: number;
}

/** Number that a row is pooled to, with the goal that it has to meet. */
export interface Figure {
  /** Words before the number, such as `at most`. */
  readonly name: string;
  readonly value: number;
  /** Words after the number, such as `% off`. */
  readonly unit?: string;
  readonly decimals?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A table of the long statistics, the default export of one file below `statistics/tables`. */
export interface Table {
  /** Name of the file without its ending. */
  readonly name: string;
  /** Sentence for the page: what is measured, and against which truth. */
  readonly about: string;
  /** Id of the menu item that is measured, where it is one. */
  readonly item?: string;
  /** Names of the rows, each a kind of truth or of circumstance; one row without a name by default. */
  readonly rows?: readonly string[];
  /** Seeds are 1 to this number, for each row. */
  readonly seeds: number | ((row: string) => number);
  /** Processor time that one seed takes, in seconds, about: by it the work is divided into shards. */
  readonly seconds: number | ((row: string) => number);
  /** @param camera changes the camera in the text of the configuration; the quick tests of an item make it small */
  measure(seed: number, row: string, camera?: CameraChange): Promise<Measured>;
  /** Figures of a row from its seeds. */
  pool?(measured: readonly SeededMeasured[], row: string): readonly Figure[];
  /** Figures of all rows together. */
  poolAll?(measured: readonly SeededMeasured[]): readonly Figure[];
}

/** Declares a table, so that its literal is checked. */
export const defineTable = (table: Table): Table => table;

/** Names of the rows of a table. */
export const rowsOf = ({ rows = [''] }: Table): readonly string[] => rows;

/** Name of a row on the page: that of the table, with that of the row where it has one. A row that is a file names itself. */
export const rowName = (table: string, row: string): string =>
  row === '' ? table : row.includes('/') ? row : `${table}: ${row}`;

/** Name of the row for all rows of a table. */
export const allRows = 'all rows';

/** Number of seeds of a row. */
export const seedsOf = ({ seeds }: Table, row: string): number => (typeof seeds === 'number' ? seeds : seeds(row));

/** Processor time of one seed of a row in seconds, about. */
export const secondsOf = ({ seconds }: Table, row: string): number =>
  typeof seconds === 'number' ? seconds : seconds(row);

/** True when a figure meets its goal. A figure that is not a number meets none. */
export function meetsGoal({ value, atLeast = -Infinity, atMost = Infinity }: Figure): boolean {
  return value >= atLeast && value <= atMost;
}

/** A figure in words, with its goal. */
export function figureText(figure: Figure): string {
  const { name, value, unit = '', decimals = 3, atLeast, atMost } = figure;
  const goals = [atLeast !== undefined && `at least ${atLeast}`, atMost !== undefined && `at most ${atMost}`].filter(
    Boolean,
  );
  const goal =
    goals.length === 0 ? '' : ` (${meetsGoal(figure) ? 'goal' : '**missed**, the goal is'} ${goals.join(', ')})`;
  return `${name} ${value.toFixed(decimals)}${unit === '%' || unit === '' ? '' : ' '}${unit === '%' ? ' %' : unit}${goal}`;
}

/** Names of the rules that a seed breaks. */
export const broken = (rules: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.keys(rules).filter((rule) => !rules[rule]);
