import type { Matrix, Vector } from '../../base';

/** The kinds of value that a result can hold, each with its type. */
export interface ValueKinds {
  readonly quantity: number;
  readonly text: string;
  readonly flag: boolean;
  readonly quantities: readonly number[];
  readonly vector: Vector;
  readonly vectors: readonly Vector[];
  readonly matrix: Matrix;
}
type ScalarKind = keyof ValueKinds;

/** Options of a value: its unit, the decimals that people read, and whether a run may leave it out. */
export interface ValueOptions {
  /** As people write it: `nm`, `degrees`, `px per um`. */
  readonly unit?: string;
  readonly decimals?: number;
  readonly optional?: true;
}

/** A declared value of a result that is not a table. */
export interface ScalarSpec<Kind extends ScalarKind = ScalarKind, Optional extends boolean = boolean> {
  readonly kind: Kind;
  /** One sentence for people. */
  readonly what: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly optional: Optional;
}

/** The declared columns of a table. */
export type Columns = Readonly<Record<string, ScalarSpec>>;

/** A declared value of a result that is a list of rows. */
export interface TableSpec<C extends Columns = Columns, Optional extends boolean = boolean> {
  readonly kind: 'table';
  readonly what: string;
  readonly columns: C;
  readonly optional: Optional;
}

/** A declared value of a result. */
export type ValueSpec = ScalarSpec | TableSpec;
/** The values that an item declares, by name. */
export type ResultSpecs = Readonly<Record<string, ValueSpec>>;

type OptionalIn<O> = O extends { readonly optional: true } ? true : false;
type Scalar<Kind extends ScalarKind> = <const O extends ValueOptions>(
  what: string,
  options?: O,
) => ScalarSpec<Kind, OptionalIn<O>>;

const scalar =
  <Kind extends ScalarKind>(kind: Kind): Scalar<Kind> =>
  <const O extends ValueOptions>(what: string, { unit, decimals, optional }: ValueOptions = {}) => ({
    kind,
    what,
    ...(unit !== undefined && { unit }),
    ...(decimals !== undefined && { decimals }),
    optional: (optional ?? false) as OptionalIn<O>,
  });

/** Declares a number. */
const quantity = scalar('quantity');
/** Declares a text. */
const text = scalar('text');
/** Declares a yes or no. */
const flag = scalar('flag');
/** Declares a list of numbers. */
const quantities = scalar('quantities');
/** Declares a pair of numbers `{ x, y }`. */
const vector = scalar('vector');
/** Declares a list of pairs `{ x, y }`. */
const vectors = scalar('vectors');
/** Declares a matrix `{ xpx, xpy, ypx, ypy }`. */
const matrix = scalar('matrix');
/** Declares a list of rows, each with the same columns. */
const table = <const C extends Columns, const O extends Pick<ValueOptions, 'optional'>>(
  what: string,
  columns: C,
  options?: O,
): TableSpec<C, OptionalIn<O>> => ({
  kind: 'table',
  what,
  columns,
  optional: (options?.optional ?? false) as OptionalIn<O>,
});

/** Declares the values of a result: `value.quantity('Size of a pixel.', { unit: 'nm' })`. */
export const value = { quantity, text, flag, quantities, vector, vectors, matrix, table } as const;

type OptionalNames<Specs> = {
  [Name in keyof Specs]: Specs[Name] extends { readonly optional: false } ? never : Name;
}[keyof Specs];
type Typed<Spec> =
  Spec extends ScalarSpec<infer Kind>
    ? ValueKinds[Kind]
    : Spec extends { readonly kind: 'table'; readonly columns: infer C }
      ? readonly ValuesOf<C>[]
      : never;

/** The type of the values that a declaration promises; what is optional may be left out. */
export type ValuesOf<Specs> = {
  readonly [Name in Exclude<keyof Specs, OptionalNames<Specs>>]: Typed<Specs[Name]>;
} & { readonly [Name in OptionalNames<Specs>]?: Typed<Specs[Name]> | undefined };

const isNumber = (each: unknown): boolean => typeof each === 'number';
const hasNumbers =
  (...names: readonly string[]) =>
  (each: unknown): boolean =>
    typeof each === 'object' &&
    each !== null &&
    names.every((name) => isNumber((each as Record<string, unknown>)[name]));
const listOf =
  (fits: (each: unknown) => boolean) =>
  (each: unknown): boolean =>
    Array.isArray(each) && each.every(fits);
const isVector = hasNumbers('x', 'y');

const fitting: Readonly<Record<ScalarKind, (value: unknown) => boolean>> = {
  quantity: isNumber,
  text: (each) => typeof each === 'string',
  flag: (each) => typeof each === 'boolean',
  quantities: listOf(isNumber),
  vector: isVector,
  vectors: listOf(isVector),
  matrix: hasNumbers('xpx', 'xpy', 'ypx', 'ypy'),
};

/** The differences between values and their declaration, in sentences; empty when they fit. */
export function valueMismatches(specs: ResultSpecs, values: Readonly<Record<string, unknown>>): readonly string[] {
  const unknown = Object.keys(values).filter((name) => values[name] !== undefined && !(name in specs));
  return [
    ...unknown.map((name) => `"${name}" is reported but not declared.`),
    ...Object.entries(specs).flatMap(([name, spec]) => mismatchesOf(name, spec, values[name])),
  ];
}

function mismatchesOf(name: string, spec: ValueSpec, given: unknown): readonly string[] {
  if (given === undefined) return spec.optional ? [] : [`"${name}" is declared but not reported.`];
  if (spec.kind !== 'table') return fitting[spec.kind](given) ? [] : [`"${name}" is not a ${spec.kind}.`];
  if (!Array.isArray(given)) return [`"${name}" is not a table.`];
  const mismatches = given.flatMap((row: unknown) =>
    valueMismatches(spec.columns, (row ?? {}) as Readonly<Record<string, unknown>>),
  );
  return [...new Set(mismatches)].map((each) => `In "${name}": ${each}`);
}

/** The units of declared values by name; of a column as `table.column`. */
export function unitsOf(specs: ResultSpecs): Readonly<Record<string, string>> {
  const units = Object.entries(specs).flatMap(([name, spec]) =>
    spec.kind === 'table'
      ? Object.entries(spec.columns).map(([column, { unit }]) => [`${name}.${column}`, unit] as const)
      : [[name, spec.unit] as const],
  );
  return Object.fromEntries(units.filter((each): each is [string, string] => each[1] !== undefined));
}

/** The sentence of each declared value. */
export const sentencesOf = (specs: ResultSpecs): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(specs).map(([name, { what }]) => [name, what]));
