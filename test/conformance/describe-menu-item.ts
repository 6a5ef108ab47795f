import { existsSync } from 'node:fs';
import path from 'node:path';
import { EucentricError, StoppedError } from '../../core/base';
import {
  type Mark,
  type MenuEntry,
  type MenuItem,
  type MenuItemDeclaration,
  type Question,
  ScriptedOperator,
  declarationOf,
  writePropertiesQuestion,
} from '../../core/kernel';
import { calibrationMenu } from '../../plugins/calibrations/menu';
import { projectFolder, verifying, virtualInstrument } from '../support/virtual-instrument';
import { actions, contradictions, placesOf, spread, stateOf, stored } from './menu-item-state';

/** What a test has to know of an item to run it on the virtual Krios. */
export interface MenuItemCase {
  /** A file of config/ with the instrument that the item needs; the virtual Krios where nothing is said. */
  readonly configuration?: string;
  readonly magIndex?: number;
  /** Values for the `simulator:` section. */
  readonly simulator?: Readonly<Record<string, unknown>>;
  /** Brings the instrument into the state in which the item can run; called before each run. */
  readonly prepare?: (instrument: VirtualInstrument) => Promise<void> | void;
  /** For an item that the customary Calibration menu does not have; it then stands after those that it has. */
  readonly beyondTheMenu?: boolean;
  /** Whether these answers make it keep a result in the history though it changes no record. */
  readonly keepsResult?: boolean;
  /** Answers to questions; the others take their defaults. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Buttons that the operator presses, in order, in each run. */
  readonly buttons?: readonly string[];
  /** Marks that the operator draws, as they stand when the item is run. */
  readonly marks?: readonly Mark[];
  /** At how many device calls, spread over the run, it is broken off; all of them where nothing is said, and whenever the long statistics run. */
  readonly sample?: number;
}
type VirtualInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** What the watcher does at the next device calls. */
interface Interference {
  calls: number;
  readonly at: number;
  /** Whether every later call meets the same. */
  readonly forGood?: boolean;
  readonly act: (call: string) => void;
}

/** The camera of the virtual Krios made so small that a run takes a fraction of a second; its calibrations are as good as ever. */
const smallCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 960').replace('CameraSizeY: 8184', 'CameraSizeY: 720');

/**
 * Holds an item of the menu to what the kernel promises of it: its declaration is whole, and a run that is stopped or meets a failing
 * device, at whichever of its device calls, leaves every setting as it was and stores nothing.
 */
export function describeMenuItem(id: string, given: MenuItemCase = {}): void {
  describe(`menu item ${id}`, () => {
    describeDeclaration(id);
    describeRuns(id, given);
  });
}

/** The part that runs nothing: place, name, sentences and questions of an item. */
export function describeDeclaration(id: string, root = projectFolder): void {
  const file = path.join(root, 'plugins', `${id}.ts`);
  const declaration = (): MenuItemDeclaration => {
    const { default: itemClass } = require(file) as { default?: Parameters<typeof declarationOf>[0] };
    const found = itemClass && declarationOf(itemClass);
    if (!found) throw new Error(`plugins/${id}.ts does not export a class with @menuItem as its default export.`);
    return found;
  };

  test('is declared in the file that its id names', () => {
    expect(existsSync(file)).toBe(true);
    expect(declaration().id).toBe(id);
  });

  test('is described in one sentence each: the item, its questions and its results', () => {
    const { summary, questions = [], results = {} } = declaration();
    expect(summary).toMatch(oneSentence);
    for (const question of questions) expect(question.summary).toMatch(/^[A-Z].*[.]$/s);
    for (const text of Object.values(results)) expect(text).toMatch(/^[A-Z].*[.]$/s);
  });

  test('says before a run what it will do to the microscope: by a forecast, or that it touches nothing', () => {
    const { default: itemClass } = require(file) as { default: { prototype: MenuItem } };
    const foretells = typeof itemClass.prototype.forecast === 'function';
    expect({ touchesNothing: declaration().touchesNothing ?? false, foretells }).toEqual({
      touchesNothing: !foretells,
      foretells,
    });
  });

  test('gives the unit of every result that has one', () => {
    const { results = {}, units = {} } = declaration();
    const known = Object.keys(units).map((name) => name.split('.')[0]!);
    expect(known.filter((name) => results[name] === undefined)).toEqual([]);
    const unitless = Object.entries(results).filter(
      ([name, text]) =>
        /\b(nm|um|nanometres?|micrometres?|degrees|percent|pixels|seconds|eV)\b/.test(text) && !known.includes(name),
    );
    expect(unitless).toEqual([]);
  });

  test('has questions with ids of their own', () => {
    const ids = (declaration().questions ?? []).map((question) => question.id);
    expect(ids).toEqual([...new Set(ids)]);
    for (const each of ids) expect(each).toMatch(/^[a-z][a-z0-9-]*$/);
  });
}

/** How long breaking off at every call may take on a slow machine. */
const longest = 600_000;
const oneSentence = /^[A-Z][^.!?]*(\.\d[^.!?]*)*[.]$/;

function describeRuns(id: string, given: MenuItemCase): void {
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
      edit: smallCamera,
      watch,
      ...(given.configuration !== undefined && {
        configuration: path.join(projectFolder, 'config', given.configuration),
      }),
      simulator: { seed: 1, ...given.simulator },
      ...(given.magIndex !== undefined && { magIndex: given.magIndex }),
    });
  let instrument: VirtualInstrument;
  let asked: Question[] = [];
  let calls = 0;
  let callsOfWholeRun = 0;

  beforeAll(async () => {
    instrument = await make();
  });
  afterAll(async () => {
    await instrument[Symbol.asyncDispose]();
  });

  const run = async (interference?: Omit<Interference, 'calls'>): Promise<unknown> => {
    const port = new ScriptedOperator(given.answers, {
      defaults: true,
      buttons: [...(given.buttons ?? [])],
      marks: [...(given.marks ?? [])],
    });
    const now = { at: 0, act: () => {}, ...interference, calls: 0 };
    watching.now = now;
    try {
      await instrument.runner.run(id, { port });
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
        expect(after.settings).toEqual(before.settings);
        if (error !== undefined) expect(after.stored).toEqual(before.stored);
        instrument.calibrations.restore(kept);
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
    const chosen = spread(callsOfWholeRun, verifying ? undefined : given.sample);
    for (const at of chosen) if (await breakOff(at, act, expected)) break;
    await given.prepare?.(instrument);
    expect(await run()).toBeUndefined();
  };

  test('stands in the Calibration menu, can run, and is the only one with its script command', () => {
    const entries = instrument.session.menu();
    const entry = entries.find((each) => each.id === id);
    expect(entry).toBeDefined();
    expect({ known: placesOf(calibrationMenu).includes([...entry!.menu, entry!.label].join(' > ')) }).toEqual({
      known: !given.beyondTheMenu,
    });
    const commands = entries.flatMap((each: MenuEntry) => each.declaration?.script ?? []);
    expect(commands).toEqual([...new Set(commands)]);
    const lacking = instrument.kernel.registry.missing(entry!.declaration!.needs).map(({ name }) => name);
    expect(lacking).toEqual([]);
  });

  test('runs to its end, asks only what it declares and leaves every setting as it was', async () => {
    await given.prepare?.(instrument);
    const before = await stateOf(instrument);
    const kept = instrument.calibrations.snapshot();
    made = [];
    const forecast = await instrument.session.forecast(id, new AbortController().signal);
    expect(made.filter((call) => actions.test(call))).toEqual([]);
    made = [];
    const began = instrument.clock.date().getTime();
    expect(await run()).toBeUndefined();
    callsOfWholeRun = calls;
    expect(contradictions(forecast, made)).toEqual([]);
    const taken = (instrument.clock.date().getTime() - began) / 1000;
    // How long an operator takes is not foretold, and a device may be faster than another of its kind.
    if (forecast?.duration && forecast.atMost === undefined)
      expect({
        foretold: forecast.duration,
        taken,
        fits: taken < 2 * forecast.duration && taken > forecast.duration / 2,
      }).toMatchObject({ fits: true });
    const { declaration } = instrument.session.menu().find((each) => each.id === id)!;
    expect(
      asked.filter(
        (question) =>
          question.id !== writePropertiesQuestion.id &&
          !declaration!.questions?.some((each) => each.id === question.id),
      ),
    ).toEqual([]);
    const after = await stateOf(instrument);
    expect(after.settings).toEqual(before.settings);
    expect({ stores: stored(before, after) }).toEqual({
      stores: given.keepsResult === true || (declaration!.stores ?? []).length > 0,
    });
    instrument.calibrations.restore(kept);
  });

  test(
    'when the connection is lost for good, it ends, says what could not be put back, and stores nothing',
    async () => {
      for (const at of spread(callsOfWholeRun, 5)) {
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
      await given.prepare?.(instrument);
      expect(await run()).toBeUndefined();
    },
    longest,
  );

  const sampled = given.sample === undefined || verifying ? 'each' : `${given.sample} (all with "npm run verify")`;
  test(
    `stopped at ${sampled} of its device calls, it leaves everything as it was and stores nothing`,
    async () => {
      await atEach(
        () => instrument.runner.stop(),
        (error) => expect(error).toBeInstanceOf(StoppedError),
      );
    },
    longest,
  );

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

/** Whether the run had stored its result when the connection went, so that only the putting back failed. */
const afterStoring = (error: unknown): boolean =>
  error instanceof EucentricError && error.code === 'run/not-restored' && error.cause === undefined;
