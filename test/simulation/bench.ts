import {
  buildTruth,
  simulatorOptions,
  VirtualMicroscope,
  type Exposure,
  type Instrument,
  type Truth,
} from '../../simulation';

/** Settings under which the specimen stands still and the stage goes where it is sent. */
export const still = {
  pixelScaleError: 0,
  rotationErrorDegrees: 0,
  driftNmPerSecond: [0, 0],
  imageShiftSettlingFraction: 0,
  imageShiftSettlingFractionLowMagnification: 0,
  stageCycleError: [0, 0],
  stageBacklashMicrometres: 0,
  stageRepeatabilityNm: 0,
  stageSettlingFraction: 0,
};

/** An instrument with a low, a middle and a high magnification, and two cameras of which the second is turned. */
export const instrument: Instrument = {
  magnifications: [
    { index: 4, magnification: 200, low: true },
    { index: 17, magnification: 2500, low: false },
    { index: 28, magnification: 80000, low: false },
  ],
  cameras: [
    { index: 0, name: 'straight', width: 512, height: 384, superResolutionFactor: 2 },
    { index: 1, name: 'turned', width: 300, height: 300 },
  ],
  views: [
    { magIndex: 4, camera: 0, pixelSizeMicrometres: 0.4, rotationDegrees: -20 },
    { magIndex: 17, camera: 0, pixelSizeMicrometres: 0.03, rotationDegrees: 84 },
    { magIndex: 28, camera: 0, pixelSizeMicrometres: 0.001, rotationDegrees: 96 },
    { magIndex: 17, camera: 1, pixelSizeMicrometres: 0.02, rotationDegrees: -6 },
  ],
  specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};

/** A microscope with a clock that the test turns. */
export interface Bench {
  readonly microscope: VirtualMicroscope;
  readonly truth: Truth;
  readonly clock: { seconds: number };
}

/** A microscope that stands still but for the options given. @param seed of everything random */
export function bench(
  options: Record<string, unknown> = {},
  seed = 1,
  change: (truth: Truth) => Truth = (truth) => truth,
): Bench {
  const clock = { seconds: 0 };
  const truth = change(
    buildTruth(simulatorOptions.parse({ ...still, electronsPerFieldPixelPerSecond: 6000, ...options }), instrument),
  );
  return { microscope: new VirtualMicroscope(truth, { seed, now: () => clock.seconds }), truth, clock };
}

/** Mean and variance of counts. */
export function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  const mean = sum / values.length;
  let square = 0;
  for (let k = 0; k < values.length; k++) square += (values[k]! - mean) ** 2;
  return { mean, variance: square / values.length };
}

/**
 * Displacement of the features of `before` in `after`, in pixels of the images, X right and Y up.
 * The sum of squared differences of a central patch is searched exhaustively about a guess and its minimum fitted by parabolas: no Fourier transform.
 */
export function motion(
  before: Exposure,
  after: Exposure,
  guess: { x: number; y: number },
  reach = 4,
): { x: number; y: number } {
  const { width, height } = before;
  const difference = (dx: number, dy: number): number => {
    let sum = 0;
    let count = 0;
    for (let row = 20; row < height - 20; row++) {
      const to = row + dy;
      if (to < 0 || to >= height) continue;
      for (let column = 20; column < width - 20; column++) {
        const across = column + dx;
        if (across < 0 || across >= width) continue;
        sum += (before.data[row * width + column]! - after.data[to * width + across]!) ** 2;
        count++;
      }
    }
    return sum / count;
  };
  const found = { dx: 0, dy: 0, least: Infinity };
  for (let dy = Math.round(-guess.y) - reach; dy <= Math.round(-guess.y) + reach; dy++) {
    for (let dx = Math.round(guess.x) - reach; dx <= Math.round(guess.x) + reach; dx++) {
      const value = difference(dx, dy);
      if (value < found.least) Object.assign(found, { dx, dy, least: value });
    }
  }
  const vertex = (low: number, high: number): number => (low - high) / (2 * (low + high - 2 * found.least));
  const x = found.dx + vertex(difference(found.dx - 1, found.dy), difference(found.dx + 1, found.dy));
  const y = found.dy + vertex(difference(found.dx, found.dy - 1), difference(found.dx, found.dy + 1));
  return { x, y: -y };
}
