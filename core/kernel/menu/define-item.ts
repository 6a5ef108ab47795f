import type { Provided, Registry, Token } from '../../base';
import type { AnySetting } from '../../devices';
import type { CalibrationResult, RecordName } from '../../store';
import type { UserSettingName } from '../../user-settings';
import type { TappableHooks } from '../hooks';
import type { LowDoseAreaName } from '../low-dose';
import type { ItemDeclaration, ItemPlace } from './declaration';
import type { ExclusionName } from './exclusions';
import { type Forecast, nothing } from './forecast';
import { helpPageBeside } from './help-page';
import type { ItemRun, Run } from './item-run';
import type { WorkOrder } from './order';
import { type QuestionSpecs, declaredQuestions } from './questions';
import type { ResultSpecs } from './values';

/** The tokens that an item uses, each under the name by which it uses it. */
export type Needs = Readonly<Record<string, Token<unknown>>>;
/** The things provided under the tokens of an item, by the item's own names. */
export type Uses<N extends Needs> = { readonly [Name in keyof N]: Provided<N[Name]> };

/** One item of the menu, as its file declares it. */
export interface ItemSpec<N extends Needs, Q extends QuestionSpecs, R extends ResultSpecs> {
  /** `PLUGIN/SUBMENU/NAME`, or `PLUGIN/NAME` at the top level; the file is called NAME. */
  readonly id: string;
  /** Its place, where no menu of the plugin gives it one. */
  readonly place?: ItemPlace;
  /** The tokens that it uses. The item is enabled only when all of them are provided. */
  readonly needs: N;
  /** States of the instrument in which it does not work. */
  readonly not?: readonly ExclusionName[];
  /** The area of Low Dose to which the column goes first, where Low Dose is on. */
  readonly lowDoseArea?: LowDoseAreaName;
  /** The questions that it may ask, each with the sentence that says when and why. */
  readonly questions?: Q;
  /** The values that it reports, each with a sentence and its unit. */
  readonly results?: R;
  /** The records that it changes; a change of another one is refused. */
  readonly stores?: readonly RecordName[];
  /** The user settings that it sets for good. */
  readonly sets?: readonly UserSettingName[];
  /** The script command that runs it. */
  readonly script?: string;
  /** Its place in the order of work. */
  readonly order?: WorkOrder;
  /** The quantities that it measures or mends, such as 'image shift'. */
  readonly measures?: readonly string[];
  /** The file of its help page, in Markdown, where it does not stand beside the file of the item under the same name. */
  readonly helpPage?: string;
  readonly administratorOnly?: true;
  /** That it may run while something else does. */
  readonly anytime?: true;
  /** That it saves the calibrations. */
  readonly saves?: true;
  /** The forecast of a run as things are now, with the default answers where it depends on answers; changes nothing at the microscope. */
  readonly forecast: 'nothing' | ((use: Uses<N>, signal: AbortSignal) => Forecast | Promise<Forecast>);
  /** The reason why it cannot run now, in the operator's words; undefined when it can. */
  unavailable?(use: Uses<N>): string | undefined;
  /**
   * The settings that it changes for good, for one that exists to change them. They keep what the run set when it ends well, and are put back
   * after STOP, a failure and a refusal. All other settings are put back in any case, by `run.preserve`.
   */
  readonly changes?: (use: Uses<N>) => readonly AnySetting[];
  /** Taps the hooks through which its calibration is applied. */
  listen?(use: Uses<N>, hooks: TappableHooks): void;
  run(use: Uses<N>, run: ItemRun<Q, R>): Promise<CalibrationResult | undefined | void>;
}

/** An item that is made for one instrument. */
export interface MenuItem {
  forecast(signal: AbortSignal): Promise<Forecast>;
  unavailable(): string | undefined;
  /** The check mark of a toggle. */
  checked(): boolean;
  /** The settings that a task, or an item that exists for that, changes for good. */
  changes(): readonly AnySetting[];
  listen(hooks: TappableHooks): void;
  run(run: Run): Promise<CalibrationResult | undefined | void>;
}

/** An item as a plugin hands it to its host: what it says about itself, and how it is made of what an instrument provides. */
export interface ItemDefinition {
  readonly declaration: Omit<ItemDeclaration, keyof ItemPlace> & { readonly place?: ItemPlace };
  /** The declared questions, with their limits and choices. */
  readonly questions: QuestionSpecs;
  make(registry: Registry): MenuItem;
}

/** The same item with the help page that stands beside its file, unless it names another one. */
export function withHelpPage(item: ItemDefinition, file: string): ItemDefinition {
  const helpPage = item.declaration.helpPage ?? helpPageBeside(file);
  return helpPage === undefined ? item : { ...item, declaration: { ...item.declaration, helpPage } };
}

/** True for a value that is an item, such as the default export of its file. */
export const isItemDefinition = (value: unknown): value is ItemDefinition =>
  typeof value === 'object' && value !== null && 'declaration' in value && 'make' in value;

/** Defines an item of the menu; the default export of its file. */
export function defineItem<
  const N extends Needs,
  const Q extends QuestionSpecs = Readonly<Record<never, never>>,
  const R extends ResultSpecs = Readonly<Record<never, never>>,
>(spec: ItemSpec<N, Q, R>): ItemDefinition {
  return define(spec, { kind: 'action' });
}

/** A run as a task sees it: it reports, and stores no record. */
export type TaskRun<Q extends QuestionSpecs, R extends ResultSpecs> = Omit<ItemRun<Q, R>, 'accept'>;

/** One task, as its file declares it. */
export interface TaskSpec<N extends Needs, Q extends QuestionSpecs, R extends ResultSpecs> extends Omit<
  ItemSpec<N, Q, R>,
  'stores' | 'order' | 'measures' | 'saves' | 'anytime' | 'changes' | 'run'
> {
  /** The settings that it changes for good, as an item may; a task says it always. */
  readonly changes: (use: Uses<N>) => readonly AnySetting[];
  run(use: Uses<N>, run: TaskRun<Q, R>): Promise<CalibrationResult | undefined | void>;
}

/** Defines a task: a routine beside the menu that works with what was calibrated; the default export of its file. */
export function defineTask<
  const N extends Needs,
  const Q extends QuestionSpecs = Readonly<Record<never, never>>,
  const R extends ResultSpecs = Readonly<Record<never, never>>,
>(spec: TaskSpec<N, Q, R>): ItemDefinition {
  return define(spec, { kind: 'task' });
}

/** A setting of the session with a check mark. */
export interface ToggleSpec<N extends Needs> extends Pick<
  ItemSpec<N, never, never>,
  'id' | 'place' | 'needs' | 'not' | 'script' | 'helpPage' | 'administratorOnly' | 'anytime' | 'unavailable'
> {
  /** Reads its state. */
  readonly read: (use: Uses<N>) => boolean;
  readonly write: (use: Uses<N>, on: boolean) => void;
  /** The sentence that the operator reads after a change. */
  readonly says: Readonly<Record<'on' | 'off', string>>;
}

/** Defines an item that switches something on and off. */
export function defineToggle<const N extends Needs>(spec: ToggleSpec<N>): ItemDefinition {
  const { read, write, says, ...rest } = spec;
  const item: ItemSpec<N, Readonly<Record<never, never>>, Readonly<Record<never, never>>> = {
    ...rest,
    forecast: 'nothing',
    run: async (use, run) => {
      write(use, !read(use));
      run.operator.log(says[read(use) ? 'on' : 'off']);
    },
  };
  return define(item, { kind: 'toggle', checked: read });
}

/** The kind of an item, with what that kind has beside the rest. */
type KindOf<N extends Needs> =
  { readonly kind: 'action' | 'task' } | { readonly kind: 'toggle'; readonly checked: (use: Uses<N>) => boolean };

function define<N extends Needs, Q extends QuestionSpecs, R extends ResultSpecs>(
  spec: ItemSpec<N, Q, R>,
  as: KindOf<N>,
): ItemDefinition {
  const {
    id,
    place,
    needs,
    not = [],
    questions = {} as Q,
    results = {} as R,
    stores = [],
    sets = [],
    measures = [],
  } = spec;
  const { script, order, helpPage, administratorOnly = false, anytime = false, saves = false, forecast } = spec;
  return {
    declaration: {
      id,
      aliases: [],
      kind: as.kind,
      needs: Object.values(needs),
      not,
      stores,
      sets,
      questions: declaredQuestions(questions),
      results,
      measures,
      administratorOnly,
      anytime,
      saves,
      touchesNothing: forecast === 'nothing',
      ...(place && { place }),
      ...(spec.lowDoseArea !== undefined && { lowDoseArea: spec.lowDoseArea }),
      ...(script !== undefined && { script }),
      ...(order && { order }),
      ...(helpPage !== undefined && { helpPage }),
    },
    questions,
    make: (registry) => {
      const provided = Object.entries(needs).map(([name, token]) => [name, registry.get(token)]);
      const use = Object.fromEntries(provided) as Uses<N>;
      return {
        forecast: async (signal) => (forecast === 'nothing' ? nothing : forecast(use, signal)),
        unavailable: () => spec.unavailable?.(use),
        checked: () => as.kind === 'toggle' && as.checked(use),
        changes: () => spec.changes?.(use) ?? [],
        listen: (hooks) => spec.listen?.(use, hooks),
        // Every run has the typed questions and results at run time; only its static type is the general one.
        run: (run) => spec.run(use, run as unknown as ItemRun<Q, R>),
      };
    },
  };
}
