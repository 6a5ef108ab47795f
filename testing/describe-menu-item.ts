import { LiveImage } from '../core/acquisition';
import { EucentricError, StoppedError } from '../core/base';
import {
  type ItemDefinition,
  type Mark,
  LowDose,
  type LowDoseAreaName,
  lowDoseAreas,
  type MenuEntry,
  type Plugin,
  type Question,
  ScriptedOperator,
  type WaitingForButton,
  valueMismatches,
  writePropertiesQuestion,
} from '../core/kernel';
import type { CalibrationResult } from '../core/store';
import { describeDeclaration } from './describe-declaration';
import { expectBroughtBack, storedText } from './bring-back';
import { actions, contradictions, durationFits } from './forecast-check';
import { expectNoted, restoreSettings, spread, stateOf, stored, withoutSettings } from './menu-item-state';
import { overlyPrecise } from './reading-figures';
import { verifying } from './verifying';
import { virtualInstrument } from './virtual-instrument';

/** Facts about an item for a run on the virtual Krios. */
export interface MenuItemCase {
  /** The path of the configuration of the instrument, or the name of one that comes with the program; the virtual Krios by default. */
  readonly configuration?: string;
  /** Plugins that the configuration names, besides those that come with the program. */
  readonly plugins?: readonly Plugin[];
  readonly magIndex?: number;
  /** Changes the text of the configuration. */
  readonly edit?: (yaml: string) => string;
  /** Values for the `simulator:` section. */
  readonly simulator?: Readonly<Record<string, unknown>>;
  /** Brings the instrument into the state in which the item can run; called before each run. */
  readonly prepare?: (instrument: VirtualInstrument) => Promise<void> | void;
  /** For an item that the customary Calibration menu does not have; it then stands after those that it has. */
  readonly beyondTheMenu?: boolean;
  /** True when these answers make it keep a result in the history although it changes no record. */
  readonly keepsResult?: boolean;
  /** Readings that count from what the item stores, and so read otherwise once it is stored. */
  readonly follows?: readonly string[];
  /** Answers to questions; the others take their defaults. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Buttons that the operator presses, in order, in each run. */
  readonly buttons?: readonly string[];
  /** An operator who does something at the microscope whenever the item waits, and answers with the button that is pressed then. */
  readonly act?: (instrument: VirtualInstrument, waiting: WaitingForButton) => Promise<string>;
  /** Marks that the operator draws, as they stand when the item is run. */
  readonly marks?: readonly Mark[];
  /** True for an item that is run in Low Dose, too; the long statistics do so with every item that Low Dose does not exclude. */
  readonly inLowDose?: boolean;
  /**
   * At how many device calls, spread over the run, it is broken off: all of them by default, and whenever the long statistics run. With one, for
   * long runs, it is that in the middle, and no whole run follows.
   */
  readonly sample?: number;
  /** Holds what the first whole run has found to the truth. */
  readonly check?: (instrument: VirtualInstrument, result: CalibrationResult | undefined) => Promise<void> | void;
}
type VirtualInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** Interference of the watcher at the next device calls. */
interface Interference {
  calls: number;
  readonly at: number;
  /** True when every later call meets the same. */
  readonly forGood?: boolean;
  readonly act: (call: string) => void;
}

/** The camera of the virtual Krios made so small that a run takes a fraction of a second; its calibrations stay as good. */
const smallCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 960').replace('CameraSizeY: 8184', 'CameraSizeY: 720');

/**
 * Holds an item of the menu, or a task, to what the kernel promises of it: its declaration is whole, and a run that is stopped or meets a
 * failing device, at whichever of its device calls, leaves every setting as it was and stores nothing. A task that ends well leaves
 * changed what it says that it changes, and nothing else.
 */
export function describeMenuItem(item: ItemDefinition, given: MenuItemCase = {}): void {
  const { id } = item.declaration;
  describe(`menu item ${id}`, () => {
    describeDeclaration(() => item);
    describeRuns(id, given);
  });
}

/** A live image that an operator watches before a run; undefined where the instrument has none. */
async function liveBefore({ kernel: { registry } }: VirtualInstrument): Promise<LiveImage | undefined> {
  if (!registry.has(LiveImage)) return undefined;
  const live = registry.get(LiveImage);
  // A camera that shows none is not the fault of the item.
  return live.start('View').then(
    () => live,
    () => undefined,
  );
}

/** Limit for interrupting every call, on a slow machine. */
const longest = 600_000;

/** The part that runs the item on the virtual microscope. */
export function describeRuns(id: string, given: MenuItemCase, isKnown?: (id: string) => boolean): void {
  const watching: { now?: Interference | undefined } = {};
  let made: string[] = [];
  const watch = (call: string): void => {
    made.push(call);
    const { now } = watching;
    if (!now) return;
    now.calls += 1;
    if (now.calls === now.at || (now.forGood && now.calls > now.at)) now.act(call);
  };
  const make = () =>
    virtualInstrument({
      edit: (yaml) => smallCamera(given.edit?.(yaml) ?? yaml),
      watch,
      ...(given.configuration !== undefined && { configuration: given.configuration }),
      ...(given.plugins && { plugins: given.plugins }),
      simulator: { seed: 1, ...given.simulator },
      ...(given.magIndex !== undefined && { magIndex: given.magIndex }),
    });
  let instrument: VirtualInstrument;
  let asked: Question[] = [];
  /** Lines of the run for the operator. */
  let said: string[] = [];
  let result: CalibrationResult | undefined;
  let calls = 0;
  let callsOfWholeRun = 0;
  const isSampled = given.sample !== undefined && !verifying;

  beforeAll(async () => {
    instrument = await make();
  });
  afterAll(async () => {
    await instrument[Symbol.asyncDispose]();
  });

  const run = async (interference?: Omit<Interference, 'calls'>): Promise<unknown> => {
    said = [];
    const operator = new ScriptedOperator(given.answers, {
      defaults: true,
      buttons: [...(given.buttons ?? [])],
      marks: [...(given.marks ?? [])],
      ...(given.act && { act: (waiting) => given.act!(instrument, waiting) }),
    });
    const port = Object.assign(operator, { log: (text: string) => void said.push(text) });
    const now = { at: 0, act: () => {}, ...interference, calls: 0 };
    watching.now = now;
    try {
      result = await instrument.runner.run(id, { port });
      return undefined;
    } catch (error) {
      return error;
    } finally {
      watching.now = undefined;
      asked = port.asked;
      calls = now.calls;
    }
  };

  /** Breaks a run off at one of its calls, and checks what it left; answers whether the run was over before. */
  const breakOff = async (
    at: number,
    act: (call: string) => void,
    expected: (error: unknown, call: string) => void,
  ): Promise<boolean> => {
    await given.prepare?.(instrument);
    const before = await stateOf(instrument);
    const kept = instrument.calibrations.snapshot();
    let where = '';
    const error = await run({
      at,
      act: (call) => {
        where = `${call} (device call ${at})`;
        act(call);
      },
    });
    if (where === '') return true;
    const after = await stateOf(instrument);
    try {
      expect(instrument.runner.running).toBeUndefined();
      const couldNotRestore = error instanceof EucentricError && error.code === 'run/not-restored';
      if (error === undefined || stored(before, after))
        expect({ storedAndFailed: stored(before, after) && error !== undefined && !couldNotRestore }).toEqual({
          storedAndFailed: false,
        });
      else expected(error, where);
      if (couldNotRestore) {
        // The device failed while it was being given back: the message names what, and the instrument is beyond use for this test.
        expect(error.message).toContain(where.replace(/ \(.*/, '').replace(/^\w+ /, ''));
        await instrument[Symbol.asyncDispose]();
        instrument = await make();
      } else {
        // A task that had ended when it was broken off keeps what it changed.
        const { changes = [], task, declaration } = instrument.session.findItem(id);
        const changed = error === undefined ? [...changes, ...(given.follows ?? [])] : [];
        const sets = error === undefined && task ? declaration!.sets : [];
        expect(withoutSettings(after.settings, sets, changed)).toEqual(withoutSettings(before.settings, sets, changed));
        if (error !== undefined) expect(after.stored).toEqual(before.stored);
        instrument.calibrations.restore(kept);
        await restoreSettings(instrument, error === undefined ? changes : [], before);
      }
    } catch (reason) {
      throw new Error(
        `Broken off at ${where}, ending in ${String(error)}: ${reason instanceof Error ? reason.message : String(reason)}`,
        { cause: reason },
      );
    }
    return false;
  };

  const atEach = async (
    act: (call: string) => void,
    expected: (error: unknown, call: string) => void,
  ): Promise<void> => {
    for (const at of spread(callsOfWholeRun, isSampled ? given.sample : undefined))
      if (await breakOff(at, act, expected)) break;
  };

  const runsToItsEnd = async (): Promise<void> => {
    await given.prepare?.(instrument);
    const before = await stateOf(instrument);
    const live = given.prepare ? undefined : await liveBefore(instrument);
    expect(await run()).toBeUndefined();
    expect({ live: live?.running }).toEqual({ live: live && 'View' });
    await live?.stop();
    await restoreSettings(instrument, instrument.session.findItem(id).changes ?? [], before);
  };

  test('stands in the Calibration menu or among the tasks, can run, and is the only one with its script command', () => {
    const { session } = instrument;
    const entry = session.findItem(id);
    expect(entry.id).toBe(id);
    const entries = [...session.menu(), ...session.tasks()];
    expect((entry.task ? session.tasks() : session.menu()).map((each) => each.id)).toContain(id);
    if (isKnown) expect({ known: isKnown(id) }).toEqual({ known: !given.beyondTheMenu });
    const commands = entries.flatMap((each: MenuEntry) => each.declaration?.script ?? []);
    expect(commands).toEqual([...new Set(commands)]);
    const lacking = instrument.kernel.registry.missing(entry.declaration!.needs).map(({ name }) => name);
    expect(lacking).toEqual([]);
  });

  test('runs to its end, asks only what it declares, leaves every setting as it was, and what it stored comes back', async () => {
    await given.prepare?.(instrument);
    const before = await stateOf(instrument);
    const textBefore = await storedText(instrument);
    const kept = instrument.calibrations.snapshot();
    made = [];
    const forecast = await instrument.session.forecast(id, new AbortController().signal);
    expect(made.filter((call) => actions.test(call))).toEqual([]);
    made = [];
    const began = instrument.clock.now();
    expect(await run()).toBeUndefined();
    callsOfWholeRun = calls;
    expect({ hasForecast: forecast !== undefined }).toEqual({ hasForecast: true });
    expect(contradictions(forecast!, made)).toEqual([]);
    const seconds = instrument.clock.now() - began;
    expect({ forecast, seconds, fits: durationFits(forecast!, seconds) }).toMatchObject({ fits: true });
    const { declaration, task, changes = [] } = instrument.session.findItem(id);
    expect(
      asked.filter(
        (question) =>
          question.id !== writePropertiesQuestion.id && !declaration!.questions.some((each) => each.id === question.id),
      ),
    ).toEqual([]);
    if (result) expect(valueMismatches(declaration!.results, result.values)).toEqual([]);
    const read = [...instrument.lines, ...said, ...asked.map(({ text }) => text), result?.summary ?? ''];
    expect(read.filter((text) => overlyPrecise(text).length > 0)).toEqual([]);
    const after = await stateOf(instrument);
    const { stores, sets } = declaration!;
    const unchanged = (state: typeof after) =>
      withoutSettings(state.settings, sets, [...changes, ...(given.follows ?? [])]);
    expect(unchanged(after)).toEqual(unchanged(before));
    const changesOnly = task || (changes.length > 0 && stores.length === 0);
    if (changesOnly) await expectNoted(instrument, changes, { before, after }, sets);
    const keeps = given.keepsResult === true || stores.length > 0;
    // The history has a user setting only where the answers change one, and it is restored by setting it again.
    if (!changesOnly && (keeps || sets.length === 0)) {
      expect({ stores: stored(before, after) }).toEqual({ stores: keeps });
      await expectBroughtBack(instrument, { entries: before.stored.history, before: textBefore });
    }
    await given.check?.(instrument, result);
    instrument.calibrations.restore(kept);
    await restoreSettings(instrument, changes, before);
  });

  if (given.inLowDose || verifying)
    test('in Low Dose it is refused, or ends in the area that it names or in the one where it began', async () => {
      const { registry } = instrument.kernel;
      const lowDose = registry.has(LowDose) ? registry.get(LowDose) : undefined;
      const { declaration } = instrument.session.findItem(id);
      if (!lowDose || declaration!.not.includes('low dose')) return;
      await lowDose.turnOn();
      try {
        await lowDose.goTo('View');
        await given.prepare?.(instrument);
        const began = lowDose.area;
        const { areas } = lowDose;
        expect(await run()).toBeUndefined();
        expect({ on: lowDose.on, area: lowDose.area }).toEqual({ on: true, area: declaration!.lowDoseArea ?? began });
        // A task that exists to change a setting changes it for good in the area in which it worked, and nothing else of it.
        const { changes = [] } = instrument.session.findItem(id);
        const kept = (area: LowDoseAreaName, of: typeof areas): unknown =>
          area === began ? Object.entries(of[area]).filter(([field]) => !changes.includes(field)) : of[area];
        for (const name of lowDoseAreas)
          if (name !== declaration!.lowDoseArea) expect(kept(name, lowDose.areas)).toEqual(kept(name, areas));
      } finally {
        await lowDose.turnOff();
      }
    });

  test(
    'when the connection is lost for good, it ends, says what could not be put back, and stores nothing',
    async () => {
      for (const at of spread(callsOfWholeRun, Math.min(5, (isSampled ? given.sample : undefined) ?? 5))) {
        await given.prepare?.(instrument);
        const before = await stateOf(instrument);
        const error = await run({ at, forGood: true, act: lost });
        expect(instrument.runner.running).toBeUndefined();
        const after = await stateOf(instrument);
        expect({ at, code: (error as EucentricError | undefined)?.code }).toEqual({
          at,
          code: expect.stringMatching(/^(test\/device-lost|run\/not-restored)$/) as string,
        });
        const changed = Object.keys(before.settings).filter(
          (name) => JSON.stringify(before.settings[name]) !== JSON.stringify(after.settings[name]),
        );
        if (changed.length > 0) expect((error as EucentricError).code).toBe('run/not-restored');
        if (!afterStoring(error)) expect(after.stored).toEqual(before.stored);
        await instrument[Symbol.asyncDispose]();
        instrument = await make();
      }
      // The instrument is new, as that of the first test was.
      if (isSampled) return;
      await given.prepare?.(instrument);
      expect(await run()).toBeUndefined();
    },
    longest,
  );

  const sampled = !isSampled ? 'each' : `${given.sample} (all with "npm run verify")`;
  test(
    `failing at ${sampled} of its device calls, it leaves everything as it was and stores nothing`,
    async () => {
      const failure = (call: string) =>
        new EucentricError({
          code: 'test/device-failed',
          message: `The device failed: ${call}`,
          hint: 'A failure made for the test.',
        });
      await atEach(
        (call) => {
          throw failure(call);
        },
        (error) =>
          expect((error as EucentricError).code).toMatch(
            /^(test\/device-failed|run\/restore-failed|run\/not-restored)$/,
          ),
      );
      // The next test goes on with this instrument, and its last run comes after both.
      if (!isSampled) await runsToItsEnd();
    },
    longest,
  );

  test(
    `stopped at ${sampled} of its device calls, it leaves everything as it was and stores nothing`,
    async () => {
      await atEach(
        () => instrument.runner.stop(),
        (error) => expect(error).toBeInstanceOf(StoppedError),
      );
      if (!isSampled || given.sample !== 1) await runsToItsEnd();
    },
    longest,
  );
}

const lost = (call: string): never => {
  throw new EucentricError({
    code: 'test/device-lost',
    message: `The connection is lost: ${call}`,
    hint: 'A failure made for the test.',
  });
};

/** True when the run had stored its result before the connection was lost, so that only the restoring failed. */
const afterStoring = (error: unknown): boolean =>
  error instanceof EucentricError && error.code === 'run/not-restored' && error.cause === undefined;
