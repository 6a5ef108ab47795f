import { inMicrometres } from '../../../core/base';
import { findPeriodicity } from '../../../imaging';
import { largest, verdictCounts } from '../../harness/pooling';
import { type CameraChange, type Measured, defineTable } from '../../harness/table';
import {
  attemptImageShift,
  measuredBy,
  ordinarySpecimen,
  periodicRules,
  staleGainRules,
  staleGains,
} from '../../support/fooled';
import { fromScratch, imageShift } from '../../support/image-shift';

/** Specimens that repeat, with the period in micrometres where it is known. */
const periodic = {
  'a grating': { simulator: { specimen: 'cross-grating' }, magIndex: 19, period: 1 / 2.16 },
  catalase: { simulator: { specimen: 'catalase' }, magIndex: 27, period: undefined },
  'catalase in little light': {
    simulator: { specimen: 'catalase', electronsPerFieldPixelPerSecond: 20 },
    magIndex: 27,
    period: undefined,
  },
};
const ordinary = 'a specimen like any other';

async function measureStaleGain(seed: number, strength: number, camera?: CameraChange): Promise<Measured> {
  const outcome = await attemptImageShift({ seed, staleGainVariation: strength }, [19, 25][seed % 2]!, { camera });
  return measuredBy(outcome, staleGainRules(strength, outcome, 0.3));
}

async function measurePeriodic(
  seed: number,
  kind: (typeof periodic)[keyof typeof periodic],
  camera?: CameraChange,
): Promise<Measured> {
  const { simulator, magIndex, period } = kind;
  const outcome = await attemptImageShift({ seed, specimenAngleDegrees: (seed * 37) % 90, ...simulator }, magIndex, {
    camera,
    ...(seed % 2 === 0 && { item: fromScratch }),
  });
  const { frame, context } = outcome.image;
  const found = (findPeriodicity(frame.image)?.period ?? NaN) * inMicrometres(context.pixelSize!);
  return measuredBy(outcome, {
    ...periodicRules(outcome),
    'the period is right to 3 %': period === undefined || Math.abs(found / period - 1) < 0.03,
  });
}

async function measureOrdinary(seed: number, camera?: CameraChange): Promise<Measured> {
  const simulator = ordinarySpecimen(seed);
  const outcome = await attemptImageShift(simulator, [9, 14, 17, 19, 22, 25, 28, 31, 33][seed % 9]!, { camera });
  const { code, remarks, said, percent, image } = outcome;
  // With 5 % contrast and 8 electrons an image shows next to nothing, and a correlation no better than chance is refused as such.
  const starved = simulator.contrast <= 0.05 && simulator.electronsPerFieldPixelPerSecond <= 8;
  const alarm = starved
    ? /pattern of the camera|repeats every/
    : /pattern of the camera|repeats every|no better than chance/;
  return measuredBy(outcome, {
    'it is calibrated': code === undefined || (starved && code === 'calibration/doubtful-alignment'),
    'there is no alarm': !alarm.test([...remarks, ...said].join()),
    'what is stored is right': code !== undefined || percent < (starved ? 1 : 0.3),
    'no period is seen': findPeriodicity(image.frame.image) === undefined,
  });
}

export default defineTable({
  name: 'image-shift-fooled',
  about:
    'Image Shift where a stale gain reference or a specimen that repeats may fool it: it refuses, or stores what is right. Every other periodic specimen is that of IS from Scratch.',
  item: imageShift,
  rows: [...Object.keys(staleGains), ...Object.keys(periodic), ordinary],
  seeds: (row) => (row === ordinary ? 100 : row in periodic ? 20 : 10),
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
