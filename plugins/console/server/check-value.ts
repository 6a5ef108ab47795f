import type { ChangeState } from '../protocol';
import { consoleErrors } from './errors';

/** Throws `console/bad-value` for a value that a page may not send for a change of this kind. */
export function checkValue(label: string, change: ChangeState, value: number | string | boolean): void {
  switch (change.by) {
    case 'switch':
      if (typeof value !== 'boolean') throw consoleErrors.badValue(label, `${change.on} or ${change.off}`);
      return;
    case 'choice':
      if (!change.choices.some((choice) => choice.value === value))
        throw consoleErrors.badValue(label, 'one of the choices');
      return;
    // How many numbers it takes, the owner of the list says.
    case 'list':
    case 'text':
      if (typeof value !== 'string') throw consoleErrors.badValue(label, 'a text');
      return;
    case 'number': {
      const { minimum = -Infinity, maximum = Infinity, whole } = change;
      if (typeof value !== 'number' || !Number.isFinite(value)) throw consoleErrors.badValue(label, 'a number');
      if (whole && !Number.isInteger(value)) throw consoleErrors.badValue(label, 'a whole number');
      if (value < minimum || value > maximum)
        throw consoleErrors.badValue(label, `a number from ${minimum} to ${maximum}`);
    }
  }
}
