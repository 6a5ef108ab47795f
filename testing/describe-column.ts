import { EucentricError, StoppedError, type Token, magIndex } from '../core/base';
import { type AnySetting, type DeviceToken, Scope, isDevice } from '../core/devices';
import * as contracts from '../core/devices';
import {
  aborted,
  columnSuites,
  type ColumnFacts,
  type GivenColumn,
  type WholeColumnUnderTest,
  deviceOf,
  rounding,
} from './column-suites';
import { alike, shown, valuesWithin, wrongValues } from './setting-values';

export type { ColumnFacts, DeviceUnderTest, WholeColumnUnderTest } from './column-suites';

/** Contract of every plugin that provides the devices of a column: each has the suite of a device, and that of its token where there is one. */
export function describeColumn(name: string, make: () => Promise<WholeColumnUnderTest>, facts: ColumnFacts): void {
  describe(`${name} with its devices`, () => {
    let column: WholeColumnUnderTest;
    beforeEach(async () => {
      column = await make();
      await column.scope.magIndex.write(magIndex(facts.regularMag));
    });
    afterEach(() => column.dispose());

    it('has exactly the devices that it should have', () => {
      expect(column.devices.map(({ token }) => token.name).sort()).toEqual(
        ['Scope', ...facts.has.map((token) => token.name)].sort(),
      );
    });

    it('says of every other device of a column why it lacks it', () => {
      const ofColumns = Object.values<unknown>(contracts).filter(isToken).filter(isDevice);
      const others = ofColumns.filter(({ part, symbol }) => part === Scope.part && !has(column, symbol));
      const ofColumn = column.lacks.filter(({ token }) => token.part === 'column');
      expect(ofColumn.map(({ token }) => token.name).sort()).toEqual(others.map(({ name: each }) => each).sort());
      const lacked = column.lacks.filter(({ token }) => token.part === Scope.part);
      expect(lacked.map(({ token }) => token.name).sort()).toEqual(others.map(({ name: each }) => each).sort());
      for (const { lacksBecause } of column.lacks) expect(lacksBecause).toMatch(/^\S.{10,}[^.]$/);
    });

    for (const token of facts.has)
      describe(token.name, () => {
        const given: GivenColumn = { facts, column: () => column };
        if (Object.keys(token.settings).length > 0) describeSettings(token, given);
        columnSuites.get(token)?.(given);
      });
  });
}

/** Contract of every setting of a device. */
function describeSettings(token: DeviceToken<unknown>, { facts, column }: GivenColumn): void {
  const readable = (): readonly AnySetting[] => {
    const device = deviceOf(column(), token) as Readonly<Record<string, AnySetting | undefined>>;
    return Object.keys(token.settings).flatMap((member) => device[member] ?? []);
  };
  const writable = (): readonly AnySetting[] => readable().filter((setting) => 'write' in setting);
  const within = ({ name, traits }: AnySetting): number => {
    const step = 'deviceStep' in traits ? traits.deviceStep : undefined;
    const halfStep = typeof step === 'number' ? step / 2 : step && Math.max(step.x, step.y) / 2;
    return facts.steps?.[name] ?? (halfStep ?? 0) + rounding;
  };
  const valuesOf = (setting: AnySetting): readonly unknown[] => facts.values?.[setting.name] ?? valuesWithin(setting);
  const readsBack = async (setting: AnySetting, value: unknown): Promise<void> => {
    const read: unknown = await setting.read();
    if (!alike(setting.traits, read, value, within(setting)))
      throw new Error(`${setting.name}: wrote ${shown(value)}, read ${shown(read)}`);
  };
  const writesOf = async (use: () => Promise<void>): Promise<readonly string[]> => {
    const before = column().writes().length;
    await use();
    return column().writes().slice(before);
  };

  it('reads back what was written', async () => {
    for (const setting of writable())
      for (const value of valuesOf(setting)) {
        await setting.write(value);
        await readsBack(setting, value);
      }
  });

  it('sends nothing while it only reads', async () => {
    const sent = await writesOf(async () => {
      for (const setting of readable()) if (!setting.traits.onlyOnDemand) await setting.read();
    });
    expect(sent).toEqual([]);
  });

  it('refuses wrong values and those outside the limits before anything is sent, and says why', async () => {
    const sent = await writesOf(async () => {
      for (const setting of writable())
        for (const value of wrongValues(setting.traits)) {
          const error: unknown = await setting.write(value).then(
            () => `${setting.name}: ${shown(value)} was accepted`,
            (thrown: unknown) => thrown,
          );
          expect(error).toBeInstanceOf(EucentricError);
          const { code, hint, message } = error as EucentricError;
          expect(code).toBe('limits/out-of-range');
          expect(hint).not.toBe('');
          expect(message).not.toMatch(/undefined is|\[object/);
        }
    });
    expect(sent).toEqual([]);
  });

  it('sends nothing once the run is stopped', async () => {
    const sent = await writesOf(async () => {
      for (const setting of writable())
        await expect(setting.write(valuesOf(setting)[0], aborted())).rejects.toBeInstanceOf(StoppedError);
    });
    expect(sent).toEqual([]);
  });

  it('can be stopped at any moment of a change and still be used', async () => {
    for (let turns = 0; turns < 12; turns++)
      for (const setting of writable()) {
        const values = valuesOf(setting);
        const stop = new AbortController();
        const writing = setting.write(values[0], stop.signal).catch((error: unknown) => error);
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        stop.abort(new StoppedError());
        const ended: unknown = await writing;
        if (ended !== undefined) expect(ended).toBeInstanceOf(StoppedError);
        await setting.write(values.at(-1));
        await readsBack(setting, values.at(-1));
      }
  });
}

const isToken = (value: unknown): value is Token<unknown> =>
  typeof value === 'object' && value !== null && 'symbol' in value;
const has = ({ devices }: WholeColumnUnderTest, wanted: symbol): boolean =>
  devices.some(({ token }) => token.symbol === wanted);
