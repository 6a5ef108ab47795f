import {
  type Clock,
  EucentricError,
  StoppedError,
  imageShiftUnits,
  inMicrometres,
  magIndex,
  metres,
  micrometres,
  rawLensValue,
  vector,
} from '../core/base';
import type { Driver, Scope, Setting, Stage } from '../core/devices';

/** A column with its stage, on a wire that remembers its commands. */
export interface ColumnUnderTest {
  readonly scope: Scope;
  readonly stage: Driver<Stage>;
  readonly clock: Clock;
  /** Commands to the instrument, in order, without queries. */
  writes(): readonly string[];
  dispose(): Promise<void>;
}

/** Facts about a column for its suite. */
export interface ScopeFacts {
  /** Two mag indexes between which image shift means the same, and one in the low-magnification range. */
  readonly regularMags: readonly [number, number];
  readonly lowMag: number;
  /** A mag index that the column does not have. */
  readonly absentMag: number;
  /** True when the wire has an absolute focus; otherwise every call for it is refused. */
  readonly hasAbsoluteFocus?: boolean;
  /** Largest difference between what is written and what is read, where the column has steps of its own. */
  readonly steps?: {
    readonly imageShift?: number;
    readonly defocusMicrometres?: number;
  };
}

const aborted = (): AbortSignal => AbortSignal.abort(new StoppedError());

/** Contract of every plugin that provides `Scope`. */
export function describeScope(name: string, make: () => Promise<ColumnUnderTest>, facts: ScopeFacts): void {
  describe(`${name} as a Scope`, () => {
    let column: ColumnUnderTest;
    let scope: Scope;
    const [mag, otherMag] = facts.regularMags;
    const hasAbsoluteFocus = facts.hasAbsoluteFocus ?? true;
    const step = { imageShift: 1e-9, defocusMicrometres: 1e-6, ...facts.steps };

    beforeEach(async () => {
      column = await make();
      ({ scope } = column);
      await scope.magIndex.write(magIndex(mag));
    });
    afterEach(() => column.dispose());

    /** Everything that can be written, with values that differ from one another. */
    const settings = (): readonly {
      readonly setting: Setting<never>;
      readonly values: readonly unknown[];
      readonly differs: (a: never, b: never) => boolean;
    }[] => {
      const entry = <Value>(
        setting: Setting<Value>,
        values: readonly Value[],
        differs: (a: Value, b: Value) => boolean = (a, b) => a !== b,
      ) => ({
        setting: setting as unknown as Setting<never>,
        values,
        differs: differs as unknown as (a: never, b: never) => boolean,
      });
      const apart = (most: number) => (a: number, b: number) => !(Math.abs(a - b) <= most);
      const pairsApart = (most: number) => (a: { x: number; y: number }, b: { x: number; y: number }) =>
        apart(most)(a.x, b.x) || apart(most)(a.y, b.y);
      return [
        entry(scope.magIndex, [otherMag, facts.lowMag, mag]),
        entry(
          scope.imageShift,
          [vector(imageShiftUnits(0.7), imageShiftUnits(-0.4)), vector(imageShiftUnits(-1.3), imageShiftUnits(0.2))],
          pairsApart(step.imageShift),
        ),
        entry(scope.defocus, [micrometres(-2.5), micrometres(1)], apart(step.defocusMicrometres * 1e-6)),
        entry(scope.beamBlanked, [true, false]),
      ];
    };

    it('reads back what was written, each setting by itself', async () => {
      for (const { setting, values, differs } of settings())
        for (const value of values) {
          await setting.write(value as never);
          const read = await setting.read();
          if (differs(read, value as never))
            throw new Error(`${setting.name}: wrote ${JSON.stringify(value)}, read ${JSON.stringify(read)}`);
        }
    });

    it('names each setting differently', () => {
      const names = settings().map(({ setting }) => setting.name);
      expect(new Set(names).size).toBe(names.length);
    });

    it('sends nothing while it only reads', async () => {
      const before = column.writes().length;
      for (const { setting } of settings()) await setting.read();
      if (hasAbsoluteFocus) await scope.absoluteFocus.read();
      expect(await scope.highTension.read()).toBeGreaterThan(10_000);
      expect(column.writes().slice(before)).toEqual([]);
    });

    it('refuses values outside the limits before anything is sent, and says why', async () => {
      const nowhere = vector(imageShiftUnits(NaN), imageShiftUnits(0));
      const refused: readonly [what: string, write: () => Promise<void>][] = [
        ['a mag index that is not there', () => scope.magIndex.write(magIndex(facts.absentMag))],
        ['mag index 0', () => scope.magIndex.write(magIndex(0))],
        ['a broken mag index', () => scope.magIndex.write(magIndex(mag + 0.5))],
        ['an image shift that is not a number', () => scope.imageShift.write(nowhere)],
        [
          'a boundless image shift',
          () => scope.imageShift.write(vector(imageShiftUnits(0), imageShiftUnits(Infinity))),
        ],
        ['a defocus that is not a number', () => scope.defocus.write(metres(NaN))],
        ['a focus that is not a number', () => scope.absoluteFocus.write(rawLensValue(NaN))],
      ];
      const before = column.writes().length;
      for (const [what, write] of refused) {
        const error: unknown = await write().then(
          () => `${what} was accepted`,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(EucentricError);
        const { code, hint, message } = error as EucentricError;
        expect(code).toMatch(/^[a-z-]+\/[a-z-]+$/);
        expect(hint).not.toBe('');
        expect(message).not.toMatch(/undefined|\[object/);
      }
      expect(column.writes().slice(before)).toEqual([]);
    });

    it('sends nothing once the run is stopped', async () => {
      const before = column.writes().length;
      for (const { setting, values } of settings())
        await expect(setting.write(values[0] as never, aborted())).rejects.toBeInstanceOf(StoppedError);
      expect(column.writes().slice(before)).toEqual([]);
    });

    it('can be stopped at any moment of a change and still be used', async () => {
      for (let turns = 0; turns < 12; turns++)
        for (const { setting, values, differs } of settings()) {
          const stop = new AbortController();
          const writing = setting.write(values[0] as never, stop.signal).catch((error: unknown) => error);
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
          stop.abort(new StoppedError());
          const ended = await writing;
          if (ended !== undefined) expect(ended).toBeInstanceOf(StoppedError);
          const last = values.at(-1) as never;
          await setting.write(last);
          if (differs(await setting.read(), last)) throw new Error(`${setting.name} cannot be set after a stop`);
        }
    });

    it('keeps image shift through a change of magnification, or sets it back, as its traits say', async () => {
      const shift = vector(imageShiftUnits(1.5), imageShiftUnits(-0.75));
      await scope.imageShift.write(shift);
      await scope.magIndex.write(magIndex(otherMag));
      const after = await scope.imageShift.read();
      const kept = Math.hypot(after.x - shift.x, after.y - shift.y) <= 2 * step.imageShift;
      expect(kept).toBe(!scope.traits.resetsImageShiftOnMagnificationChange);
    });

    it('moves absolute focus in proportion to defocus, and back, or refuses it', async () => {
      if (!hasAbsoluteFocus) {
        const before = column.writes().length;
        await expect(scope.absoluteFocus.read()).rejects.toBeInstanceOf(EucentricError);
        await expect(scope.absoluteFocus.write(rawLensValue(0.1))).rejects.toBeInstanceOf(EucentricError);
        return expect(column.writes().slice(before)).toEqual([]);
      }
      const at: number[] = [];
      const defocus: number[] = [];
      for (const um of [1, 2, 4]) {
        await scope.defocus.write(micrometres(um));
        at.push(await scope.absoluteFocus.read());
        defocus.push(inMicrometres(await scope.defocus.read()));
      }
      const perMicrometre = at[1]! - at[0]!;
      expect(perMicrometre).not.toBe(0);
      expect((at[2]! - at[1]!) / perMicrometre).toBeCloseTo(2, 1);
      await scope.absoluteFocus.write(rawLensValue(at[0]!));
      expect(inMicrometres(await scope.defocus.read())).toBeCloseTo(defocus[0]!, 6);
    });

    it('does not change the magnification when told what it is already', async () => {
      const present = await scope.magIndex.read();
      const before = column.writes().length;
      await scope.magIndex.write(present);
      expect(column.writes().slice(before)).toEqual([]);
    });
  });
}
