import { type Matrix, cameraIndex, magIndex as asMagIndex, product, rotation, scaleMatrix } from '../../core/base';
import { runItem, trueImageShift, virtualInstrument } from '../../testing/virtual-instrument';
import { honesty, largestNormalized, rmsOfError, rmsStated } from '../harness/pooling';
import type { CameraChange, Measured, Table } from '../harness/table';
import { drawImageShift, imageShift } from './image-shift';
import { randomNumbers } from './random-numbers';

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** Disturbances of a calibration. The strength of each is drawn at random up to what is typical of the kind. */
const regimes = {
  'few electrons': { decay: 0, settling: 0, drift: 0.02, dose: [8, 40] },
  'a drift that dies away': { decay: 1, settling: 0, drift: 0.1, dose: [300, 600] },
  'image shift that has not settled': { decay: 0, settling: 0.3, drift: 0.02, dose: [300, 600] },
  'all together': { decay: 0.5, settling: 0.15, drift: 0.1, dose: [20, 400] },
} as const;
type Regime = keyof typeof regimes;

function drawTruth(seed: number, regime: Regime) {
  const next = randomNumbers(seed + 7777);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const { decay, settling, drift, dose } = regimes[regime];
  return {
    magIndex: [9, 14, 17, 19, 22, 25, 28, 31, 33][seed % 9]!,
    priorError: { scale: between(0.9, 1.1), angle: between(-5, 5) },
    simulator: {
      seed,
      pixelScaleError: between(-0.05, 0.05),
      rotationErrorDegrees: between(-4, 4),
      imageShiftToSpecimen: drawImageShift(between, between(-180, 180)),
      imageShiftToSpecimenLowMagnification: drawImageShift(between, between(-180, 180)),
      driftNmPerSecond: [between(-drift, drift), between(-drift, drift)],
      ...(decay > 0 && {
        driftDecayNmPerSecond: [between(-decay, decay), between(-decay, decay)],
        driftDecaySeconds: between(5, 30),
        driftRestartsOnStageMove: false,
      }),
      imageShiftSettlingFraction: between(0, settling),
      imageShiftSettlingSeconds: between(0.15, 0.5),
      imageShiftSettlingFractionLowMagnification: between(0, settling),
      imageShiftSettlingSecondsLowMagnification: between(0.15, 0.5),
      contrast: between(0.08, 0.2),
      electronsPerFieldPixelPerSecond: between(dose[0], dose[1]),
    },
  };
}

/** Errors of the four elements of the matrix in percent of the largest element, with what was stated for each. */
async function measure(
  seed: number,
  regime: Regime,
  item: string,
  camera: CameraChange = (yaml) => yaml,
): Promise<Measured> {
  const { magIndex, simulator, priorError } = drawTruth(seed, regime);
  await using instrument = await virtualInstrument({ simulator, magIndex, edit: camera });
  const truth = trueImageShift(instrument, magIndex);
  if (item === imageShift)
    instrument.calibrations.imageShift.set(
      asMagIndex(magIndex),
      cameraIndex(0),
      scaleMatrix(product(rotation(priorError.angle), truth), priorError.scale),
      { sessionMeasured: false },
    );
  const { result } = await runItem(instrument, item);
  const found = result!.values as unknown as Matrix;
  const errors = result!.standardErrors as unknown as Matrix;
  const size = Math.max(...elements.map((element) => Math.abs(truth[element])));
  return {
    errors: { elements: elements.map((element) => (100 * (found[element] - truth[element])) / size) },
    stated: { elements: elements.map((element) => (100 * errors[element]) / size) },
    verdict: result!.quality?.verdict ?? 'without a verdict',
  };
}

/** Part of the two tables of stated standard errors of image shift that differs in the item alone. */
export const imageShiftErrors = (item: string) =>
  ({
    item,
    rows: Object.keys(regimes),
    seeds: 50,
    seconds: 3,
    measure: (seed, regime, camera) =>
      measure(seed + 100 * Object.keys(regimes).indexOf(regime), regime as Regime, item, camera),
    pool: (measured) => [
      ...honesty(measured, { ratio: { atLeast: 0.75, atMost: 1.3 } }),
      largestNormalized(measured, { atMost: 10 }),
      rmsOfError(measured, 'elements', { unit: '%', decimals: 4 }),
      rmsStated(measured, 'elements', { unit: '%', decimals: 4 }),
    ],
    poolAll: (measured) => honesty(measured, { share: { atLeast: 93, atMost: 97 } }),
  }) satisfies Partial<Table>;
