import { z } from 'zod';
import { SimulationError } from '../base/errors';
import { fraction, notNegative, positive } from '../base/options';
import { definePart } from '../base/part';
import { keyOf, RandomStream } from '../base/random';
import { Detector, type CameraTruth } from './detector';

/** Number of the stream of the scatter of start-up delays. */
const startupStream = 20;

const efficiency = z.number().gt(0).max(1);
/** Efficiencies of a counting camera at 300 kV as published. */
const publishedEfficiency = [
  [1.5, 0.95, 0.71, 0.32],
  [5, 0.8, 0.55, 0.26],
] as const;

/** The published efficiencies of a camera that reads faster and sees better by some factors. */
const efficiencyOf = (faster: number, better: number): readonly (readonly number[])[] =>
  publishedEfficiency.map(([rate, ...efficiencies]) => [
    rate * faster,
    ...efficiencies.map((each) => Math.min(1, each * better)),
  ]);

/** The cameras, each with its detector. */
export const cameras = definePart({
  name: 'cameras',
  stream: 12,
  options: {
    readNoiseCounts: notNegative.default(1.5).describe('Standard deviation of the read noise of a delivered pixel.'),
    darkLevelCounts: notNegative
      .default(40)
      .describe('Counts of a delivered pixel without electrons, before dark subtraction.'),
    staleDarkCounts: notNegative
      .default(0)
      .describe('Standard deviation of the additive pattern that a stale dark reference leaves in an unbinned pixel.'),
    gainVariation: fraction
      .default(0.05)
      .describe('Standard deviation of the gains of unbinned pixels, which gain normalization removes.'),
    staleGainVariation: fraction
      .default(0)
      .describe('Standard deviation of the pattern that a stale gain reference leaves in an unbinned pixel.'),
    mtfAtNyquist: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.3)
      .describe('Modulation transfer of the cameras at the Nyquist frequency, beyond that of a square pixel.'),
    countingEfficiency: z
      .array(z.tuple([positive, efficiency, efficiency, efficiency]))
      .default([])
      .describe(
        'Detective quantum efficiency of counting: electrons per physical pixel and second, and the efficiency there at zero frequency, at half the Nyquist frequency and at that; none where every electron is counted.',
      ),
    chargeVariance: notNegative
      .max(10)
      .default(0)
      .describe(
        'Variance of the charge that one electron leaves over the square of its mean, in linear readout; the efficiency is 1 over 1 plus this.',
      ),
    saturationCounts: positive.max(65535).default(65535).describe('Counts at which a delivered pixel saturates.'),
    cameraDeadSeconds: notNegative
      .default(0)
      .describe('Seconds at the start of each exposure in which the cameras see nothing.'),
    saturationCountsPerReadout: positive
      .max(65535)
      .default(65535)
      .describe('Counts at which a delivered pixel saturates within one read-out of the sensor, in linear readout.'),
    startupDelaySeconds: notNegative
      .max(60)
      .optional()
      .describe(
        'Seconds from the request of an image until its exposure begins; StartupDelay of the camera by default.',
      ),
    startupErrorSeconds: z
      .number()
      .min(-60)
      .max(60)
      .default(0)
      .describe('Seconds by which exposures really begin later than that.'),
    startupSpreadSeconds: notNegative
      .max(10)
      .default(0)
      .describe('Seconds by which the beginnings of exposures scatter evenly to both sides.'),
    builtInSettlingErrorSeconds: z
      .number()
      .min(-60)
      .max(60)
      .default(0)
      .describe('Seconds by which the settling that is built into a camera is longer than BuiltInSettling says.'),
    readoutIntervalSeconds: notNegative
      .max(10)
      .default(0)
      .describe(
        'Seconds from one read-out of a freely running sensor to the next, of which exposures are whole numbers; 0 for cameras that are read when asked.',
      ),
    rollingReadoutSeconds: notNegative
      .max(10)
      .default(0)
      .describe('Seconds by which the last row of a sensor begins and ends its exposure after the first.'),
  },

  draw: (random) => ({
    readNoiseCounts: random.between(1, 4),
    staleDarkCounts: random.between(0, 0.5),
    staleGainVariation: random.between(0, 0.004),
    mtfAtNyquist: random.between(0.15, 0.4),
    countingEfficiency: efficiencyOf(random.between(0.7, 2), random.between(0.93, 1.05)),
    chargeVariance: random.between(0.2, 0.8),
    cameraDeadSeconds: random.between(0, 0.003),
    startupErrorSeconds: random.between(-0.01, 0.05),
    startupSpreadSeconds: random.between(0.002, 0.03),
    builtInSettlingErrorSeconds: random.between(-0.005, 0.02),
    readoutIntervalSeconds: random.between(0.0005, 0.0025),
    rollingReadoutSeconds: random.between(0, 0.0025),
  }),

  truth: (options, _random, { instrument }): readonly CameraTruth[] =>
    instrument.cameras.map((camera) => ({
      index: camera.index,
      name: camera.name,
      width: camera.width,
      height: camera.height,
      gain: camera.countsPerElectron ?? 1,
      readNoise: options.readNoiseCounts,
      darkLevel: options.darkLevelCounts,
      fixedPatternDark: options.staleDarkCounts,
      gainVariation: options.gainVariation,
      fixedPatternGain: options.staleGainVariation,
      saturation: options.saturationCounts,
      mtfAtNyquist: options.mtfAtNyquist,
      counting: options.countingEfficiency.map(([doseRate, zero, half, nyquist]) => ({
        doseRate,
        zero,
        half,
        nyquist,
      })),
      chargeVariance: options.chargeVariance,
      pixelsPerPhysical: camera.pixelsPerPhysical ?? 1,
      superResolutionFactor: camera.superResolutionFactor ?? 1,
      saturationPerReadout: options.saturationCountsPerReadout,
      deadTime: options.cameraDeadSeconds,
      startup: {
        delay: options.startupDelaySeconds,
        error: options.startupErrorSeconds,
        spread: options.startupSpreadSeconds,
        builtInError: options.builtInSettlingErrorSeconds,
      },
      readoutInterval: options.readoutIntervalSeconds,
      rolling: options.rollingReadoutSeconds,
      stem: camera.stem ?? false,
      behindFilter: camera.behindFilter ?? false,
    })),

  start(truth, { key }) {
    const detectors = new Map(truth.map((camera) => [camera.index, new Detector(camera, key)]));
    const scatter = new RandomStream(keyOf(key, startupStream));
    /** The detector of a camera. @throws SimulationError for one that does not exist */
    const detector = (index: number): Detector => {
      const found = detectors.get(index);
      if (found) return found;
      throw new SimulationError(
        'simulation/no-such-camera',
        `The virtual microscope has no camera of index ${index}`,
        `Choose one of ${[...detectors.keys()].join(', ')}`,
      );
    };
    return {
      detector,
      commands: {
        /**
         * Asks a camera for an image. @returns seconds until its exposure begins, without the settling that was asked for
         * @param nominal its start-up delay and built-in settling by the site's properties, in seconds
         */
        requestExposure(index: number, nominal: { readonly startup: number; readonly builtIn?: number }): number {
          const { delay, error, spread, builtInError } = detector(index).truth.startup;
          const startup = (delay ?? nominal.startup) + error + scatter.between(-spread, spread);
          const builtIn = nominal.builtIn ? nominal.builtIn + builtInError : 0;
          return Math.max(0, startup) + Math.max(0, builtIn);
        },
      },
    };
  },
});
