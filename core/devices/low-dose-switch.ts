import { device } from './device';
import type { Setting } from './setting';
import { oneOf, onOff } from './setting-traits';

/** The states of Low Dose as an operator chooses them: off, on before any area was entered, or an area. */
const states = {
  off: 'off',
  on: 'on, no area yet',
  View: 'View',
  Focus: 'Focus',
  Trial: 'Trial',
  Record: 'Record',
  Search: 'Search',
} as const;
/** One of these states. */
export type LowDoseChoice = keyof typeof states;

/** The switches of Low Dose, for operators; the program itself works with its service. */
export interface LowDoseSwitch {
  /** Choosing an area switches Low Dose on where it is off, and goes there. */
  readonly lowDose: Setting<LowDoseChoice>;
  readonly continuousUpdate: Setting<boolean>;
}
/** The token of the switches of Low Dose. */
export const LowDoseSwitch = device<LowDoseSwitch>('LowDoseSwitch', {
  called: 'the switches of Low Dose',
  part: 'low dose',
  heading: 'Low Dose',
  settings: {
    lowDose: oneOf(states, { label: 'Low Dose', name: 'Low Dose', operatorsOnly: true }),
    continuousUpdate: onOff({
      label: 'Continuous update',
      short: 'Update',
      on: 'on',
      off: 'off',
      operatorsOnly: true,
    }),
  },
});
