import type { Clock, Logger, ProvidedAll, Token, Undo } from '../../base';
import type { Setting } from '../../devices';
import type { CalibrationResult, Change, RecordName } from '../../store';
import type { TappableHooks } from '../hooks';
import type { Operator, QuestionDeclaration } from '../operator/operator';

/** What an item says about itself; everything the menu shows without running a line of the item. */
export interface MenuItemDeclaration<Needs extends readonly Token<unknown>[] = readonly Token<unknown>[]> {
  /** Its path below `plugins/`, without the ending. */
  readonly id: string;
  /** The submenus above it, such as `['Image & Stage Shift']`; empty for the top level of the Calibration menu. */
  readonly menu: readonly string[];
  readonly label: string;
  /** One sentence for people. */
  readonly summary: string;
  /** `action` runs, `toggle` has a check mark. */
  readonly kind?: 'action' | 'toggle';
  /** What its constructor asks for, in order. The item is enabled only when all of it is provided. */
  readonly needs: Needs;
  /** The script command that runs it, if there is one. */
  readonly script?: string;
  /** The records that it changes; a change of another one is refused. */
  readonly stores?: readonly RecordName[];
  readonly questions?: readonly QuestionDeclaration[];
  /** The names of the values it reports, each with a sentence that gives the unit. */
  readonly results?: Readonly<Record<string, string>>;
  /** The units of those values that have one, for people; of a column of a table as `table.column`. */
  readonly units?: Readonly<Record<string, string>>;
  /** Whether only an administrator may run it where people have roles. */
  readonly administratorOnly?: boolean;
  /** Whether it may run while something else does; toggles and lists that touch nothing. */
  readonly anytime?: boolean;
  /** That a run takes no image and moves nothing; every other item has a forecast. */
  readonly touchesNothing?: true;
}

/** A setting of whatever type, for keeping and giving back. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a setting both takes and gives its value, so no narrower type fits all
export type AnySetting = Setting<any>;

/** What a run hands to an item. */
export interface Run {
  readonly operator: Operator;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether Administrator mode is on, for the lines that only administrators see. */
  readonly administrator: boolean;
  /** Whether it runs from a script or another run, where start and transfer questions are left out. */
  readonly fromScript: boolean;
  /** Whether something else is running, which an item that may run at any time must leave the instrument to. */
  readonly alongside: boolean;
  /** Arguments of the script command. */
  readonly arguments: readonly string[];
  /** Keeps settings as they are now; they are written back, in reverse order, at the end of the run, however it ends. Disposing does it sooner. */
  preserve(...settings: readonly AnySetting[]): Promise<AsyncDisposable>;
  /** Something to be undone at the end of the run, however it ends; called with a signal of its own that STOP does not fire. */
  restoreLater(what: string, undo: (signal: AbortSignal) => Promise<void> | void): Undo;
  /**
   * Stores an accepted result: asks the hooks, makes its changes, appends it to the history and tells the hooks and the console.
   * When the history refuses it, or STOP was pressed before, nothing is changed.
   */
  accept(result: AcceptedDraft): Promise<CalibrationResult>;
  /** Reports a result that stores nothing. */
  report(result: ResultDraft): CalibrationResult;
}

/** A result before the runner has added item, conditions, time and version. */
export type ResultDraft = Pick<CalibrationResult, 'summary' | 'values'> &
  Partial<Omit<CalibrationResult, 'summary' | 'values' | 'item' | 'changes'>>;

/** A result that is to be stored, with everything that it changes. */
export interface AcceptedDraft extends ResultDraft {
  readonly changes: readonly Change[];
}

/** What images cost. */
export interface ImageCost {
  readonly images: number;
  /** Exposure of all images together, in seconds. */
  readonly exposure: number;
  /** Duration of the run, in seconds. */
  readonly duration: number;
}

/** What a run will do to the microscope and the specimen, as far as it is known before. */
export interface Forecast extends Partial<ImageCost> {
  /** The most that it may come to, where that is not known before. */
  readonly atMost?: ImageCost;
  /** What decides between the two: goes on from "It depends on". */
  readonly dependsOn?: string;
  /** What will be moved or changed and given back, such as image shift or stage. */
  readonly changes?: readonly string[];
}

/** One item of the menu. */
export interface MenuItem {
  /** What a run would do now, with the default answers where it depends on answers; changes nothing at the microscope. */
  forecast?(signal: AbortSignal): Promise<Forecast>;
  /** Why it cannot run now, in the operator's words; undefined when it can. */
  unavailable?(): string | undefined;
  /** The check mark of a toggle. */
  checked?(): boolean;
  /** Taps the hooks through which its calibration is applied. */
  listen?(hooks: TappableHooks): void;
  run(run: Run): Promise<CalibrationResult | undefined | void>;
}

/** A class of menu item, as a plugin hands it to its host; built by the kernel with what its declaration asks for. */
export interface MenuItemClass {
  new (...given: never[]): MenuItem;
}

const declarations = new WeakMap<object, MenuItemDeclaration>();

/** Declares a class to be an item of the menu. The constructor's parameters are checked against `needs` by the compiler. */
export function menuItem<const Needs extends readonly Token<unknown>[]>(declaration: MenuItemDeclaration<Needs>) {
  return <Class extends new (...given: ProvidedAll<Needs>) => MenuItem>(target: Class): void => {
    declarations.set(target, declaration);
  };
}

/** What an item class says about itself; undefined for a class that is not an item. */
export const declarationOf = (item: MenuItemClass): MenuItemDeclaration | undefined => declarations.get(item);
