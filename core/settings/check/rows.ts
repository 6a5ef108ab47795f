import { type Row, type Section, type Written, readInteger, readReal, rowsOf } from '../source';

/** The rows of a property whose first value is a number, with that number. */
export const numberedRows = (
  section: Section,
  name: string,
): readonly { readonly first: Written; readonly index: number; readonly row: Row }[] =>
  rowsOf(section, name).flatMap((row) =>
    row[0] && /^[+-]?\d/.test(row[0].text) ? [{ first: row[0], index: readInteger(row[0].text), row }] : [],
  );

/** All values of a property, over all its rows. */
export const allValues = (
  section: Section,
  name: string,
): readonly { readonly written: Written; readonly value: number }[] =>
  rowsOf(section, name).flatMap((row) => row.map((written) => ({ written, value: readReal(written.text) })));

/** The last entry of a property in a section. */
export const lastEntry = (section: Section, name: string): Section['entries'][number] | undefined =>
  section.entries.findLast((entry) => entry.name === name);
