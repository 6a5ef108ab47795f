import { device } from './device';
import type { Setting } from './setting';
import { oneOf, onOff } from './setting-traits';

/** The areas of Low Dose as an operator chooses them. */
const areas = {
  none: 'none entered',
  View: 'View',
  Focus: 'Focus',
  Trial: 'Trial',
  Record: 'Record',
  Search: 'Search',
} as const;

/** The switches of Low Dose, for operators; the program itself works with its service. */
export interface LowDoseSwitch {
  readonly lowDose: Setting<boolean>;
  /** The area in which the column is; choosing one goes there. */
  readonly area: Setting<keyof typeof areas>;
  readonly continuousUpdate: Setting<boolean>;
}
/** The token of the switches of Low Dose. */
export const LowDoseSwitch = device<LowDoseSwitch>('LowDoseSwitch', {
  called: 'Low Dose',
  part: 'low dose',
  heading: 'Low Dose',
  settings: {
    lowDose: onOff({ label: 'Low Dose', name: 'Low Dose', on: 'on', off: 'off', operatorsOnly: true }),
    area: oneOf(areas, { label: 'Area', name: 'area of Low Dose', operatorsOnly: true }),
    continuousUpdate: onOff({
      label: 'Continuous update',
      short: 'Update',
      on: 'on',
      off: 'off',
      operatorsOnly: true,
    }),
  },
});
