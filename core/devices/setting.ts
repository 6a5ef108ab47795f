import type { Vector } from '../base';
import type { Range, SettingTraits } from './setting-traits';

/** One setting of an instrument, read and written as an object, so that state can be kept and given back generically. */
export interface Setting<Value> {
  /** Its name in a sentence, such as `image shift`. */
  readonly name: string;
  /** Label, unit, range and the like. */
  readonly traits: SettingTraits;
  /** Reads the present value from the instrument. */
  read(signal?: AbortSignal): Promise<Value>;
  /** Writes a value; resolves when the instrument has accepted it. Throws before sending anything when the value is outside the limits. */
  write(value: Value, signal?: AbortSignal): Promise<void>;
}

/** A setting that can only be looked at. */
export type Readable<Value> = Omit<Setting<Value>, 'write'>;

/** A setting of whatever type. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a setting both takes and gives its value, so no narrower type fits all
export type AnySetting = Setting<any>;

/** The vendor's way to read a value. */
export interface ReadableDriver<Value> {
  read(signal?: AbortSignal): Promise<Value>;
  /** The unit in which its column counts, for a contract in units of the column. */
  readonly unit?: string;
}

/**
 * The vendor's way to read and write a setting. Its name and the values that make sense stand in the contract; here is added what only
 * the driver knows. All others use the setting through the guards, which check a value before it gets here.
 */
export interface SettingDriver<Value> extends ReadableDriver<Value> {
  write(value: Value, signal?: AbortSignal): Promise<void>;
  /** The values that this instrument takes: of a number, or of each number of a pair. */
  readonly range?: Range;
  /** The only values that this instrument takes. */
  readonly choices?: readonly Value[];
  /** Smallest change that this instrument makes: of a number, or along X and Y of a pair. */
  readonly deviceStep?: Value extends number ? number : Value extends Vector ? Vector : never;
}
