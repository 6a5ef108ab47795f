import type { UserSettings } from '../../../../core/user-settings';

/** The user setting of a shift offset. */
export type OffsetSetting = 'LowDoseViewShift' | 'LDSearchShift';

/** A shift offset that was found, and the one before it. */
interface LastOffset {
  readonly setting: OffsetSetting;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const last = new WeakMap<UserSettings, LastOffset>();

/** Remembers an offset that was found, for the session. */
export const rememberOffset = (settings: UserSettings, found: LastOffset): void => void last.set(settings, found);

/** The offset that was found last; undefined where it was put back, or has been changed since. */
export function lastOffset(settings: UserSettings): LastOffset | undefined {
  const found = last.get(settings);
  return found && settings.get(found.setting).join(' ') === found.after.join(' ') ? found : undefined;
}

/** Forgets it. */
export const forgetOffset = (settings: UserSettings): void => void last.delete(settings);
