import { isDeepStrictEqual } from 'node:util';
import { LiveImage } from '../core/acquisition';
import { Cameras } from '../core/devices';
import { LowDose } from '../core/kernel';
import { ImageShiftControl } from '../core/optics';
import { showCalibrations } from '../core/store';
import { UserSettings, userSettingNames } from '../core/user-settings';
import type { virtualInstrument } from './virtual-instrument';

type VirtualInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** All settings that can be read, and all that is stored. */
export async function stateOf(instrument: VirtualInstrument) {
  const { registry } = instrument.kernel;
  const settings: Record<string, unknown> = { camera: registry.get(Cameras).selected.traits.index };
  for (const { setting } of instrument.session.deviceSettings()) settings[setting.name] = await setting.read();
  Object.assign(settings, workingState(instrument));
  settings['net image shift'] = await registry.get(ImageShiftControl).net.read();
  const history = await instrument.history.list();
  return {
    settings,
    stored: { calibrations: showCalibrations(instrument.calibrations.file), history: history.length },
  };
}

/** Prefix under which the state has the user settings, which an item may set for good where it says so. */
const userSettingPrefix = 'user setting ';

/** Parameter sets, user settings, areas of Low Dose and the live image, as everything that runs afterwards finds them. */
function workingState({
  kernel: { registry },
  settings,
  session,
}: VirtualInstrument): Readonly<Record<string, unknown>> {
  const userSettings = registry.get(UserSettings);
  const lowDose = registry.has(LowDose) ? registry.get(LowDose) : undefined;
  return {
    'parameter sets': Object.fromEntries(settings.parameterSets),
    ...Object.fromEntries(userSettingNames.map((name) => [userSettingPrefix + name, userSettings.get(name)])),
    'areas of Low Dose': lowDose && {
      on: lowDose.on,
      area: lowDose.area,
      update: lowDose.continuousUpdate,
      areas: lowDose.areas,
    },
    'live image': registry.has(LiveImage) ? registry.get(LiveImage).running : undefined,
    'buffers that roll': session.buffers.rollCount,
  };
}

/** A state without the user settings that an item says it sets, and without the settings that a task says it changes. */
export const withoutSettings = (
  settings: Readonly<Record<string, unknown>>,
  sets: readonly string[],
  changes: readonly string[] = [],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(settings).filter(
      ([name]) => !sets.some((each) => name === userSettingPrefix + each) && !changes.includes(name),
    ),
  );

/** Expects the newest entry of the history to say what a task changed, and nothing to be stored besides. */
export async function expectNoted(
  { history }: VirtualInstrument,
  changes: readonly string[],
  { before, after }: { readonly before: State; readonly after: State },
  sets: readonly string[] = [],
): Promise<void> {
  const made = (await history.list()).slice(before.stored.history);
  const changed = made
    .flatMap((entry) => entry.changed ?? [])
    // The history notes a user setting by itself.
    .filter(({ name }) => !sets.includes(name));
  const differing = changes.filter((name) => !isDeepStrictEqual(before.settings[name], after.settings[name]));
  expect(changed.map(({ name }) => name).sort()).toEqual([...differing].sort());
  for (const each of changed)
    expect([each.before, each.after]).toEqual([before.settings[each.name], after.settings[each.name]]);
  expect(made.flatMap((entry) => entry.changes)).toEqual([]);
  expect(after.stored.calibrations).toEqual(before.stored.calibrations);
}

/** Sets what a task changed back to a state, for the next run of it. */
export async function restoreSettings(
  instrument: VirtualInstrument,
  changes: readonly string[],
  { settings }: State,
): Promise<void> {
  for (const { setting } of instrument.session.deviceSettings())
    if (changes.includes(setting.name) && 'write' in setting) await setting.write(settings[setting.name]);
}

type State = Awaited<ReturnType<typeof stateOf>>;
/** True when anything that is stored differs. */
export const stored = (before: State, after: State): boolean =>
  JSON.stringify(before.stored) !== JSON.stringify(after.stored);

/** Numbers from 1 to a total: all of them, the one in the middle, or `count` evenly spread ones, including the first and the last. */
export function spread(total: number, count: number | undefined): readonly number[] {
  if (count === undefined || count >= total) return Array.from({ length: total }, (_, index) => index + 1);
  if (count === 1) return [Math.ceil(total / 2)];
  return [...new Set(Array.from({ length: count }, (_, index) => Math.round(1 + (index * (total - 1)) / (count - 1))))];
}
