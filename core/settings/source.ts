import type { Place } from '../base';
import type { PropertyDefinition } from './definitions';

/** One value in a file. */
export interface Written {
  /** The text of the value, as SerialEM reads it. */
  readonly text: string;
  readonly type: 'plain' | 'quoted' | 'boolean' | 'empty';
  readonly place: Place;
}

/** The values of one line, or of one row of a table. */
export type Row = readonly Written[];

/** A property in a file: all its lines or rows. */
export interface Entry {
  /** The canonical name; the name in the file if it is unknown. */
  readonly name: string;
  readonly definition: PropertyDefinition | undefined;
  readonly rows: readonly Row[];
  readonly place: Place;
  /**
   * The values after the name of a table in a properties file: the number of rows and, for the dose rates, their scale.
   */
  readonly header?: Row;
}

/** The properties of one scope: those outside all camera blocks, or those of one block. */
export interface Section {
  readonly scope: PropertyDefinition['scope'];
  /** The number of a camera block; negative when the block is parked. */
  readonly index?: number;
  readonly entries: readonly Entry[];
  readonly place: Place;
}

/** All properties of a file, whether it is YAML or SerialEMproperties.txt. */
export interface PropertySource {
  readonly file: string;
  readonly general: Section;
  readonly cameras: readonly Section[];
}

/** The rows of a property, from all its lines. */
export const rowsOf = (section: Section, name: string): readonly Row[] =>
  section.entries.filter((each) => each.name === name).flatMap((each) => each.rows);

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** True when the whole text is a decimal number. */
export const isNumber = (text: string): boolean => NUMBER.test(text);
/** Reads a whole number as SerialEM does: up to the first other character, 0 if there is none. */
export const readInteger = (text: string): number => Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);
/** Reads a number as SerialEM does: up to the first other character, 0 if it does not begin with a number. */
export const readReal = (text: string): number =>
  Number(/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text)?.[0] ?? 0);
