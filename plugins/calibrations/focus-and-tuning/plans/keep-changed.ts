import type { Run } from '../../../../core/kernel';
import type { UserSettingName } from '../../../../core/user-settings';

/** Name of a number that the items for focus and tuning set. */
type NumberSettingName = Extract<
  UserSettingName,
  `FocusCal${string}` | `ExtendedCal${string}` | `AstigCal${string}` | `ComaCal${string}`
>;

/**
 * Sets the user settings whose value differs from the present one. What stays the same is not written, so that a value of the properties goes on to
 * follow them.
 */
export async function keepChanged(
  run: Pick<Run, 'operator' | 'setUserSetting'>,
  values: readonly (readonly [name: NumberSettingName, value: number, present: number])[],
): Promise<void> {
  const changed = values.filter(([, value, present]) => value !== present);
  if (changed.length === 0) run.operator.log('Nothing was changed.');
  for (const [name, value] of changed) await run.setUserSetting(name, value);
}
