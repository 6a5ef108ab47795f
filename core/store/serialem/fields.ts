import type { CameraIndex, MagIndex } from '../../base';

/** Format of a field: `int`, reals that SerialEM holds in 32 or 64 bits, one word, or the rest of the line. */
export type FieldKind = 'int' | 'f32' | 'f64' | 'word' | 'rest';

/** One item of a record. */
export interface Field<Name extends string = string, Kind extends FieldKind = FieldKind> {
  readonly name: Name;
  readonly kind: Kind;
  /** Smallest and largest value that SerialEM accepts. */
  readonly minimum: number;
  readonly maximum: number;
  readonly decimals: number;
  /** Smallest width; spaces on the left fill it. */
  readonly width: number;
  /** The text before the field. */
  readonly lead: string;
  /** The value in files of an older form, which lack the field; only trailing fields have one. */
  readonly fallback?: number;
  /** True for the magnification that ends many lines for the human reader. It is always last and has no effect. */
  readonly informative: boolean;
}

/** The type of a value by what its field is called: mag indexes and camera numbers have types of their own. */
type ValueOf<Each extends Field> = Each extends { readonly kind: 'word' | 'rest' }
  ? string
  : Each extends { readonly name: 'magIndex' | 'fromMagIndex' | 'toMagIndex' }
    ? MagIndex
    : Each extends { readonly name: 'camera' }
      ? CameraIndex
      : number;
/** Values of a list of fields, by name. */
export type ValuesOf<Fields extends readonly Field[]> = {
  readonly [Each in Fields[number] as Each['name']]: ValueOf<Each>;
};

type Options = Partial<Pick<Field, 'minimum' | 'maximum' | 'decimals' | 'width' | 'lead' | 'fallback'>>;

const maxInteger = 2 ** 31 - 1;
const defaults = { decimals: 6, width: 0, lead: ' ', informative: false } as const;

/** A whole number. */
export const int = <const Name extends string>(name: Name, options: Options = {}): Field<Name, 'int'> => ({
  ...defaults,
  name,
  kind: 'int',
  minimum: -maxInteger,
  maximum: maxInteger,
  ...options,
});
/** A real number that SerialEM holds in 32 bits. */
export const f32 = <const Name extends string>(name: Name, options: Options = {}): Field<Name, 'f32'> => ({
  ...defaults,
  name,
  kind: 'f32',
  minimum: -3.4e38,
  maximum: 3.4e38,
  ...options,
});
/** A real number that SerialEM holds in 64 bits. */
export const f64 = <const Name extends string>(name: Name, options: Options = {}): Field<Name, 'f64'> => ({
  ...defaults,
  name,
  kind: 'f64',
  minimum: -1e300,
  maximum: 1e300,
  ...options,
});
/** Text without blanks. */
export const word = <const Name extends string>(name: Name): Field<Name, 'word'> => ({
  ...defaults,
  name,
  kind: 'word',
  minimum: 0,
  maximum: 0,
});
/** Text to the end of the line. */
export const rest = <const Name extends string>(name: Name): Field<Name, 'rest'> => ({
  ...defaults,
  name,
  kind: 'rest',
  minimum: 0,
  maximum: 0,
});

/** The magnification at the end of a line, after a number of spaces. */
export const magnification = (spaces: number): Field<'magnification', 'int'> => ({
  ...int('magnification'),
  lead: ' '.repeat(spaces),
  informative: true,
});
/** The largest mag index that SerialEM can store. */
export const maxMagIndex = 119;
/** The mag index, 1 to 119. */
export const magIndex = int('magIndex', { minimum: 1, maximum: maxMagIndex });
/** The camera number, 0 to 5. */
export const camera = int('camera', { minimum: 0, maximum: 5 });
/** The spot size, 1 to 13. */
export const spot = int('spot', { minimum: 1, maximum: 13 });
/** 0 for nanoprobe; 1 for microprobe and all columns without probe modes. */
export const probe = int('probe', { minimum: 0, maximum: 1 });
/** The alpha number from 0; -999 where there is none. */
export const alpha = int('alpha', { minimum: -999, maximum: 9 });
/** The elements of a 2x2 matrix in file order. */
export const matrixElements = [f32('xpx'), f32('xpy'), f32('ypx'), f32('ypy')] as const;
/** The elements of one of several matrices of a record. */
export const matrixOf = <const Name extends string>(name: Name) =>
  [f32(`${name}Xpx`), f32(`${name}Xpy`), f32(`${name}Ypx`), f32(`${name}Ypy`)] as const;

/** A record on one line. */
export interface LineLayout<Fields extends readonly Field[] = readonly Field[]> extends Traits {
  readonly shape: 'line';
  readonly fields: Fields;
}
/** `keyword n` and then n rows, each a record of its own. */
export interface TableLayout<
  Fields extends readonly Field[] = readonly Field[],
  Index extends string = string,
> extends Traits {
  readonly shape: 'table';
  readonly fields: Fields;
  /** A number that the rows do not contain: it is their place in the table. */
  readonly index?: { readonly name: Index; readonly from: number };
}
/** A line with its own fields, and then rows that belong to it. */
export interface BlockLayout<
  Fields extends readonly Field[] = readonly Field[],
  Rows extends readonly Field[] = readonly Field[],
> extends Traits {
  readonly shape: 'block';
  readonly fields: Fields;
  readonly rows: Rows;
  /** The place of the number of rows among the fields; without it, `rowCount` gives the number. */
  readonly countAt?: number;
  readonly rowCount?: (fields: Readonly<Record<string, unknown>>) => number;
  /** The largest number of rows that SerialEM can store. */
  readonly maxRows: number;
  /** Name of the value that an older header has in addition; it applies to this field in every row. */
  readonly sharedValue?: string;
}
/** The layout of any record. */
export type Layout = LineLayout | TableLayout | BlockLayout;

/** Properties of every layout. */
export interface Traits {
  /** The text between keyword and first item; a tab where SerialEM's "keyword, count" helper writes the line. */
  readonly separator: ' ' | '\t' | '';
  /** The fields that distinguish records with the same name, for comparing and replacing. */
  readonly key: readonly string[];
  /** A further key, where the fields alone do not distinguish the records. */
  readonly keyBeside?: (values: Readonly<Record<string, unknown>>) => string;
  /** Fields of the key that need not be equal: the largest difference at which SerialEM still takes two for the same. */
  readonly keyWithin?: Readonly<Record<string, number>>;
  /**
   * The fields by which SerialEM sorts when it writes; without them, records keep the order in which they were stored.
   */
  readonly sortedBy: readonly string[];
  /**
   * An older form that differs by more than missing trailing fields: its number of items, its fields, and the values of
   * the others.
   */
  readonly since?: string;
  /**
   * An older form that is not the present one without trailing fields: its number of items, its fields, and the values
   * of the missing ones.
   */
  readonly olderForm?: {
    readonly items: number;
    readonly fields: readonly string[];
    readonly others: Readonly<Record<string, number>>;
  };
}

/** Values of one record of a layout. */
export type RowOf<Each> =
  Each extends BlockLayout<infer Fields, infer Rows>
    ? ValuesOf<Fields> & { readonly rows: readonly ValuesOf<Rows>[] }
    : Each extends TableLayout<infer Fields, infer Index>
      ? ValuesOf<Fields> & { readonly [Name in Index]: number }
      : Each extends LineLayout<infer Fields>
        ? ValuesOf<Fields>
        : never;

type Extras = Partial<Omit<Traits, 'separator'>> & { readonly separator?: Traits['separator'] };
const traits = { separator: ' ', key: [], sortedBy: [] } as const;

/** Declares a record of one line. */
export const line = <const Fields extends readonly Field[]>(
  fields: Fields,
  extras: Extras = {},
): LineLayout<Fields> => ({
  ...traits,
  ...extras,
  shape: 'line',
  fields,
});
/** Declares a counted table whose rows spell all their fields. */
export const table = <const Fields extends readonly Field[]>(
  fields: Fields,
  extras: Extras = {},
): TableLayout<Fields, never> => ({
  ...traits,
  separator: '\t',
  ...extras,
  shape: 'table',
  fields,
});
/** Declares a counted table whose rows are numbered by their place. */
export const indexedTable = <const Index extends string, const Fields extends readonly Field[]>(
  name: Index,
  from: number,
  fields: Fields,
  extras: Extras = {},
): TableLayout<Fields, Index> => ({
  ...traits,
  separator: '\t',
  key: [name],
  sortedBy: [name],
  ...extras,
  shape: 'table',
  fields,
  index: { name, from },
});
/** Declares a record with rows after it. */
export const block = <const Fields extends readonly Field[], const Rows extends readonly Field[]>(
  fields: Fields,
  rows: Rows,
  extras: Extras & Pick<BlockLayout, 'countAt' | 'rowCount' | 'sharedValue'> & { readonly maxRows?: number },
): BlockLayout<Fields, Rows> => ({ ...traits, maxRows: 100_000, ...extras, shape: 'block', fields, rows });
