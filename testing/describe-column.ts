import { EucentricError, StoppedError, type Token, imageShiftUnits, magIndex, vector } from '../core/base';
import {
  AlphaSelector,
  type AnySetting,
  CameraLength,
  CondenserAperture,
  CondenserStigmator,
  type DeviceToken,
  DiffractionStigmator,
  Illumination,
  type LackingDevice,
  type LensGroup,
  LensNormalization,
  ObjectiveAperture,
  ObjectiveStigmator,
  ProbeModeSelector,
  ReportedMagnification,
  Scope,
  Screen,
  isDevice,
} from '../core/devices';
import * as contracts from '../core/devices';
import type { ColumnUnderTest } from './describe-scope';
import { alike, shown, valuesWithin, wrongValues } from './setting-values';

/** A device of a column, behind the guards. */
export interface DeviceUnderTest {
  readonly token: DeviceToken<unknown>;
  readonly device: object;
}

/** A column with all of its devices, on a wire that remembers its commands. */
export interface WholeColumnUnderTest extends ColumnUnderTest {
  readonly devices: readonly DeviceUnderTest[];
  /** Devices of other columns that it lacks, each with the reason. */
  readonly lacks: readonly LackingDevice[];
}

/** Facts about the devices of a column for their suites. */
export interface ColumnFacts {
  /** The devices that it has, besides `Scope`, which has a suite of its own. */
  readonly has: readonly DeviceToken<unknown>[];
  /** A mag index outside the low-magnification range, and one in it. */
  readonly regularMag: number;
  readonly lowMag: number;
  /** Largest difference between what is written and what is read, by the name of the setting, where the column has steps of its own. */
  readonly steps?: Readonly<Record<string, number>>;
  /** True for a stand-in that shows the same magnification always. */
  readonly showsOneMagnification?: true;
  /** Values of settings, by name, whose traits do not tell which the column takes. */
  readonly values?: Readonly<Record<string, readonly unknown[]>>;
}

/** A column that is made anew for each test, with the facts about it. */
interface Given {
  readonly facts: ColumnFacts;
  readonly column: () => WholeColumnUnderTest;
}

/** Smallest difference of two values that is more than rounding. */
const rounding = 1e-9;
const aborted = (): AbortSignal => AbortSignal.abort(new StoppedError());

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
      for (const { lacksBecause } of column.lacks) expect(lacksBecause).toMatch(/^\S.{10,}[^.]$/);
    });

    for (const token of facts.has)
      describe(token.name, () => {
        const given: Given = { facts, column: () => column };
        if (Object.keys(token.settings).length > 0) describeSettings(token, given);
        suites.get(token)?.(given);
      });
  });
}

/** Contract of every setting of a device. */
function describeSettings(token: DeviceToken<unknown>, { facts, column }: Given): void {
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

/** An aperture goes out with 0 and in again, and moves only when it has to. */
const aperture =
  (token: DeviceToken<unknown>) =>
  ({ column, facts }: Given): void => {
    it('is taken out with 0 and put back, and is not moved when it is there already', async () => {
      for (const setting of Object.values(deviceOf(column(), token) as Readonly<Record<string, AnySetting>>)) {
        const sizes = facts.values?.[setting.name] ?? valuesWithin(setting);
        const inserted = sizes.find((size) => (size as number) > 0);
        for (const size of [inserted, 0, inserted]) {
          await setting.write(size);
          const read = (await setting.read()) as number;
          expect(Math.abs(read - (size as number))).toBeLessThan(rounding);
        }
        await sendsNothingForPresent(column(), setting);
      }
    });
  };

/** A stigmator is set within -1 and 1, or a step of it less. */
const stigmator =
  (token: DeviceToken<unknown>) =>
  ({ column }: Given): void => {
    it('is set by shares of its range', () => {
      for (const { traits } of Object.values(deviceOf(column(), token) as Readonly<Record<string, AnySetting>>)) {
        const [least, most] = (traits as { readonly range?: readonly number[] }).range ?? [];
        expect(least).toBeCloseTo(-1, 4);
        expect(most).toBeCloseTo(1, 4);
      }
    });
  };

const groups: readonly LensGroup[] = ['spot size', 'condenser', 'illumination', 'objective', 'projector', 'all'];

/** The suites of those devices that promise more than any setting does. */
const suites: ReadonlyMap<DeviceToken<unknown>, (given: Given) => void> = new Map<
  DeviceToken<unknown>,
  (given: Given) => void
>([
  [
    Illumination,
    ({ column }) => {
      it('has the spot sizes from 1 to the highest, and is not moved when told what it is already', async () => {
        const { spotSize, spotSizes } = deviceOf(column(), Illumination);
        expect(spotSize.traits).toMatchObject({ range: [1, spotSizes] });
        await sendsNothingForPresent(column(), spotSize);
      });
    },
  ],
  [
    ProbeModeSelector,
    ({ column, facts }) => {
      it('is in microprobe in low magnification, whatever it was in before', async () => {
        const { probeMode } = deviceOf(column(), ProbeModeSelector);
        await probeMode.write('nano');
        await column().scope.magIndex.write(magIndex(facts.lowMag));
        expect(await probeMode.read()).toBe('micro');
        const before = column().writes().length;
        await probeMode.write('micro');
        await expect(probeMode.write('nano')).rejects.toBeInstanceOf(EucentricError);
        expect(column().writes().slice(before)).toEqual([]);
      });

      it('keeps image shift, and is not moved when told what it is already', async () => {
        const { probeMode } = deviceOf(column(), ProbeModeSelector);
        await probeMode.write('micro');
        const shift = vector(imageShiftUnits(0.6), imageShiftUnits(0.35));
        await column().scope.imageShift.write(shift);
        for (const mode of ['nano', 'micro'] as const) {
          await probeMode.write(mode);
          expect(await column().scope.imageShift.read()).toEqual(shift);
        }
        await sendsNothingForPresent(column(), probeMode);
      });
    },
  ],
  [
    Screen,
    ({ column }) => {
      it('is not moved when told where it is already', () =>
        sendsNothingForPresent(column(), deviceOf(column(), Screen).screenDown));
    },
  ],
  [
    AlphaSelector,
    ({ column }) => {
      it('is not changed when told what it is already', () =>
        sendsNothingForPresent(column(), deviceOf(column(), AlphaSelector).alpha));
    },
  ],
  ...[CondenserAperture, ObjectiveAperture].map((token) => [token, aperture(token)] as const),
  ...[ObjectiveStigmator, CondenserStigmator, DiffractionStigmator].map((token) => [token, stigmator(token)] as const),
  [
    ReportedMagnification,
    ({ column, facts }) => {
      it('changes with the magnification', async () => {
        const { reportedMagnification } = deviceOf(column(), ReportedMagnification);
        const high = await reportedMagnification.read();
        await column().scope.magIndex.write(magIndex(facts.lowMag));
        const low = await reportedMagnification.read();
        expect(low).toBeGreaterThan(0);
        if (!facts.showsOneMagnification) expect(high).toBeGreaterThan(low);
      });
    },
  ],
  [
    CameraLength,
    ({ column }) => {
      it('is 0 outside diffraction', async () => {
        expect(await deviceOf(column(), CameraLength).cameraLength.read()).toBe(0);
      });
    },
  ],
  [
    LensNormalization,
    ({ column }) => {
      it('remembers when a lens was last normalized', async () => {
        const normalization = deviceOf(column(), LensNormalization);
        for (const group of groups) {
          const before = column().clock.now();
          await normalization.normalize(group);
          expect(normalization.lastNormalized()).toBe(column().clock.now());
          expect(normalization.lastNormalized()).toBeGreaterThanOrEqual(before);
        }
      });

      it('normalizes nothing once the run is stopped', async () => {
        const before = column().writes().length;
        await expect(deviceOf(column(), LensNormalization).normalize('projector', aborted())).rejects.toBeInstanceOf(
          StoppedError,
        );
        expect(column().writes().slice(before)).toEqual([]);
      });
    },
  ],
]);

async function sendsNothingForPresent(column: ColumnUnderTest, setting: AnySetting): Promise<void> {
  const present: unknown = await setting.read();
  const before = column.writes().length;
  await setting.write(present);
  expect(column.writes().slice(before)).toEqual([]);
}

const isToken = (value: unknown): value is Token<unknown> =>
  typeof value === 'object' && value !== null && 'symbol' in value;
const has = ({ devices }: WholeColumnUnderTest, wanted: symbol): boolean =>
  devices.some(({ token }) => token.symbol === wanted);

/** A device of a column by its token. */
function deviceOf<Device>({ devices }: WholeColumnUnderTest, wanted: DeviceToken<Device>): Device {
  const found = devices.find(({ token }) => token.symbol === wanted.symbol);
  if (!found) throw new Error(`The column has no ${wanted.name}.`);
  return found.device as Device;
}
