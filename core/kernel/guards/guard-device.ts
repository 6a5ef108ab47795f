import { type MagIndex, type Token, throwIfStopped } from '../../base';
import {
  AlphaSelector,
  Cameras,
  type DeviceToken,
  type Driver,
  FreeLensControl,
  Illumination,
  type MethodTraits,
  ProbeModeSelector,
  type ReadableDriver,
  Scope,
  type SettingDriver,
  type SettingTraits,
  Stage,
  isDevice,
} from '../../devices';
import { kernelErrors } from '../errors';
import { inMagnificationTable } from './checks';
import { type AroundSetting, guardReadable, guardSetting } from './guard-setting';
import { guardStage } from './guard-stage';
import type { Guarding } from './guarding';
import { ImageShiftLimit } from './image-shift-limit';

type Method = (...given: unknown[]) => unknown;
type Around = Readonly<Record<string, AroundSetting<never>>>;

/** Guards what a plugin provides under a token. Throws `kernel/unguarded` for something that no guard knows. */
export function guardProvided(key: Token<unknown>, value: unknown, plugin: string, guarding: Guarding): unknown {
  if (key.symbol === Cameras.symbol) throw kernelErrors.unguarded(plugin, key.name, 'cameras');
  if (key.symbol === Stage.symbol) return guardStage(value as Driver<Stage>, guarding);
  if (isDevice(key)) return guardDevice(key, value as object, guarding);
  if (!key.service) throw kernelErrors.unguarded(plugin, key.name, 'unmarked');
  if (holdsSetting(value)) throw kernelErrors.unguarded(plugin, key.name, 'settings');
  return value;
}

/** A device as everybody but its vendor sees it: its settings guarded, its methods seen and stopped, and nothing that its contract does not name. */
export function guardDevice<Device>(key: DeviceToken<Device>, driver: Driver<Device>, guarding: Guarding): Device {
  const members = driver as Readonly<Record<string, unknown>>;
  const around = aroundSettings(key, driver, guarding);
  const guarded: Record<string, unknown> = {};
  for (const [name, traits] of Object.entries(key.settings as Readonly<Record<string, SettingTraits>>)) {
    const member = members[name];
    if (member === undefined) continue;
    guarded[name] =
      'write' in (member as object)
        ? guardSetting(traits, member as SettingDriver<never>, guarding, around[name])
        : guardReadable(traits, member as ReadableDriver<unknown>, guarding);
  }
  for (const [name, traits] of Object.entries(key.methods)) {
    const method = members[name] as Method | undefined;
    if (!method) continue;
    guarded[name] = guardMethod(
      traits,
      (...given) => {
        // A lens may be one of the condenser, after which the dose rate is another.
        if (key.symbol === FreeLensControl.symbol) guarding.dose?.forget();
        return method.apply(driver, given);
      },
      guarding,
    );
  }
  for (const name of key.facts) Object.defineProperty(guarded, name, { get: () => members[name], enumerable: true });
  return guarded as Device;
}

function guardMethod(traits: MethodTraits, method: Method, { watch }: Guarding): Method {
  if (traits === 'question') return method;
  return async (...given) => {
    const signal = given.find((each) => each instanceof AbortSignal);
    if (signal) throwIfStopped(signal);
    watch(traits(...(given as never[])));
    return method(...given);
  };
}

/** Limits of a site and hooks around the changes of settings, which their traits do not know. */
function aroundSettings<Device>({ symbol }: DeviceToken<Device>, driver: Driver<Device>, guarding: Guarding): Around {
  const { hooks, limits } = guarding;
  if (symbol === Illumination.symbol)
    return { spotSize: { after: (from: number, to: number) => hooks.didChangeSpot.promise(from, to) } };
  if (symbol === ProbeModeSelector.symbol)
    return { probeMode: { after: (from: string, to: string) => hooks.didChangeProbeMode.promise(from, to) } };
  if (symbol === AlphaSelector.symbol)
    return { alpha: { after: (from: number, to: number) => hooks.didChangeAlpha.promise(from, to) } };
  if (symbol !== Scope.symbol) return {};
  const scope = driver as unknown as Driver<Scope>;
  const shiftLimit = new ImageShiftLimit(limits, () => scope.magIndex.read());
  return {
    magIndex: {
      check: (index: MagIndex) => limits.magIndexes && inMagnificationTable(index, limits.magIndexes),
      before: (from: MagIndex, to: MagIndex) => hooks.willChangeMagnification.promise(from, to),
      after: (from: MagIndex, to: MagIndex) => hooks.didChangeMagnification.promise(from, to),
    },
    imageShift: {
      check: (value: never, magIndex?: MagIndex) => shiftLimit.check(value, magIndex),
      read: (value: never) => shiftLimit.remember(value),
    },
  };
}

/** True for a service that holds a setting. A getter is not called: what it gives may only be there later. */
const holdsSetting = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(Object.getOwnPropertyDescriptors(value)).some((each) => isSetting(each.value));
const isSetting = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<SettingDriver<unknown>>).read === 'function' &&
  typeof (value as Partial<SettingDriver<unknown>>).write === 'function';
