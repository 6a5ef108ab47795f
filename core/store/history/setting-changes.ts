import type { CalibrationResult, ChangedSetting } from './result';

/** Items under which the history remembers changes of settings. */
export const settingItems = { user: 'settings/user-settings', parameterSets: 'settings/parameter-sets' } as const;

/** An entry for the history that says which settings were changed, from what to what, and where they are kept. */
export function settingsResult(
  item: (typeof settingItems)[keyof typeof settingItems],
  changes: readonly ChangedSetting[],
  kept: string,
): CalibrationResult {
  const shown = changes
    .slice(0, maxShown)
    .map(({ name, before, after }) => `${name}: ${inWords(before)} -> ${inWords(after)}`);
  const more = changes.length > maxShown ? `, and ${changes.length - maxShown} more` : '';
  return {
    item,
    summary: `${shown.join(', ')}${more}. ${kept}`,
    values: Object.fromEntries(
      changes.map(({ name, before, after }) => [name, { before: before ?? 'not set', after }]),
    ),
    standardErrors: {},
    conditions: {},
    changes: [],
  };
}

/** Number of changes that a summary names. */
const maxShown = 5;

const inWords = (value: unknown): string =>
  value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
