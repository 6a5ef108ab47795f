import { z } from 'zod';
import { exponential, power } from '../../base/functions';
import type { Instrument } from '../../base/instrument';
import { notNegative, positive } from '../../base/options';
import { definePart } from '../../base/part';
import { normalization, type LensGroup } from '../lenses/normalization';
import { calibratedCondenser, type WidthTable } from './calibrated-condenser';
import type { ByProbe, IlluminationSettings } from './settings';

/** The truth of the condenser lenses. */
export interface CondenserTruth {
  /** True for lenses with a crossover; false for a beam that is spread to suit each magnification. */
  readonly hasCrossover: boolean;
  readonly startsInNanoprobe: boolean;
  /** True where a higher spot size is brighter. */
  readonly brightensUpwards: boolean;
  /** By spot size, from 1. */
  readonly crossovers: readonly ByProbe[];
  /** Nanoamperes by spot size, from 1, through the aperture of the start. */
  readonly currents: readonly number[];
  /** The same in nanoprobe where a site found them others. */
  readonly nanoprobeCurrents: readonly number[] | undefined;
  /** Widths of the beam outside low magnification where a site has measured its brightness, by `widthKey`; the law below holds elsewhere. */
  readonly widths: ReadonlyMap<string, WidthTable>;
  /** Micrometres of beam diameter for a unit of intensity from crossover. */
  readonly spread: ByProbe;
  readonly lowMagnificationSpread: number;
  readonly spreadsByAlpha: readonly number[];
  /** Micrometres. */
  readonly least: ByProbe;
  /** Milliradians of illumination half angle for a unit of intensity from the one at which the beam is parallel. */
  readonly convergencePerIntensity: number;
  /** The intensity of parallel illumination over that of crossover. */
  readonly parallelBeyondCrossover: ByProbe;
  /** Illuminated area that the column shows for a micrometre of spread. */
  readonly shownPerMicrometre: ByProbe;
  readonly constantBrightnessInNanoprobe: boolean;
  /** Half width of the loop of hysteresis, and the smallest change, in intensity. */
  readonly hysteresis: number;
  readonly step: number;
  /** The display of the lens in per cent: a factor to the intensity, and an offset by spot size. */
  readonly readoutFactor: ByProbe;
  readonly readoutOffsets: readonly ByProbe[];
}

const byProbe = (low: number, high: number): z.ZodTuple<[z.ZodNumber, z.ZodNumber]> =>
  z.tuple([z.number().min(low).max(high), z.number().min(low).max(high)]);
const probes = ([micro, nano]: readonly [number, number]): ByProbe => ({ micro, nano });
const groupsOfCondenser: ReadonlySet<LensGroup> = new Set(['condenser', 'illumination', 'all']);
const usualSpotSizes = 11;
const startIntensity = 0.5;

/** Spot sizes of an instrument, and the one that is brightest. */
export const spotSizesOf = ({
  spotSizes = usualSpotSizes,
  brightestSpotSize = 1,
}: Instrument): { readonly count: number; readonly brightest: number } => ({
  count: spotSizes,
  brightest: brightestSpotSize,
});

/** Number of spot sizes from the brightest one to another. */
const stepsFromBrightest = (instrument: Instrument, spotSize: number): number => {
  const { brightest } = spotSizesOf(instrument);
  return brightest === 1 ? spotSize - 1 : brightest - spotSize;
};

/** An entry of a list by a number from 1; that of the nearest where there is none. */
const nearest = <Value>(list: readonly Value[], number: number): Value =>
  list[Math.min(list.length, Math.max(1, Math.round(number))) - 1]!;

/**
 * The condenser lenses. The beam on the specimen is the shadow of the condenser aperture; it is as wide as the intensity is far from that of crossover,
 * and at crossover it is the image of the source.
 */
export const condenser = definePart({
  name: 'condenser',
  options: {
    condenser: z
      .enum(['plain', 'lenses'])
      .default('plain')
      .describe(
        "Law of the illumination: 'plain' spreads the beam to suit each magnification, so that images are as bright everywhere; 'lenses' gives it a crossover, with a width in micrometres and a current that do not depend on the magnification.",
      ),
    crossoverIntensities: byProbe(0, 1)
      .default([0.43, 0.37])
      .describe('Intensity of crossover at the brightest spot size, in microprobe and in nanoprobe.'),
    crossoverPerSpotSize: z
      .number()
      .default(0.003)
      .describe('Change of that intensity with each spot size towards dimmer ones.'),
    crossoverScatter: notNegative
      .default(0)
      .describe('Standard deviation of the intensity of crossover of a single spot size from that rule.'),
    beamMicrometresPerIntensity: z
      .tuple([positive, positive])
      .default([250, 25])
      .describe('Diameter of the beam for a unit of intensity from crossover, in microprobe and in nanoprobe.'),
    lowMagnificationBeamScale: positive
      .default(20)
      .describe('Factor by which the beam is wider in low magnification, where the objective lens is off.'),
    beamScalesByAlpha: z
      .array(positive)
      .default([])
      .describe('Factors by which the beam is wider at each alpha, from the first one.'),
    leastBeamMicrometres: z
      .tuple([positive, positive])
      .default([0.05, 0.01])
      .describe('Diameter of the beam at crossover, in microprobe and in nanoprobe.'),
    brightestNanoamperes: positive.default(12).describe('Current of the beam at the brightest spot size.'),
    currentFactorPerSpotSize: positive
      .default(1.8)
      .describe('Factor by which the current falls from one spot size to the next dimmer one.'),
    spotCurrentScatter: notNegative
      .default(0)
      .describe('Standard deviation of the current of a single spot size from that rule, as a fraction.'),
    parallelBeyondCrossover: z
      .tuple([z.number(), z.number()])
      .default([0.08, 0.08])
      .describe(
        'How far the intensity of parallel illumination lies above that of crossover, in microprobe and in nanoprobe.',
      ),
    convergencePerIntensityMilliradians: notNegative
      .default(0)
      .describe('Half angle of the illumination for a unit of intensity from that of parallel illumination.'),
    illuminatedAreaPerMicrometre: z
      .tuple([positive, positive])
      .default([1, 1])
      .describe(
        'Illuminated area that a column with three condensers shows for a micrometre of beam, in microprobe and in nanoprobe.',
      ),
    constantBrightnessInNanoprobe: z
      .boolean()
      .default(false)
      .describe('Whether the intensity leaves the brightness as it is in nanoprobe.'),
    intensityHysteresis: notNegative
      .default(0)
      .describe(
        'How far the condenser lens stays behind its intensity on the way up and down, until it is normalized.',
      ),
    intensityStep: notNegative
      .default(0)
      .describe('Smallest change of intensity that the column makes and reads back; 0 for none.'),
    condenserReadoutFactors: z
      .tuple([positive, positive])
      .default([1, 1])
      .describe('Per cent on the display of the condenser lens for a per cent of intensity, in both probe modes.'),
    condenserReadoutOffsets: z
      .array(z.tuple([z.number(), z.number()]))
      .default([])
      .describe('Offset of that display, as a fraction, at each spot size from 1, in both probe modes.'),
  },

  draw: (random) => ({
    crossoverIntensities: [random.between(0.38, 0.46), random.between(0.33, 0.4)],
    crossoverPerSpotSize: random.between(0.001, 0.005),
    crossoverScatter: random.between(0.0002, 0.001),
    beamMicrometresPerIntensity: [random.between(150, 350), random.between(15, 40)],
    lowMagnificationBeamScale: random.between(12, 30),
    leastBeamMicrometres: [random.between(0.02, 0.1), random.between(0.003, 0.02)],
    brightestNanoamperes: random.between(6, 25),
    currentFactorPerSpotSize: random.between(1.5, 2.1),
    spotCurrentScatter: random.between(0.02, 0.08),
    parallelBeyondCrossover: [random.between(0.04, 0.12), random.between(0.04, 0.12)],
    illuminatedAreaPerMicrometre: [random.between(0.9, 1.1), random.between(0.9, 1.1)],
    intensityHysteresis: random.between(0.00002, 0.0001),
    condenserReadoutFactors: [random.between(0.9, 1.1), random.between(0.9, 1.1)],
    condenserReadoutOffsets: Array.from({ length: 13 }, () => random.pair(0.01)),
  }),

  truth(options, random, context): CondenserTruth {
    const { instrument, twin } = context;
    const calibrated = new Map(twin ? instrument.crossovers?.map(({ spot, ...probes }) => [spot, probes]) : []);
    const spots = Array.from({ length: spotSizesOf(instrument).count }, (_, k) =>
      stepsFromBrightest(instrument, k + 1),
    );
    const [micro, nano] = options.crossoverIntensities;
    const crossovers = spots.map((steps, at): ByProbe => {
      const shift = steps * options.crossoverPerSpotSize;
      const drawn = {
        micro: micro + shift + options.crossoverScatter * random.normal(),
        nano: nano + shift + options.crossoverScatter * random.normal(),
      };
      const own = calibrated.get(at + 1);
      return { micro: own?.micro || drawn.micro, nano: own?.nano || drawn.nano };
    });
    const currents = spots.map(
      (steps) =>
        options.brightestNanoamperes *
        power(options.currentFactorPerSpotSize, -steps) *
        exponential(options.spotCurrentScatter * random.normal()),
    );
    const spread = probes(options.beamMicrometresPerIntensity);
    const site = calibratedCondenser(context, crossovers, currents, {
      spreads: spread,
      least: probes(options.leastBeamMicrometres),
    });
    return {
      hasCrossover: options.condenser === 'lenses',
      startsInNanoprobe: instrument.hasNanoprobe ?? true,
      brightensUpwards: spotSizesOf(instrument).brightest !== 1,
      crossovers,
      currents: site?.currents.map(({ micro }) => micro) ?? currents,
      nanoprobeCurrents: site?.currents.map(({ nano }) => nano),
      widths: site?.widths ?? new Map<string, WidthTable>(),
      spread,
      lowMagnificationSpread: options.lowMagnificationBeamScale,
      spreadsByAlpha: options.beamScalesByAlpha,
      least: probes(options.leastBeamMicrometres),
      convergencePerIntensity: options.convergencePerIntensityMilliradians,
      parallelBeyondCrossover: probes(options.parallelBeyondCrossover),
      shownPerMicrometre: probes(options.illuminatedAreaPerMicrometre),
      constantBrightnessInNanoprobe: options.constantBrightnessInNanoprobe,
      hysteresis: options.intensityHysteresis,
      step: options.intensityStep,
      readoutFactor: probes(options.condenserReadoutFactors),
      readoutOffsets: options.condenserReadoutOffsets.map(probes),
    };
  },

  start({ step, hysteresis }, { of }) {
    let held = startIntensity;
    let lens = startIntensity;
    of(normalization).normalized.follow((lenses) => {
      if (groupsOfCondenser.has(lenses)) lens = held;
    });
    return {
      /** The intensity as it reads. */
      held: () => held,
      /** The intensity as the lens has it, which follows a setting only when the loop of hysteresis is used up. */
      lens: () => lens,
      excite(wanted: number): void {
        held = step > 0 ? Math.round(wanted / step) * step : wanted;
        lens = hysteresis > 0 ? Math.min(held + hysteresis, Math.max(held - hysteresis, lens)) : held;
      },
    };
  },
});

/** Intensity of crossover at a spot size and probe mode. */
export const crossoverOf = (
  { crossovers }: CondenserTruth,
  { spotSize, probeMode }: Pick<IlluminationSettings, 'spotSize' | 'probeMode'>,
): number => nearest(crossovers, spotSize)[probeMode];

/** Current of the beam in nanoamperes; what passes the aperture goes with its area. */
export const currentOf = (
  { currents, nanoprobeCurrents }: CondenserTruth,
  { spotSize, aperture, probeMode }: Pick<IlluminationSettings, 'spotSize' | 'aperture' | 'probeMode'>,
): number =>
  nearest((probeMode === 'nano' ? nanoprobeCurrents : undefined) ?? currents, spotSize) * aperture * aperture;

/** The display of the condenser lens in per cent. */
export const readoutOf = (
  { readoutFactor, readoutOffsets }: CondenserTruth,
  { intensity, spotSize, probeMode }: Pick<IlluminationSettings, 'intensity' | 'spotSize' | 'probeMode'>,
): number => 100 * (readoutFactor[probeMode] * intensity + (readoutOffsets[spotSize - 1]?.[probeMode] ?? 0));

/** Half angle of the illumination in milliradians. */
export const convergenceOf = (truth: CondenserTruth, settings: IlluminationSettings): number =>
  truth.convergencePerIntensity *
  settings.aperture *
  Math.abs(settings.intensity - crossoverOf(truth, settings) - truth.parallelBeyondCrossover[settings.probeMode]);
