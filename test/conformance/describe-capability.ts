import path from 'node:path';
import { describe as describeError } from '../../core/base';
import {
  AlphaSelector,
  EftemMode,
  EnergyFilter,
  IlluminatedArea,
  NeutralImageShift,
  Scope,
  type Setting,
} from '../../core/devices';
import { projectFolder, virtualInstrument } from '../support/virtual-instrument';
import { configurations } from './probe';

/** Facts about a setting for its suite. */
interface SettingFacts<Value extends number> {
  /** Values that the instrument takes. */
  readonly values: readonly Value[];
  /** Values that are refused before anything is sent. */
  readonly refused: readonly number[];
  /** Largest difference between a value that was written and its reading. */
  readonly step: number;
}

const make = (file: string) =>
  virtualInstrument({ configuration: path.join(projectFolder, 'config', file), edit: () => configurations[file]! });
type Virtual = Awaited<ReturnType<typeof make>>;

/** Holds a capability that is one number to what every setting promises: it keeps values, refuses wrong ones and listens to STOP. */
function describeNumber<Value extends number>(
  name: string,
  file: string,
  pick: (instrument: Virtual) => Setting<Value>,
  { values, refused, step }: SettingFacts<Value>,
): void {
  describe(`${name} of ${file}`, () => {
    test('keeps what is written, and what is read can be written back', async () => {
      await using instrument = await make(file);
      const setting = pick(instrument);
      expect(setting.name).toMatch(/^[a-z]/);
      const original = await setting.read();
      for (const value of values) {
        await setting.write(value);
        expect(Math.abs((await setting.read()) - value)).toBeLessThanOrEqual(step);
      }
      await setting.write(original);
      expect(await setting.read()).toBe(original);
    });

    test('refuses a wrong value, and keeps the old one', async () => {
      await using instrument = await make(file);
      const setting = pick(instrument);
      const before = await setting.read();
      for (const value of refused) {
        const error: unknown = await setting.write(value as Value).then(
          () => 'accepted',
          (reason: unknown) => reason,
        );
        expect({ value, code: (error as { code?: string }).code, said: describeError(error) }).toEqual({
          value,
          code: expect.stringMatching(/\//) as string,
          said: expect.anything() as string,
        });
      }
      expect(await setting.read()).toBe(before);
    });

    test('sends nothing once STOP was pressed', async () => {
      await using instrument = await make(file);
      const setting = pick(instrument);
      const before = await setting.read();
      await expect(
        setting.write(
          values.find((value) => value !== before)!,
          AbortSignal.abort(),
        ),
      ).rejects.toBeDefined();
      expect(await setting.read()).toBe(before);
    });
  });
}

/** The suite of the token IlluminatedArea. */
export function describeIlluminatedArea(file: string): void {
  describeNumber('illuminated area', file, ({ kernel }) => kernel.registry.get(IlluminatedArea).illuminatedArea, {
    values: [5e-5, 1.2e-4] as never[],
    refused: [NaN, Infinity],
    step: 1e-9,
  });
}

/** The suite of the token AlphaSelector. */
export function describeAlphaSelector(file: string): void {
  describeNumber('alpha', file, ({ kernel }) => kernel.registry.get(AlphaSelector).alpha, {
    values: [0, 1, 2],
    refused: [NaN, -1, 99, 0.5],
    step: 0,
  });
}

/** The suite of the token NeutralImageShift: a pair of numbers, the same each time, and reading it leaves the image shift where it was. */
export function describeNeutralImageShift(file: string): void {
  describe(`neutral image shift of ${file}`, () => {
    test('can be read at any time', async () => {
      await using instrument = await make(file);
      const { neutral } = instrument.kernel.registry.get(NeutralImageShift);
      const first = await neutral.read();
      expect(Number.isFinite(first.x) && Number.isFinite(first.y)).toBe(true);
      const magIndex = await instrument.kernel.registry.get(Scope).magIndex.read();
      expect(await neutral.read()).toEqual(first);
      expect(await instrument.kernel.registry.get(Scope).magIndex.read()).toBe(magIndex);
    });
  });
}

/** The suite of the token EftemMode: it is there and back, leaves magnification and image shift as they were, and listens to STOP. */
export function describeEftemMode(file: string): void {
  describe(`EFTEM mode of ${file}`, () => {
    test('goes over and back, and changes nothing else', async () => {
      await using instrument = await make(file);
      const { registry } = instrument.kernel;
      const [{ on }, { magIndex, imageShift }] = [registry.get(EftemMode), registry.get(Scope)];
      const before = [await on.read(), await magIndex.read(), await imageShift.read()] as const;
      for (const wanted of [!before[0], before[0]]) {
        await on.write(wanted);
        expect([await on.read(), await magIndex.read(), await imageShift.read()]).toEqual([
          wanted,
          before[1],
          before[2],
        ]);
      }
      await expect(on.write(!before[0], AbortSignal.abort())).rejects.toBeDefined();
      expect(await on.read()).toBe(before[0]);
    });
  });
}

/** The suite of the token EnergyFilter: every setting keeps what its limits allow and refuses the rest, and the slit goes in and out. */
export function describeEnergyFilter(file: string): void {
  const filterOf = ({ kernel }: Virtual): EnergyFilter => kernel.registry.get(EnergyFilter);
  describeNumber('slit width', file, (instrument) => filterOf(instrument).slitWidth, {
    values: [10, 22.5] as never[],
    refused: [NaN, Infinity, -1, 0, 1e6],
    step: 0.1,
  });
  describeNumber('energy loss', file, (instrument) => filterOf(instrument).energyLoss, {
    values: [12, -3.5, 0] as never[],
    refused: [NaN, Infinity, -1e6, 1e6],
    step: 0.1,
  });
  describe(`energy slit of ${file}`, () => {
    test('goes in and out, and changes nothing else', async () => {
      await using instrument = await make(file);
      const { slitInserted, slitWidth, energyLoss } = filterOf(instrument);
      const before = [await slitInserted.read(), await slitWidth.read(), await energyLoss.read()] as const;
      for (const wanted of [!before[0], before[0]]) {
        await slitInserted.write(wanted);
        expect([await slitInserted.read(), await slitWidth.read(), await energyLoss.read()]).toEqual([
          wanted,
          before[1],
          before[2],
        ]);
      }
      await expect(slitInserted.write(!before[0], AbortSignal.abort())).rejects.toBeDefined();
      expect(await slitInserted.read()).toBe(before[0]);
      for (const { traits } of [slitWidth, energyLoss]) {
        const [least, most] = traits.kind === 'number' && traits.range ? traits.range : [];
        expect(most).toBeGreaterThan(least!);
      }
    });
  });
}
