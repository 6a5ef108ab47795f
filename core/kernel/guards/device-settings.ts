import { throwIfStopped } from '../../base';
import type { Setting } from '../../devices';
import { kernelErrors } from '../errors';

/** A setting of a device that sends nothing once the run is stopped. */
export function setting<Value>(
  name: string,
  read: Setting<Value>['read'],
  write: Setting<Value>['write'],
): Setting<Value> {
  return {
    name,
    read,
    write: async (value, signal) => {
      if (signal) throwIfStopped(signal);
      await write(value, signal);
    },
  };
}

/** A number within its limits; throws `limits/out-of-range`. */
export function within(what: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) throw kernelErrors.outOfRange(what, String(value), `${low} to ${high}`);
  return value;
}

/** A whole number within its limits; throws `limits/out-of-range`. */
export function whole(what: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value)) throw kernelErrors.outOfRange(what, String(value), 'a whole number');
  return within(what, value, low, high);
}

/** A number that is one; throws `limits/out-of-range`. */
export function finite(what: string, value: number): number {
  if (!Number.isFinite(value)) throw kernelErrors.outOfRange(what, String(value), 'a number');
  return value;
}
