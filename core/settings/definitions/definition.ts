/** The type of one value as SerialEM reads it: `token` is a word, `text` everything up to the end of the line. */
export type FieldType = 'int' | 'float' | 'boolean' | 'token' | 'text';

/**
 * How a property is written: one value, several values, a list that a later line replaces, a list that a later line lengthens, one row a
 * line, a table led by its number of rows, a flag that acts by being there, or a name that is accepted and has no effect.
 */
export type PropertyForm = 'value' | 'values' | 'list' | 'append' | 'rows' | 'table' | 'flag' | 'ignored';

/** Any value of a property. */
export type PropertyValue = number | boolean | string;

/** What is known about one SerialEM property. */
export interface PropertyDefinition {
  readonly name: string;
  /** Whether it stands outside or inside a camera block. */
  readonly scope: 'general' | 'camera';
  /** Vendor or subject, such as `FEI` or `JEOL/STEM`; undefined when it concerns everyone. */
  readonly topic?: string;
  readonly form: PropertyForm;
  /** The values of a line, or of a row of a table, in order. */
  readonly fields: readonly FieldType[];
  /** How many of the fields must be given. */
  readonly required: number;
  /** A group of values that may follow the fields any number of times. */
  readonly rest?: readonly FieldType[];
  /** The largest number of values of a list, or of lines or rows. */
  readonly limit?: number;
  /** The largest number of groups of `rest` in one row. */
  readonly restLimit?: number;
  /** What the program uses when the property is not entered; absent when that depends on something else. */
  readonly default?: PropertyValue | readonly PropertyValue[] | readonly (readonly PropertyValue[])[];
  readonly units?: string;
  /** The only values that the first field may have. */
  readonly codes?: readonly number[];
  /** The limits of the first field. */
  readonly range?: readonly [number, number];
  readonly meaning: string;
}
