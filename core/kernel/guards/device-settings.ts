import { throwIfStopped } from '../../base';
import type { Setting } from '../../devices';

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
