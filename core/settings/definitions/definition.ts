/** The type of one value as SerialEM reads it: `token` is a word, `text` everything up to the end of the line. */
export type FieldType = 'int' | 'float' | 'boolean' | 'token' | 'text';

/**
 * Form of a property in a file: one value, several values, a list that a later line replaces, a list that a later line
 * extends, one row per line, a table with its number of rows first, a flag that is on when its line exists, or a name
 * that is accepted and ignored.
 */
export type PropertyForm = 'value' | 'values' | 'list' | 'append' | 'rows' | 'table' | 'flag' | 'ignored';

/** Any value of a property. */
export type PropertyValue = number | boolean | string;

/** Definition of one SerialEM property. */
export interface PropertyDefinition {
  readonly name: string;
  /** Place of the property: outside or inside a camera block. */
  readonly scope: 'general' | 'camera';
  /** Vendor or subject, such as `FEI` or `JEOL/STEM`; undefined for a property of every microscope. */
  readonly topic?: string;
  readonly form: PropertyForm;
  /** The values of a line, or of a row of a table, in order. */
  readonly fields: readonly FieldType[];
  /** Number of fields that are required. */
  readonly required: number;
  /** A group of values that can follow the fields any number of times. */
  readonly rest?: readonly FieldType[];
  /** The largest number of values of a list, or of lines or rows. */
  readonly limit?: number;
  /** The largest number of groups of `rest` in one row. */
  readonly restLimit?: number;
  /** Value of a property that is not entered; absent when it depends on something else. */
  readonly default?: PropertyValue | readonly PropertyValue[] | readonly (readonly PropertyValue[])[];
  readonly units?: string;
  /** The only values that the first field may have. */
  readonly codes?: readonly number[];
  /** The limits of each number. */
  readonly range?: readonly [number, number];
  readonly meaning: string;
  /** True when calibrations set it for the session and the history brings it back. */
  readonly session?: true;
}
