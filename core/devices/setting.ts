/** One setting of an instrument, read and written as an object, so that state can be kept and given back generically. */
export interface Setting<Value> {
  /** Name for people, such as `image shift`. */
  readonly name: string;
  /** Reads the present value from the instrument. */
  read(signal?: AbortSignal): Promise<Value>;
  /** Writes a value; resolves when the instrument has accepted it. Throws before sending anything when the value is outside the limits. */
  write(value: Value, signal?: AbortSignal): Promise<void>;
}

/** A setting that can only be looked at. */
export type Readable<Value> = Pick<Setting<Value>, 'name' | 'read'>;
