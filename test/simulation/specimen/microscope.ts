import {
  buildTruth,
  simulatorOptions,
  VirtualMicroscope,
  type Exposure,
  type Instrument,
  type Truth,
} from '../../../simulation';
import { still } from '../bench';

/** A microscope with a square camera of one pixel size, bright enough that noise does not matter. */
export interface Closeup {
  readonly microscope: VirtualMicroscope;
  readonly truth: Truth;
  readonly clock: { seconds: number };
  readonly take: (request?: Partial<Parameters<VirtualMicroscope['expose']>[0]>) => Exposure;
}

/** Electrons on each pixel of an image of a closeup. */
const electrons = 40000;

/** A closeup of a specimen. @param pixel nanometres */
export function closeup(
  options: Record<string, unknown>,
  {
    size = 512,
    pixel = 0.2,
    seed = 1,
    rotation = 96,
  }: { size?: number; pixel?: number; seed?: number; rotation?: number } = {},
): Closeup {
  const instrument: Instrument = {
    magnifications: [{ index: 28, magnification: 80000, low: false }],
    cameras: [{ index: 0, name: 'square', width: size, height: size, superResolutionFactor: 2 }],
    views: [{ magIndex: 28, camera: 0, pixelSizeMicrometres: pixel / 1000, rotationDegrees: rotation }],
    specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
  };
  const clock = { seconds: 0 };
  const truth = buildTruth(
    simulatorOptions.parse({
      ...still,
      // A pixel of a 512th of the field gets this number; with more pixels each gets less.
      electronsPerFieldPixelPerSecond: electrons * (size / 512) ** 2,
      mtfAtNyquist: 1,
      readNoiseCounts: 0,
      ...options,
    }),
    instrument,
  );
  const microscope = new VirtualMicroscope(truth, { seed, now: () => clock.seconds });
  return {
    microscope,
    truth,
    clock,
    take: (request = {}) => microscope.expose({ camera: 0, binning: 1, exposure: 1, ...request }),
  };
}
