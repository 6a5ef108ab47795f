import { largest, verdictCounts } from '../../harness/pooling';
import { type Measured, defineTable } from '../../harness/table';
import {
  astigmatismByBtid,
  astigmatismRecord,
  btidComaFree,
  comaRecord,
  measureBtid,
  shiftFocusCurve,
} from '../../support/btid/btid-worlds';
import { trapCamera } from '../../support/small-camera';
import type { VirtualInstrumentUnderTest } from '../../../testing/virtual-instrument';

interface Trap {
  readonly simulator?: (seed: number) => Readonly<Record<string, unknown>>;
  readonly prepare?: (instrument: VirtualInstrumentUnderTest) => void;
  /** True where nothing can be measured, so that only a refusal is right. */
  readonly hopeless?: true;
}

/** Circumstances that mislead. */
const traps: Readonly<Record<string, Trap>> = {
  'a weak film of few electrons': {
    simulator: () => ({ electronsPerFieldPixelPerSecond: 12, contrast: 0.07, phaseToAmplitudeContrast: 14 }),
  },
  'a film of next to no contrast': {
    simulator: () => ({ electronsPerFieldPixelPerSecond: 4, contrast: 0.01, phaseToAmplitudeContrast: 14 }),
  },
  'the holes of a holey film': { simulator: () => ({ specimen: 'holey-film' }) },
  'a crystal': { simulator: (seed) => ({ specimen: 'catalase', specimenAngleDegrees: (37 * seed) % 90 }) },
  'a stale gain reference': { simulator: (seed) => ({ staleGainVariation: 0.01 + 0.03 * (seed % 4) }) },
  'drift of some pixels an interval': { simulator: () => ({ driftNmPerSecond: [1.2, -0.9] }) },
  'drift that dies away': {
    simulator: (seed) => ({
      driftDecayNmPerSecond: [4, -3],
      driftDecaySeconds: 10 + 10 * (seed % 5),
      driftRestartsOnStageMove: false,
    }),
  },
  'no beam': { simulator: () => ({ electronsPerFieldPixelPerSecond: 1e-6 }), hopeless: true },
  'an objective aperture that cuts the tilted beam': {
    simulator: (seed) => ({
      objectiveAperturesMicrometres: [20],
      objectiveApertureMicrometres: 20,
      objectiveFocalLengthMillimetres: 2.5 + 0.7 * (seed % 5),
      objectiveApertureCentreMilliradians: [0.3 * (seed % 3), 0.2],
    }),
  },
  'the edge of the beam in the field': {
    simulator: (seed) => ({ beamDiameterInFields: 0.25 + 0.04 * (seed % 4), beamEdgeSoftness: 0.03 }),
  },
  'a focus calibration that is off by 3 um': { prepare: (instrument) => shiftFocusCurve(instrument, 3) },
};
/** The items, with the largest error in percent of what is stored. */
const items = {
  astigmatism: { item: astigmatismByBtid, record: astigmatismRecord, percent: 1 },
  coma: { item: btidComaFree, record: comaRecord, percent: 2 },
} as const;
const parts = (row: string): readonly [keyof typeof items, string] => {
  const [item, ...trap] = row.split(', ');
  return [item as keyof typeof items, trap.join(', ')];
};

async function measureTrap(
  seed: number,
  row: string,
  camera: (yaml: string) => string = trapCamera,
): Promise<Measured> {
  const [name, trapName] = parts(row);
  const { item, record, percent } = items[name];
  const { simulator, prepare, hopeless } = traps[trapName]!;
  const measured = await measureBtid(seed, item, record, {
    camera,
    ...(simulator && { simulator: simulator(seed) }),
    ...(prepare && { prepare }),
    answers: { doubtful: 'yes' },
  });
  const { images: _, ...errors } = measured.errors as Readonly<Record<string, number>>;
  const stated = (measured.stated ?? {}) as Readonly<Record<string, number>>;
  const good = measured.verdict === 'good' || measured.verdict === 'doubtful';
  const silent = Object.entries(errors).filter(
    ([matrix, error]) => measured.verdict === 'good' && error > percent && error > 4 * stated[matrix]!,
  );
  const outside = Object.values(errors).some((error) => error > percent);
  return {
    ...measured,
    errors: { ...measured.errors, percent: Math.max(0, ...Object.values(errors)), outside: Number(outside) },
    faults: [
      ...silent.map(([matrix, error]) => `what is called good is silently wrong: ${matrix} by ${error.toFixed(1)} %`),
      ...(hopeless && good ? ['something was measured where nothing can be'] : []),
    ],
  };
}

export default defineTable({
  name: 'btid-traps',
  about:
    'Calibrations by beam-tilt-induced displacement where something misleads them: they store what is right, doubt it, or refuse with the reason.',
  item: astigmatismByBtid,
  rows: Object.keys(items).flatMap((item) => Object.keys(traps).map((trap) => `${item}, ${trap}`)),
  seeds: 20,
  seconds: 0.6,
  measure: measureTrap,
  pool: (measured) => [...verdictCounts(measured), largest(measured, 'percent', { unit: '% off' })],
});
