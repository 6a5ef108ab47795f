import { largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { type StageKind, measureStage, stages } from '../../support/stages';

const correlations = { 'whole images': true, 'the expected overlap': false };
const rows = new Map<string, { readonly kind: StageKind; readonly whole: boolean }>(
  stages.flatMap((kind) =>
    Object.entries(correlations).map(([words, whole]) => [`${kind.name}, ${words}`, { kind, whole }] as const),
  ),
);

export default defineTable({
  name: 'stage-shift-stages',
  about: 'Stage Shift on the stages of each vendor, against the true matrix of the virtual microscope.',
  item: 'calibrations/image-and-stage-shift/stage-shift',
  rows: [...rows.keys()],
  seeds: 20,
  seconds: 1,
  measure: (seed, row, camera) => {
    const { kind, whole } = rows.get(row)!;
    return measureStage(seed, kind, whole, camera);
  },
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 0.5 }),
    largest(measured, 'degrees', { unit: 'degrees', atMost: 0.2 }),
  ],
});
