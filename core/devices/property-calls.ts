/** Kind of the value of a property, as it passes through a vendor's interface. */
export interface ValueKind<Value> {
  /** Number of arguments with which a value is written: 2 for a pair. */
  readonly parts: 1 | 2;
  /** Never there: it carries the type. */
  readonly type?: Value;
}

/** Row of a vendor's table of properties. A property is read and written, unless its access says otherwise. */
export interface PropertyRow {
  readonly as: ValueKind<unknown>;
  readonly access?: 'read' | 'write';
}

type Table = Readonly<Record<string, PropertyRow>>;
type ValueOf<Row> = Row extends { readonly as: ValueKind<infer Value> } ? Value : never;
type Parts<Value> = [Value] extends [{ readonly x: number; readonly y: number }]
  ? [x: number, y: number]
  : [value: Value];
type Readables<Rows> = {
  [Name in keyof Rows]: Rows[Name] extends { readonly access: 'write' } ? never : Name;
}[keyof Rows] &
  string;
type Writables<Rows> = {
  [Name in keyof Rows]: Rows[Name] extends { readonly access: 'read' } ? never : Name;
}[keyof Rows] &
  string;

/** The calls of a table: `getX` and `setX` for each row X. `More` is what every call takes besides, such as a signal. */
export type PropertyCalls<Rows extends Table, More extends readonly unknown[] = []> = {
  [Name in Readables<Rows> as `get${Name}`]: (...more: More) => Promise<ValueOf<Rows[Name]>>;
} & {
  [Name in Writables<Rows> as `set${Name}`]: (...given: [...Parts<ValueOf<Rows[Name]>>, ...More]) => Promise<void>;
};

/** One way to read and one to write for each row, such as those of a virtual microscope. */
export type PropertyHandlers<Rows extends Table, More extends readonly unknown[] = []> = {
  readonly [Name in Readables<Rows>]: {
    get(...more: More): ValueOf<Rows[Name]> | Promise<ValueOf<Rows[Name]>>;
  };
} & {
  readonly [Name in Writables<Rows>]: {
    set(...given: [...Parts<ValueOf<Rows[Name]>>, ...More]): void | Promise<void>;
  };
};

/** Makes the calls of a table from one way to read any of its rows, and one to write it. */
export function propertyCalls<Rows extends Table, More extends readonly unknown[] = []>(
  table: Rows,
  read: (name: string, row: Rows[keyof Rows], more: More) => Promise<unknown>,
  write: (name: string, row: Rows[keyof Rows], given: readonly unknown[], more: More) => Promise<void>,
): PropertyCalls<Rows, More> {
  const calls: Record<string, (...given: readonly unknown[]) => Promise<unknown>> = {};
  for (const [name, row] of Object.entries(table) as [string, Rows[keyof Rows]][]) {
    const { parts } = row.as;
    if (row.access !== 'write') calls[`get${name}`] = (...more) => read(name, row, more as never);
    if (row.access !== 'read')
      calls[`set${name}`] = (...given) => write(name, row, given.slice(0, parts), given.slice(parts) as never);
  }
  return calls as PropertyCalls<Rows, More>;
}

type Handler = Readonly<Record<'get' | 'set', (...given: readonly unknown[]) => unknown>>;

/** Makes the calls of a table from a way to read and one to write each row. `around` makes a call, and may let it take its time. */
export function handledCalls<Rows extends Table, More extends readonly unknown[] = []>(
  table: Rows,
  handlers: PropertyHandlers<Rows, More>,
  around: (work: () => unknown, row: Rows[keyof Rows]) => Promise<unknown>,
): PropertyCalls<Rows, More> {
  const handler = (name: string): Handler => (handlers as Readonly<Record<string, Handler>>)[name]!;
  return propertyCalls<Rows, More>(
    table,
    (name, row, more) => around(() => handler(name).get(...more), row),
    async (name, row, given, more) => void (await around(() => handler(name).set(...given, ...more), row)),
  );
}
