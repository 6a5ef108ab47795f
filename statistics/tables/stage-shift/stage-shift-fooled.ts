import { largest, verdictCounts } from '../../harness/pooling';
import { type CameraChange, type Measured, defineTable } from '../../harness/table';
import {
  attemptStageShift,
  measuredBy,
  ordinarySpecimen,
  periodicRules,
  staleGainRules,
  staleGains,
} from '../../support/fooled';

/** Specimens that repeat. */
const periodic = {
  'a grating': { simulator: { specimen: 'cross-grating' }, magIndex: 13 },
  'grid bars': {
    simulator: {
      specimen: 'grid-bars',
      barsPerInch: 8000,
      barWidthMicrometres: 1.2,
      latticeContrast: 0.9,
      contrast: 0.05,
    },
    magIndex: 6,
  },
};
const ordinary = 'a specimen like any other';

async function measureStaleGain(seed: number, strength: number, camera?: CameraChange): Promise<Measured> {
  const outcome = await attemptStageShift({ seed, staleGainVariation: strength }, 12, {
    wholeImage: seed % 2 === 1,
    camera,
  });
  return measuredBy(outcome, staleGainRules(strength, outcome, 0.5));
}

async function measurePeriodic(
  seed: number,
  { simulator, magIndex }: (typeof periodic)[keyof typeof periodic],
  camera?: CameraChange,
): Promise<Measured> {
  const outcome = await attemptStageShift({ seed, specimenAngleDegrees: (seed * 37) % 90, ...simulator }, magIndex, {
    wholeImage: seed % 2 === 1,
    camera,
  });
  return measuredBy(outcome, periodicRules(outcome));
}

async function measureOrdinary(seed: number, camera?: CameraChange): Promise<Measured> {
  const simulator = ordinarySpecimen(seed);
  const outcome = await attemptStageShift(simulator, [9, 12, 14, 16][seed % 4]!, {
    wholeImage: seed % 3 > 0,
    camera,
    answers: { 'small-extent': 'yes' },
  });
  const { code, remarks, said, percent } = outcome;
  return measuredBy(outcome, {
    'it is calibrated': code === undefined,
    'there is no alarm': !/pattern of the camera|repeats every|no better than chance/.test(
      [...remarks, ...said].join(),
    ),
    'what is stored is right to 2 %': percent < 2,
  });
}

export default defineTable({
  name: 'stage-shift-fooled',
  about:
    'Stage Shift where a stale gain reference or a specimen that repeats may fool it: it refuses, or stores what is right.',
  item: 'calibrations/image-and-stage-shift/stage-shift',
  rows: [...Object.keys(staleGains), ...Object.keys(periodic), ordinary],
  seeds: (row) => (row in staleGains ? 10 : 20),
  seconds: 2,
  measure: (seed, row, camera) => {
    if (row === ordinary) return measureOrdinary(seed, camera);
    if (row in periodic) return measurePeriodic(seed, periodic[row as keyof typeof periodic], camera);
    return measureStaleGain(seed, staleGains[row as keyof typeof staleGains], camera);
  },
  pool: (all) => [
    ...verdictCounts(all),
    ...(all.some(({ verdict }) => verdict === 'stored') ? [largest(all, 'percent', { unit: '% off' })] : []),
  ],
});
