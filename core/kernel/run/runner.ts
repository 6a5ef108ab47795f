import {
  type Clock,
  Disposables,
  EucentricError,
  type Logger,
  type Plot,
  StoppedError,
  type Token,
  type Undo,
  answeredInTime,
  describe,
  errorContents,
  throwIfStopped,
} from '../../base';
import { type AnySetting, Cameras, type ProvidedSetting } from '../../devices';
import {
  applyChanges,
  type CalibrationResult,
  type ChangeTarget,
  type Conditions,
  describeChanges,
  keep,
  type PropertySuggestion,
  recordOf,
} from '../../store';
import { UserSettings } from '../../user-settings';
import type { BeamPath } from '../guards/beam-path';
import { type LastingChanges, keepChanged, keepSetting } from './kept-settings';
import { setUserSetting } from './set-user-setting';
import { describeReason, RefusedError } from '../../judgement';
import { readConditions } from './conditions';
import { RunOperator, type ShowLive } from './run-operator';
import { kernelErrors } from '../errors';
import { LowDose } from '../low-dose';
import type { Hooks, Outcome } from '../hooks';
import type { Menu } from '../menu/menu';
import type { ItemDeclaration } from '../menu/declaration';
import type { AcceptedDraft, ResultDraft, Run } from '../menu/item-run';
import type { QuestionSpecs } from '../menu/questions';
import { askingOf } from './declared-run';
import type { Operator, OperatorPort, QuestionDeclaration } from '../operator/operator';

/** Dependencies of the runner. */
export interface RunnerParts {
  readonly menu: Menu;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly log: Logger;
  readonly isAdministrator: () => boolean;
  readonly find: <T>(token: Token<T>) => T | undefined;
  /** The calibrations and the settings that accepted results change. */
  readonly target: ChangeTarget;
  /** The settings of the devices. */
  readonly deviceSettings: () => readonly ProvidedSetting[];
  /** Conditions that follow from those of the devices, such as the pixel size. */
  readonly moreConditions?: (read: Conditions) => Promise<Partial<Conditions>>;
  /** True on a virtual microscope; its results say so. */
  readonly simulated?: boolean;
  /** Told how a run puts back what was in the way of the beam. */
  readonly beamPath?: Pick<BeamPath, 'restoreBy'>;
  /** Shows a live image while an item waits for its operator. */
  readonly showLive?: ShowLive;
  /** Appends an accepted result to the history. */
  readonly remember: (result: CalibrationResult) => Promise<void>;
  /**
   * Offers to write into the configuration what a result suggests; called when the microscope is as it was found. Returns the file that
   * was written.
   */
  readonly offerProperties?: (
    suggestions: readonly PropertySuggestion[],
    operator: Pick<Operator, 'confirm' | 'log'>,
  ) => Promise<string | undefined>;
}

/** The question with which every item may end that found something for the configuration. */
export const writePropertiesQuestion: QuestionDeclaration = {
  id: 'write-properties',
  kind: 'confirm',
  summary:
    'The result belongs in the configuration and differs from it. The changed lines are shown first; the new values are used from the next start.',
};

/** Options for starting an item. */
export interface RunOptions {
  readonly port: OperatorPort;
  readonly fromScript?: boolean;
  readonly arguments?: readonly string[];
}

/** Seconds that putting one thing back may take, in real time: a device that is gone must not hold the program for ever. */
const restoreLimit = 120;

/** Runs menu items, one at a time, and leaves the microscope as it was found. */
export class Runner {
  private current: { readonly label: string; readonly controller: AbortController } | undefined;

  constructor(private readonly parts: RunnerParts) {}

  /** The label of the item that is running; undefined when idle. */
  get running(): string | undefined {
    return this.current?.label;
  }

  /** Stops what is running; harmless when nothing is. */
  stop(): void {
    this.current?.controller.abort(new StoppedError(this.current.label));
  }

  /** Runs an item to its end. Throws `menu/disabled`, `run/busy`, `run/stopped`, `run/not-restored`, or what the item threw. */
  async run(name: string, options: RunOptions): Promise<CalibrationResult | undefined> {
    const { menu, hooks, log, beamPath } = this.parts;
    const entry = menu.find(name, this.current === undefined);
    const { declaration } = entry;
    if (this.current && !declaration?.anytime) throw kernelErrors.busy(this.current.label);
    const item = entry.enabled && declaration ? menu.instance(entry.id) : undefined;
    if (!item || !declaration) throw kernelErrors.disabled(entry.label, entry.reason ?? 'it cannot be started');

    const outer = this.current;
    const controller = new AbortController();
    this.current = { label: entry.label, controller };
    const undos = new Disposables();
    const failures: unknown[] = [];
    let outcome: Outcome = 'failed';
    let result: CalibrationResult | undefined;
    let leaveBeamPath: (() => void) | undefined;
    try {
      await hooks.willRun.promise(entry.id);
      const lowDose = this.parts.find(LowDose);
      if (declaration.lowDoseArea !== undefined && lowDose?.on)
        await lowDose.goTo(declaration.lowDoseArea, controller.signal);
      const run = await this.prepare(
        declaration,
        menu.questionsOf(entry.id),
        options,
        { signal: controller.signal, alongside: outer !== undefined },
        undos,
      );
      // What runs beside another run leaves the instrument to it.
      if (!outer) leaveBeamPath = beamPath?.restoreBy((what, undo) => run.restoreLater(what, undo));
      const lasting = item.changes();
      const changes = declaration.kind === 'task' || lasting.length > 0 ? await keepChanged(lasting, run) : undefined;
      result = (await item.run(run)) ?? undefined;
      if (changes) result = await this.leaveChanged(changes, result, run);
      outcome = 'done';
    } catch (error) {
      if (error instanceof StoppedError || controller.signal.aborted) outcome = 'stopped';
      failures.push(error);
    } finally {
      leaveBeamPath?.();
      try {
        const restored: unknown[] = [];
        await undos
          .dispose()
          .catch((error: unknown) =>
            restored.push(...(error instanceof AggregateError ? (error.errors as unknown[]) : [error])),
          );
        if (restored.length > 0) {
          const cause = outcome === 'stopped' ? new StoppedError(entry.label) : failures[0];
          failures.unshift(kernelErrors.notRestored(restored, cause));
        }
        options.port.status(undefined);
        if (failures.length === 0 && !options.fromScript && !outer) {
          const writtenTo = await this.offerProperties(result, options.port, controller.signal, declaration.id);
          if (result && writtenTo !== undefined) result = { ...result, writtenTo };
        }
      } finally {
        this.current = outer;
      }
    }
    try {
      await hooks.didRun.promise(entry.id, failures.length > 0 && outcome === 'done' ? 'failed' : outcome);
    } catch (error) {
      if (failures.length === 0) throw error;
      log.warn(`After the failure of ${entry.label}: ${describe(error)}`);
    }
    if (failures.length > 0) throw this.chooseError(failures, outcome, entry.label);
    return result;
  }

  /** An error here is logged and does not affect the calibration, which is already stored. */
  private async offerProperties(
    result: CalibrationResult | undefined,
    port: OperatorPort,
    signal: AbortSignal,
    item: string,
  ): Promise<string | undefined> {
    const { offerProperties, clock } = this.parts;
    const suggestions = result?.propertySuggestions ?? [];
    if (!offerProperties || suggestions.length === 0) return undefined;
    try {
      return await offerProperties(suggestions, new RunOperator(item, [writePropertiesQuestion], port, signal, clock));
    } catch (error) {
      if (signal.aborted || error instanceof StoppedError) return undefined;
      const { code, message, hint } = errorContents(error);
      port.log(`Nothing was written into the configuration. ${message} ${hint} [${code}]`);
      return undefined;
    }
  }

  private chooseError(failures: readonly unknown[], outcome: Outcome, label: string): unknown {
    const [first] = failures;
    if (first instanceof EucentricError && first.code === 'run/not-restored') return first;
    return outcome === 'stopped' ? new StoppedError(label) : first;
  }

  private async prepare(
    declaration: ItemDeclaration,
    questions: QuestionSpecs,
    options: RunOptions,
    { signal, alongside }: Pick<Run, 'signal' | 'alongside'>,
    undos: Disposables,
  ): Promise<Run> {
    const { clock, log, isAdministrator } = this.parts;
    const read = await readConditions(this.parts.deviceSettings(), this.parts.find(Cameras));
    const conditions = { ...read, ...(await this.parts.moreConditions?.(read)) };
    let plots: readonly Plot[] = [];
    const complete = (draft: ResultDraft & Partial<Pick<CalibrationResult, 'changes'>>): CalibrationResult => ({
      standardErrors: {},
      changes: [],
      ...draft,
      ...(plots.length > 0 && { plots }),
      item: declaration.id,
      ...(this.parts.simulated && { simulated: true as const }),
      conditions: { ...conditions, ...draft.conditions },
    });
    const restoreLater = (what: string, undo: (signal: AbortSignal) => Promise<void> | void): Undo => {
      let restored = false;
      const restore = async (): Promise<void> => {
        if (restored) return;
        try {
          await answeredInTime(undo, { seconds: restoreLimit, late: restoredTooLate });
        } catch (error) {
          throw new EucentricError({
            code: 'run/restore-failed',
            message: `${what}: ${describe(error)}`,
            hint: `Check ${what} at the microscope.`,
            cause: error,
          });
        }
        restored = true;
      };
      // What an item could not put back in its course is tried once more at the end of the run.
      undos.add(restore);
      return restore;
    };
    const { showLive } = this.parts;
    const operator = new RunOperator(declaration.id, declaration.questions, options.port, signal, clock, showLive);
    const { fromScript = false } = options;
    const { magIndex, camera } = conditions;
    return {
      ...askingOf({ item: declaration.id, label: declaration.label, questions, operator, fromScript }),
      operator,
      signal,
      clock,
      log: log.child(declaration.id),
      administrator: isAdministrator(),
      fromScript,
      alongside,
      arguments: options.arguments ?? [],
      here: () => {
        if (magIndex === undefined || camera === undefined) throw kernelErrors.noInstrument(declaration.label);
        return { magIndex, camera };
      },
      restoreLater,
      preserve: async (...settings: readonly AnySetting[]) => {
        const held = new Disposables();
        for (const setting of settings) {
          // The operator may have changed it meanwhile for what comes next.
          if (setting.traits.operatorsOnly) continue;
          held.add((await keepSetting(setting, { signal, restoreLater })).undo);
        }
        return {
          [Symbol.asyncDispose]: () =>
            held.dispose().catch((error: unknown) => {
              const each = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
              throw each.length === 1 ? each[0] : kernelErrors.notRestored(each, undefined);
            }),
        };
      },
      plot: (plot) => operator.plot(plot),
      accept: async (draft) => {
        plots = operator.endPlots();
        tellReasons(operator, draft);
        // Whatever an item decides, nothing that was refused gets into the calibrations.
        if (draft.quality?.verdict === 'refused') throw new RefusedError({ reasons: draft.quality.reasons ?? [] });
        return this.store(declaration, draft, complete, signal);
      },
      report: (draft) => {
        plots = operator.endPlots();
        tellReasons(operator, draft);
        return complete(draft);
      },
      setUserSetting: (name, value) =>
        setUserSetting(this.parts.find(UserSettings), declaration, { operator, signal }, name, value),
    };
  }

  /** Leaves what a task, or an item that exists for that, changed, and notes it in the history: both or neither. A refused result leaves nothing. */
  private async leaveChanged(
    changes: LastingChanges,
    found: CalibrationResult | undefined,
    { signal }: Run,
  ): Promise<CalibrationResult | undefined> {
    if (found?.quality?.verdict === 'refused') throw new RefusedError({ reasons: found.quality.reasons ?? [] });
    const changed = await changes.read();
    throwIfStopped(signal);
    // What was accepted stands in the history already; what was changed besides is an entry of its own.
    const accepted = found !== undefined && found.changes.length > 0;
    if (found && (!accepted || changed.length > 0)) await this.parts.remember({ ...found, changes: [], changed });
    changes.release();
    return found && { ...found, changed };
  }

  /** Makes the changes of a result and notes them in the history: both or neither. */
  private async store(
    { id, label, stores }: ItemDeclaration,
    { changes, ...draft }: AcceptedDraft,
    complete: (draft: ResultDraft & Pick<CalibrationResult, 'changes'>) => CalibrationResult,
    signal: AbortSignal,
  ): Promise<CalibrationResult> {
    const { hooks, target, remember } = this.parts;
    for (const record of changes.flatMap((change) => recordOf(change) ?? []))
      if (!stores.includes(record)) throw kernelErrors.undeclaredRecord(id, record);
    await hooks.willStore.promise(complete({ ...draft, changes: describeChanges(target, changes) }));
    if (signal.aborted) throw new StoppedError(label);
    const takeBack = keep(target, changes);
    const result = complete({ ...draft, changes: applyChanges(target, changes) });
    try {
      await remember(result);
    } catch (error) {
      takeBack();
      throw error;
    }
    await hooks.didStore.promise(result);
    return result;
  }
}

/** Logs the reasons of a verdict in one place, so that the log and the verdict never differ. */
function tellReasons(operator: Pick<Operator, 'log'>, { quality }: ResultDraft): void {
  for (const reason of quality?.reasons ?? [])
    operator.log(`${reason.verdict === 'refused' ? 'REFUSED' : 'DOUBTFUL'}: ${describeReason(reason)}`);
}

/** The error of an undo that did not end. */
const restoredTooLate = (seconds: number): EucentricError =>
  new EucentricError({
    code: 'run/restore-timeout',
    message: `No answer within ${seconds} s`,
    hint: 'Check the connection to the device.',
  });
