import { type MagIndex, throwIfStopped } from '../../base';
import {
  type Readable,
  type ReadableDriver,
  type Setting,
  type SettingDriver,
  type SettingTraits,
  valueRefusal,
} from '../../devices';
import { kernelErrors } from '../errors';
import type { Guarding } from './guarding';

/** Steps around a change of a setting. */
export interface AroundSetting<Value> {
  /** Throws for a value that its traits allow, but something else does not. */
  readonly check?: (value: Value, magIndex?: MagIndex) => unknown;
  readonly before?: (from: Value, to: Value) => Promise<void>;
  readonly after?: (from: Value, to: Value) => Promise<void>;
  /** Sees each value that was read. */
  readonly read?: (value: Value) => void;
}

/** A setting as everybody but its vendor sees it: with its traits, each call seen, checked and followed by what depends on it. */
export function guardSetting<Value>(
  contract: SettingTraits,
  driver: SettingDriver<Value>,
  guarding: Guarding,
  around: AroundSetting<Value> = {},
): Setting<Value> {
  const { watch, dose, seen } = guarding;
  const { name } = contract;
  const guarded: Setting<Value> = Object.assign(guardReadable(contract, driver, guarding, around.read), {
    write: async (value: Value, signal?: AbortSignal, magIndex?: MagIndex): Promise<void> => {
      if (signal) throwIfStopped(signal);
      const refusal = valueRefusal(guarded.traits, value);
      if (refusal) throw kernelErrors.outOfRange(name, refusal.asked, refusal.allowed);
      await around.check?.(value, magIndex);
      const from = around.before || around.after ? await driver.read(signal) : value;
      await around.before?.(from, value);
      watch(`write ${name}`);
      if (contract.changesBeam) dose?.forget();
      await driver.write(value, signal);
      seen?.(guarded, value);
      await around.after?.(from, value);
    },
  });
  return guarded;
}

/** A readable value as everybody but its vendor sees it. */
export function guardReadable<Value>(
  contract: SettingTraits,
  driver: ReadableDriver<Value>,
  { watch, seen }: Guarding,
  read?: (value: Value) => void,
): Readable<Value> {
  const { name } = contract;
  const guarded: Readable<Value> = {
    name,
    // What the driver knows may only be known once it is connected.
    get traits() {
      return withKnowledge(contract, driver);
    },
    read: async (signal) => {
      watch(`read ${name}`);
      const value = await driver.read(signal);
      read?.(value);
      seen?.(guarded, value);
      return value;
    },
  };
  return guarded;
}

/** The traits of a contract with what the driver knows of this instrument. */
function withKnowledge(contract: SettingTraits, driver: ReadableDriver<unknown>): SettingTraits {
  const { range, choices, unit, deviceStep } = driver as Partial<SettingDriver<unknown>>;
  return {
    ...contract,
    ...(range && { range }),
    ...(choices && { choices }),
    ...(unit !== undefined && { unit }),
    ...(deviceStep !== undefined && { deviceStep }),
  } as SettingTraits;
}
