import { z } from 'zod';
import { SimulationError } from '../base/errors';
import { fraction, notNegative, positive } from '../base/options';
import { definePart } from '../base/part';
import { Detector, type CameraTruth } from './detector';

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
    saturationCounts: positive.max(65535).default(65535).describe('Counts at which a delivered pixel saturates.'),
    cameraDeadSeconds: notNegative
      .default(0)
      .describe('Seconds at the start of each exposure in which the cameras see nothing.'),
  },

  draw: (random) => ({
    readNoiseCounts: random.between(1, 4),
    staleDarkCounts: random.between(0, 0.5),
    staleGainVariation: random.between(0, 0.004),
    mtfAtNyquist: random.between(0.15, 0.4),
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
      superResolutionFactor: camera.superResolutionFactor ?? 1,
      deadTime: options.cameraDeadSeconds,
      stem: camera.stem ?? false,
      behindFilter: camera.behindFilter ?? false,
    })),

  start(truth, { key }) {
    const detectors = new Map(truth.map((camera) => [camera.index, new Detector(camera, key)]));
    return {
      /** The detector of a camera. @throws SimulationError for one that does not exist */
      detector(index: number): Detector {
        const detector = detectors.get(index);
        if (detector) return detector;
        throw new SimulationError(
          'simulation/no-such-camera',
          `The virtual microscope has no camera of index ${index}`,
          `Choose one of ${[...detectors.keys()].join(', ')}`,
        );
      },
    };
  },
});
