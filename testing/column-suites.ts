import { EucentricError, StoppedError, imageShiftUnits, magIndex, vector } from '../core/base';
import {
  AlphaSelector,
  type AnySetting,
  AutomaticNormalization,
  CameraLength,
  CondenserAperture,
  CondenserStigmator,
  type DeviceToken,
  Diffraction,
  DiffractionStigmator,
  FreeLensControl,
  Illumination,
  type LackingDevice,
  type LensGroup,
  LensNormalization,
  ObjectiveAperture,
  ObjectiveStigmator,
  ProbeModeSelector,
  ReportedMagnification,
  Screen,
} from '../core/devices';
import { valuesWithin } from './setting-values';
import type { ColumnUnderTest } from './describe-scope';

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

/** A column that is made again for each test, with the facts about it. */
export interface GivenColumn {
  readonly facts: ColumnFacts;
  readonly column: () => WholeColumnUnderTest;
}

/** Smallest difference of two values that is more than rounding. */
export const rounding = 1e-9;
/** A signal of a run that was stopped. */
export const aborted = (): AbortSignal => AbortSignal.abort(new StoppedError());

/** An aperture goes out with 0 and in again, and moves only when it has to. */
const aperture =
  (token: DeviceToken<unknown>) =>
  ({ column, facts }: GivenColumn): void => {
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
  ({ column }: GivenColumn): void => {
    it('is set by shares of its range', () => {
      for (const { traits } of Object.values(deviceOf(column(), token) as Readonly<Record<string, AnySetting>>)) {
        const [least, most] = (traits as { readonly range?: readonly number[] }).range ?? [];
        expect(least).toBeCloseTo(-1, 4);
        expect(most).toBeCloseTo(1, 4);
      }
    });
  };

const groups: readonly LensGroup[] = ['spot size', 'condenser', 'illumination', 'objective', 'projector', 'all'];

/** Suites of those devices that promise more than any setting does. */
export const columnSuites: ReadonlyMap<DeviceToken<unknown>, (given: GivenColumn) => void> = new Map<
  DeviceToken<unknown>,
  (given: GivenColumn) => void
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
    Diffraction,
    ({ column }) => {
      it('goes to diffraction, and back to the magnification from which it came', async () => {
        const { cameraLengthIndex } = deviceOf(column(), Diffraction);
        const before = await column().scope.magIndex.read();
        expect([before > 0, await cameraLengthIndex.read()]).toEqual([true, 0]);
        for (const index of [3, 5]) {
          await cameraLengthIndex.write(index);
          expect([await cameraLengthIndex.read(), await column().scope.magIndex.read()]).toEqual([index, 0]);
        }
        await cameraLengthIndex.write(0);
        expect([await cameraLengthIndex.read(), await column().scope.magIndex.read()]).toEqual([0, before]);
      });

      it('is sent nothing in imaging when told to be there', () =>
        sendsNothingForPresent(column(), deviceOf(column(), Diffraction).cameraLengthIndex));
    },
  ],
  [
    AutomaticNormalization,
    ({ column, facts }) => {
      it('is as it was after a change of magnification', async () => {
        const { automaticNormalization } = deviceOf(column(), AutomaticNormalization);
        for (const on of [false, true]) {
          await automaticNormalization.write(on);
          const before = await column().scope.magIndex.read();
          await column().scope.magIndex.write(magIndex(facts.lowMag));
          await column().scope.magIndex.write(before);
          expect(await automaticNormalization.read()).toBe(on);
        }
      });
    },
  ],
  [
    FreeLensControl,
    ({ column }) => {
      it('takes a lens from its program with a value of its own, and gives it back', async () => {
        const control = deviceOf(column(), FreeLensControl);
        expect(control.lenses.length).toBeGreaterThan(5);
        for (const lens of [control.lenses[0]!, control.lenses.at(-1)!]) {
          expect((await control.readLens(lens)).free).toBe(false);
          for (const value of [0.25, 0.75]) {
            await control.freeLens(lens, value);
            const held = await control.readLens(lens);
            expect([held.free, Math.abs(held.value - value) < 1e-4]).toEqual([true, true]);
          }
          await control.linkLens(lens);
          expect((await control.readLens(lens)).free).toBe(false);
        }
      });

      it('refuses a lens or a value that it does not have, and sends nothing once the run is stopped', async () => {
        const control = deviceOf(column(), FreeLensControl);
        const [lens] = control.lenses as [string];
        const before = column().writes().length;
        for (const value of [NaN, -0.01, 1.01, Infinity])
          await expect(control.freeLens(lens, value)).rejects.toMatchObject({ code: 'limits/out-of-range' });
        for (const name of ['', 'toString', 'XL9'])
          await expect(control.freeLens(name, 0.5)).rejects.toMatchObject({ code: 'limits/out-of-range' });
        await expect(control.freeLens(lens, 0.5, aborted())).rejects.toBeInstanceOf(StoppedError);
        await expect(control.linkLens(lens, aborted())).rejects.toBeInstanceOf(StoppedError);
        expect(column().writes().slice(before)).toEqual([]);
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

/** A device of a column by its token. */
export function deviceOf<Device>({ devices }: WholeColumnUnderTest, wanted: DeviceToken<Device>): Device {
  const found = devices.find(({ token }) => token.symbol === wanted.symbol);
  if (!found) throw new Error(`The column has no ${wanted.name}.`);
  return found.device as Device;
}
