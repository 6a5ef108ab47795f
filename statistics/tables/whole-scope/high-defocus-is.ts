import { goodShare, honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { highDefocusColumns, measureHighDefocusShift } from '../../support/whole-scope/high-defocus';

const rows = Object.keys(highDefocusColumns).flatMap((column) =>
  [-50, -100, -200].map((defocus) => ({
    name: `${column} at ${defocus} um`,
    column: column as keyof typeof highDefocusColumns,
    defocus,
  })),
);

export default defineTable({
  name: 'high-defocus-is',
  about: 'High-Defocus IS on three columns, for changes by defocus that are drawn: error of scale and rotation.',
  item: 'calibrations/high-defocus-is',
  rows: rows.map(({ name }) => name),
  seeds: 20,
  seconds: 1,
  measure: async (seed, row, camera) => {
    const { column, defocus } = rows.find(({ name }) => name === row)!;
    const { errors, stated, verdict } = await measureHighDefocusShift(seed, column, defocus, camera);
    return { errors, stated, verdict };
  },
  pool: (measured) => [
    largest(measured, 'scale', { decimals: 4, atMost: 0.003 }),
    largest(measured, 'rotation', { unit: 'degrees', decimals: 3, atMost: 0.1 }),
    largest(measured, 'stretch', { unit: '%', decimals: 2, atMost: 0.5 }),
    ...honesty(measured),
    goodShare(measured),
  ],
});
