import { cameraIndex, magIndex as asMagIndex, product, rotation, scaleMatrix } from '../../core/base';
import { matrixError, runItem, trueImageShift, virtualInstrument } from '../../testing/virtual-instrument';
import type { CameraChange, Measured } from '../harness/table';
import { randomNumbers } from './random-numbers';

/** Ids of the two items that calibrate image shift. */
export const imageShift = 'calibrations/image-and-stage-shift/image-shift';
export const fromScratch = 'calibrations/image-and-stage-shift/is-from-scratch';

/** The camera turned by a quarter, as sites mount it: width and height change places. */
const turnedCamera = (yaml: string): string =>
  yaml
    .replace('CameraSizeX: 11520', 'CameraSizeX: 8184\n    RotationAndFlip: 1')
    .replace('CameraSizeY: 8184', 'CameraSizeY: 11520');

/** A turned matrix from image shift to the specimen with unequal gains and axes that are not square. */
export function drawImageShift(
  between: (low: number, high: number) => number,
  angle: number,
): [[number, number], [number, number]] {
  const m = product(rotation(angle), {
    xpx: between(0.9, 1.1),
    xpy: between(-0.03, 0.03),
    ypx: between(-0.03, 0.03),
    ypy: between(0.9, 1.1),
  });
  return [
    [m.xpx, m.xpy],
    [m.ypx, m.ypy],
  ];
}

/** A truth such as real instruments show, drawn at random: none of it is in the properties that the program reads. */
function drawTruth(seed: number) {
  const next = randomNumbers(seed);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const decaying = next() < 0.5;
  return {
    magIndex: [4, 9, 14, 17, 19, 22, 25, 28, 31, 33][seed % 10]!,
    turned: seed % 2 === 0,
    priorError: { scale: between(0.9, 1.1), angle: between(-5, 5) },
    simulator: {
      seed,
      pixelScaleError: between(-0.05, 0.05),
      rotationErrorDegrees: between(-4, 4),
      imageShiftToSpecimen: drawImageShift(between, between(-180, 180)),
      imageShiftToSpecimenLowMagnification: drawImageShift(between, between(-180, 180)),
      // In nm per second, so that the finest magnification sees a few binned pixels between two images.
      driftNmPerSecond: [between(-0.1, 0.1), between(-0.1, 0.1)],
      ...(decaying && {
        driftDecayNmPerSecond: [between(-0.3, 0.3), between(-0.3, 0.3)],
        driftDecaySeconds: between(5, 30),
        driftRestartsOnStageMove: false,
      }),
      electronsPerFieldPixelPerSecond: seed % 5 === 0 ? 20 : 400,
    },
  };
}

/** Error of the matrix that an item of image shift stores for the truth of a seed; Image Shift begins with a matrix that is up to 10 % and 5 degrees off. */
export async function measureImageShift(
  seed: number,
  item: string,
  camera: CameraChange = (yaml) => yaml,
): Promise<Measured> {
  const { magIndex, simulator, turned, priorError } = drawTruth(seed);
  await using instrument = await virtualInstrument({
    simulator,
    magIndex,
    edit: (yaml) => camera(turned ? turnedCamera(yaml) : yaml),
  });
  const truth = trueImageShift(instrument, magIndex);
  if (item === imageShift)
    instrument.calibrations.imageShift.set(
      asMagIndex(magIndex),
      cameraIndex(0),
      scaleMatrix(product(rotation(priorError.angle), truth), priorError.scale),
      { sessionMeasured: false },
    );
  const { result } = await runItem(instrument, item);
  const stored = instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))!;
  const { percent, degrees } = matrixError(stored, truth);
  const verdict = result!.quality?.verdict ?? 'without a verdict';
  return {
    errors: { percent, degrees },
    verdict,
    ...(verdict !== 'good' && { faults: [`the verdict is ${verdict}`] }),
  };
}
