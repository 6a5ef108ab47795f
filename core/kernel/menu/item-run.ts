import type { Clock, Logger, Plot, Undo } from '../../base';
import type { AnySetting } from '../../devices';
import type { OpticalPlace } from '../../optics';
import type { CalibrationResult, Change } from '../../store';
import type { Lasting, UserSettingName, UserSettingValueOf } from '../../user-settings';
import type { LiveBeside, Operator } from '../operator/operator';
import type { AnswerTo, Asked, QuestionSpecs } from './questions';
import type { ResultSpecs, ValuesOf } from './values';

/** A result before the runner has added item, conditions, time and version. */
export type ResultDraft = Pick<CalibrationResult, 'summary' | 'values'> &
  Partial<Omit<CalibrationResult, 'summary' | 'values' | 'item' | 'changes'>>;

/** A result that is stored, with everything that it changes. */
export interface AcceptedDraft extends ResultDraft {
  readonly changes: readonly Change[];
}

/** The side of a run that needs no declaration: for code that several items share. */
export interface Run {
  readonly operator: Operator;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Shows what is measured, as it comes: a chart with standard errors, fitted curves and residuals, vectors, or images with what was found
   * in them. The console draws it, a terminal tells it in a line at the end, and the history keeps it small, with the result.
   */
  plot(plot: Plot): void;
  /** True while Administrator mode is on, for the lines that only administrators see. */
  readonly administrator: boolean;
  /** True for a run from a script or another run, where start and transfer questions are left out. */
  readonly fromScript: boolean;
  /** True while another item runs, which an item that may run at any time must leave the instrument to. */
  readonly alongside: boolean;
  /** Arguments of the script command. */
  readonly arguments: readonly string[];
  /** The magnification and the camera at which the run began. Throws `run/no-place` on an instrument without column or camera. */
  here(): OpticalPlace;
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
  /**
   * Sets a user setting for good. The log says what it was, what it is and whether that lasts, and the history has it. Nothing is set where STOP was pressed before. Throws `run/undeclared-setting` for a
   * setting that the item does not declare in `sets`, or `user-settings/wrong-value`.
   */
  setUserSetting<Name extends UserSettingName>(name: Name, value: UserSettingValueOf<Name>): Promise<Lasting>;
  /**
   * Asks to start, after a text that says what will be done; left out in scripts. The item declares the question `start`.
   * Throws `run/not-started` when the operator declines.
   */
  start(text: string): Promise<void>;
  /**
   * Shows the operator what to do at the microscope and waits for one of the buttons. While it waits the operator may change the
   * microscope from the console, so the item reads again what it needs afterwards. A live image is shown meanwhile where one is named.
   */
  letOperatorAct<Name extends string>(text: string, buttons: readonly Name[], live?: LiveBeside): Promise<Name>;
}

/** A result whose values are those that the item declares. */
type Typed<Draft extends { readonly values: unknown }, Results> = Omit<Draft, 'values' | 'standardErrors'> & {
  readonly values: ValuesOf<Results>;
  readonly standardErrors?: Readonly<Partial<Record<keyof Results, unknown>>>;
};

/** A run as the item that declared its questions and results sees it. */
export interface ItemRun<Questions extends QuestionSpecs, Results extends ResultSpecs> extends Run {
  /** Asks a declared question. Throws `run/bad-answer` for an answer outside its limits. */
  ask<Id extends keyof Questions & string>(id: Id, asked: Asked<Questions[Id]>): Promise<AnswerTo<Questions[Id]>>;
  /** Asks several declared questions of which none rests on the answer to another: seen together where there is a screen for it. */
  askAll<const Ids extends keyof Questions & string>(asked: {
    readonly [Id in Ids]: Asked<Questions[Id]>;
  }): Promise<{ readonly [Id in Ids]: AnswerTo<Questions[Id]> }>;
  /** Stores an accepted result, as `Run` says. */
  accept(result: Typed<AcceptedDraft, Results>): Promise<CalibrationResult>;
  /** Reports a result that stores nothing. */
  report(result: Typed<ResultDraft, Results>): CalibrationResult;
}
