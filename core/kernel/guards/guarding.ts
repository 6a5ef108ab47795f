import type { Clock } from '../../base';
import type { Readable } from '../../devices';
import type { Hooks } from '../hooks';
import type { BlankerParts } from './blanker-during-exposure';
import type { BeamPath } from './beam-path';
import type { DoseLimit } from './dose-limit';
import type { DeviceLimits } from './limits';

/** Sees every call to a device before it is made, by name; throwing keeps the call from being made. */
export type DeviceWatcher = (call: string) => void;

/** Hears of each value that any part of the program read from a setting or wrote to it. */
export type SettingListener = (setting: Readable<unknown>, value: unknown) => void;

/** Dependencies of the guards. */
export interface Guarding {
  readonly hooks: Hooks;
  readonly limits: DeviceLimits;
  readonly watch: DeviceWatcher;
  readonly clock: Clock;
  readonly seen?: SettingListener;
  /** Hears when the beam changes, and is asked before an exposure. */
  readonly dose?: DoseLimit;
  /** Cleared before an exposure. */
  readonly beamPath?: BeamPath;
  /** Blanks the beam for a part of an exposure. */
  readonly blanker?: BlankerParts;
}
