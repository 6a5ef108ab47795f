import { z } from 'zod';
import { cosine, direction, hypotenuse, sine } from '../../base/functions';
import { notNegative, pair } from '../../base/options';
import { definePart } from '../../base/part';
import { enlarged, inverted, scaled, sum, vectorOf, type PlaneMatrix, type PlaneVector } from '../../base/plane';
import { stigmators } from '../deflectors/stigmators';
import type { CondenserBeam } from './settings';

/** The truth of the shape of the beam. */
export interface BeamShapeTruth {
  /** Two-fold astigmatism of the condenser with its stigmator at zero, as intensity by which the line foci lie from crossover. */
  readonly astigmatism: PlaneVector;
  readonly stigmatorStrength: number;
  /** Degrees. */
  readonly stigmatorAngle: number;
  /** Slope of the density over the radius of the beam, and the fraction by which its rim is brighter than its mean. */
  readonly slope: PlaneVector;
  readonly brighterRim: number;
  readonly fringeFree: boolean;
  /** Micrometres from the specimen to the image of the condenser aperture. */
  readonly apertureImage: number;
  /** Half angle of the source in milliradians, which smears the fringes. */
  readonly source: number;
}

/** The edge of a beam whose aperture is not in focus. */
export interface FringeTruth {
  /** Micrometres from the specimen to the image of the condenser aperture. */
  readonly apertureImage: number;
  /** Milliradians. */
  readonly source: number;
}

/** The shape of a beam that is not an even disc. */
export interface BeamShape {
  /** Specimen plane, micrometres from the centre of the beam, to a disc of radius 1. */
  readonly toDisc: PlaneMatrix;
  readonly slope: PlaneVector;
  readonly brighterRim: number;
  readonly fringes?: FringeTruth;
}

/** The outline of the beam on the specimen. */
export interface Outline {
  /** Micrometres: the diameter of the disc of the same area. */
  readonly diameter: number;
  readonly shape?: BeamShape;
}

/** The shape of the beam: round or elliptic, even or not, with fringes at its edge. */
export const beamShape = definePart({
  name: 'beamShape',
  options: {
    condenserAstigmatism: pair
      .default([0, 0])
      .describe(
        'Two-fold astigmatism of the condenser with its stigmator at zero, as real and imaginary part: the intensity from crossover at which the beam is a line.',
      ),
    condenserStigmatorIntensity: notNegative
      .default(0.02)
      .describe('The same for the condenser stigmator at the end of its range.'),
    condenserStigmatorAngleDegrees: z
      .number()
      .default(0)
      .describe('Direction in which the first condenser stigmator acts.'),
    beamSlope: pair
      .default([0, 0])
      .describe('Fraction by which the beam is brighter at its edge than in its centre, along specimen X and Y.'),
    beamRim: z
      .number()
      .min(-0.9)
      .max(0.9)
      .default(0)
      .describe('Fraction by which the rim of the beam is brighter than its mean, and its centre darker.'),
    fringeFree: z
      .boolean()
      .default(true)
      .describe('Whether the condenser aperture is in focus on the specimen, so that the beam has no Fresnel fringes.'),
    apertureImageMicrometres: z
      .number()
      .default(500)
      .describe('Distance from the specimen to the image of the condenser aperture, where it is not in focus.'),
    sourceMilliradians: notNegative
      .default(0.002)
      .describe('Half angle of the source as the specimen sees it, which smears the fringes at the edge of the beam.'),
  },
  draw: (random) => ({
    condenserAstigmatism: random.pair(0.0005),
    condenserStigmatorIntensity: random.between(0.01, 0.04),
    condenserStigmatorAngleDegrees: random.between(0, 90),
    beamSlope: random.pair(0.03),
    beamRim: random.between(-0.04, 0.04),
    apertureImageMicrometres: random.eitherSign(200, 1500),
    sourceMilliradians: random.between(0.001, 0.01),
  }),
  truth: (options): BeamShapeTruth => ({
    astigmatism: vectorOf(options.condenserAstigmatism),
    stigmatorStrength: options.condenserStigmatorIntensity,
    stigmatorAngle: options.condenserStigmatorAngleDegrees,
    slope: vectorOf(options.beamSlope),
    brighterRim: options.beamRim,
    fringeFree: options.fringeFree,
    apertureImage: options.apertureImageMicrometres,
    source: options.sourceMilliradians,
  }),
  start(truth, { of }) {
    const poles = of(stigmators);
    // An astigmatism repeats after half a turn, so that it turns by twice the angle.
    const angle = (truth.stigmatorAngle * Math.PI) / 90;
    const [along, across] = [cosine(angle), sine(angle)];
    const fringes = truth.fringeFree ? {} : { fringes: { apertureImage: truth.apertureImage, source: truth.source } };
    const even = truth.slope.x === 0 && truth.slope.y === 0 && truth.brighterRim === 0 && truth.fringeFree;
    return {
      /** The outline of a beam. */
      outline(beam: CondenserBeam): Outline {
        const { x, y } = poles.readings().condenserStigmator;
        const poled = scaled({ x: x * along - y * across, y: x * across + y * along }, truth.stigmatorStrength);
        const astigmatism = sum(truth.astigmatism, poled);
        const stretch = beam.spreadPerIntensity * hypotenuse(astigmatism.x, astigmatism.y);
        const long = widened(beam.spread + stretch, beam.least);
        const short = widened(beam.spread - stretch, beam.least);
        const diameter = stretch === 0 ? long : Math.sqrt(long * short);
        if (stretch === 0 && even) return { diameter };
        const axis = direction(astigmatism.y, astigmatism.x) / 2;
        return {
          diameter,
          shape: {
            toDisc: inverted(ellipse(long / 2, short / 2, axis)),
            slope: truth.slope,
            brighterRim: truth.brighterRim,
            ...fringes,
          },
        };
      },
    };
  },
});

/** An outline that is larger by a factor. */
export const enlargedOutline = ({ diameter, shape }: Outline, factor: number): Outline => ({
  diameter: diameter * factor,
  ...(shape && { shape: { ...shape, toDisc: enlarged(shape.toDisc, 1 / factor) } }),
});

/** Width of a beam by its spread and the image of its source. */
const widened = (spread: number, least: number): number =>
  least === 0 ? Math.abs(spread) : Math.sqrt(spread * spread + least * least);

/** The matrix of an ellipse from a disc of radius 1. */
function ellipse(long: number, short: number, axis: number): PlaneMatrix {
  const [c, s] = [cosine(axis), sine(axis)];
  return {
    xpx: long * c * c + short * s * s,
    xpy: (long - short) * c * s,
    ypx: (long - short) * c * s,
    ypy: long * s * s + short * c * c,
  };
}
