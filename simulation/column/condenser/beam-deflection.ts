import { z } from 'zod';
import { cosine, sine } from '../../base/functions';
import { matrixRows, pair, positive, signedFraction } from '../../base/options';
import { definePart } from '../../base/part';
import {
  matrixOf,
  multiplied,
  origin,
  rotationMatrix,
  sum,
  vectorOf,
  type PlaneMatrix,
  type PlaneVector,
} from '../../base/plane';
import { calibratedBeamShift } from './calibrated-beam-shift';
import { SettlingVector, type SettlingTerm } from '../../base/settling';
import type { IlluminationSettings } from './settings';

/** The settings on which the place of the beam depends. */
export type DeflectionSettings = Omit<IlluminationSettings, 'intensity' | 'aperture'>;

/** The truth of the place of the beam, beyond the centre and the matrix outside low magnification. */
export interface BeamDeflectionTruth {
  /** Beam shift to specimen in low magnification; as outside where there is none. */
  readonly lowMagnification: PlaneMatrix | undefined;
  /** Beam shift to specimen in nanoprobe, as a site has it; otherwise the change that comes after that of microprobe. */
  readonly calibratedNanoprobe: PlaneMatrix | undefined;
  readonly nanoprobe: PlaneMatrix | undefined;
  /** Matrices by alpha that come after the beam shift. */
  readonly byAlpha: readonly PlaneMatrix[];
  /** Places of the beam by spot size from 1, by alpha from 0, and in nanoprobe, micrometres on the specimen. */
  readonly spotShifts: readonly PlaneVector[];
  readonly alphaShifts: readonly PlaneVector[];
  readonly nanoprobeShift: PlaneVector;
  /** Tilt of the beam by alpha from 0, milliradians on the specimen. */
  readonly alphaTilts: readonly PlaneVector[];
  readonly settling: readonly SettlingTerm[];
}

const pairs = z.array(pair).default([]);
/** Spot size and alpha at which an operator has centred the beam, so that what is drawn is zero there. */
const centredSpot = 5;

/** The way from beam shift to the place of the beam, which spot size, probe mode and alpha change. */
export const beamDeflection = definePart({
  name: 'beamDeflection',
  options: {
    beamShiftToSpecimenLowMagnification: matrixRows
      .optional()
      .describe(
        'Rows of the matrix from beam-shift units to micrometres on the specimen in low magnification; as outside by default.',
      ),
    beamShiftScaleNanoprobe: positive.default(1).describe('Factor by which beam shift does more in nanoprobe.'),
    beamShiftTurnNanoprobeDegrees: z
      .number()
      .default(0)
      .describe('Angle by which beam shift is turned in nanoprobe, counter-clockwise.'),
    beamShiftScalesByAlpha: z
      .array(positive)
      .default([])
      .describe('Factors by which beam shift does more at each alpha, from the first one.'),
    beamShiftTurnsByAlphaDegrees: z
      .array(z.number())
      .default([])
      .describe('Angles by which beam shift is turned at each alpha, from the first one, counter-clockwise.'),
    spotBeamShiftsMicrometres: pairs.describe('Where each spot size, from 1, moves the beam on the specimen.'),
    alphaBeamShiftsMicrometres: pairs.describe('Where each alpha, from the first one, moves the beam on the specimen.'),
    nanoprobeBeamShiftMicrometres: pair.default([0, 0]).describe('Where nanoprobe moves the beam on the specimen.'),
    alphaBeamTiltsMilliradians: pairs.describe('How each alpha, from the first one, tilts the beam on the specimen.'),
    beamShiftSettlingFraction: signedFraction
      .default(0)
      .describe('Fraction of a beam shift that has not arrived at once.'),
    beamShiftSettlingSeconds: positive
      .default(0.1)
      .describe('Seconds in which the missing part of a beam shift falls to 1/e.'),
  },

  draw(random) {
    const angle = random.between(-0.5, 0.5);
    const scale = random.between(8, 20);
    const spots = Array.from({ length: 13 }, () => random.pair(0.05));
    const [x, y] = spots[centredSpot - 1]!;
    return {
      beamShiftToSpecimenLowMagnification: [
        [scale * cosine(angle), -scale * sine(angle)],
        [scale * sine(angle), scale * cosine(angle)],
      ],
      beamShiftScaleNanoprobe: random.between(0.95, 1.05),
      beamShiftTurnNanoprobeDegrees: random.between(-5, 5),
      beamShiftScalesByAlpha: [1, ...Array.from({ length: 8 }, () => random.between(0.9, 1.1))],
      beamShiftTurnsByAlphaDegrees: [0, ...Array.from({ length: 8 }, () => random.between(-4, 4))],
      spotBeamShiftsMicrometres: spots.map((each) => [each[0] - x, each[1] - y]),
      alphaBeamShiftsMicrometres: [[0, 0], ...Array.from({ length: 8 }, () => random.pair(0.2))],
      alphaBeamTiltsMilliradians: [[0, 0], ...Array.from({ length: 8 }, () => random.pair(0.5))],
      beamShiftSettlingFraction: random.between(0.002, 0.02),
      beamShiftSettlingSeconds: random.between(0.05, 0.3),
    };
  },

  truth(options, _random, context): BeamDeflectionTruth {
    const low = options.beamShiftToSpecimenLowMagnification;
    const [nanoScale, nanoTurn] = [options.beamShiftScaleNanoprobe, options.beamShiftTurnNanoprobeDegrees];
    const scales = options.beamShiftScalesByAlpha;
    const turns = options.beamShiftTurnsByAlphaDegrees;
    const fraction = options.beamShiftSettlingFraction;
    return {
      lowMagnification: calibratedBeamShift(context, true) ?? (low && matrixOf(low)),
      calibratedNanoprobe: calibratedBeamShift(context, false, 'nano'),
      nanoprobe: nanoScale === 1 && nanoTurn === 0 ? undefined : rotationMatrix(nanoTurn, nanoScale),
      byAlpha: Array.from({ length: Math.max(scales.length, turns.length) }, (_, alpha) =>
        rotationMatrix(turns[alpha] ?? 0, scales[alpha] ?? 1),
      ),
      spotShifts: options.spotBeamShiftsMicrometres.map((each) => vectorOf(each)),
      alphaShifts: options.alphaBeamShiftsMicrometres.map((each) => vectorOf(each)),
      nanoprobeShift: vectorOf(options.nanoprobeBeamShiftMicrometres),
      alphaTilts: options.alphaBeamTiltsMilliradians.map((each) => vectorOf(each)),
      settling: fraction === 0 ? [] : [{ fraction, timeConstant: options.beamShiftSettlingSeconds }],
    };
  },

  start(truth, { now }) {
    const shift = new SettlingVector();
    return {
      /** Beam shift as set. */
      setting: () => shift.setting,
      deflect: (value: PlaneVector): void => shift.set(value, now(), truth.settling),
      /** Beam shift as the coils have it. */
      reached: (time: number): PlaneVector => (truth.settling.length > 0 ? shift.at(time) : shift.setting),
    };
  },
});

/** Beam shift to specimen at the given settings. @param regular the matrix outside low magnification, in microprobe and at the first alpha */
export function beamShiftMatrix(
  { lowMagnification, calibratedNanoprobe, nanoprobe, byAlpha }: BeamDeflectionTruth,
  regular: PlaneMatrix,
  settings: Omit<DeflectionSettings, 'spotSize'>,
): PlaneMatrix {
  const inNanoprobe = settings.probeMode === 'nano';
  const base = (settings.lowMagnification ? lowMagnification : undefined) ?? regular;
  const turned = inNanoprobe && nanoprobe ? multiplied(nanoprobe, base) : base;
  const turnedBase = (inNanoprobe && !settings.lowMagnification ? calibratedNanoprobe : undefined) ?? turned;
  const alpha = byAlpha[settings.alpha];
  return alpha ? multiplied(alpha, turnedBase) : turnedBase;
}

/** Displacement of the beam on the specimen by spot size, probe mode and alpha, micrometres. */
export function beamPlace(truth: BeamDeflectionTruth, { spotSize, probeMode, alpha }: DeflectionSettings): PlaneVector {
  const byMode = sum(truth.spotShifts[spotSize - 1] ?? origin, truth.alphaShifts[alpha] ?? origin);
  return probeMode === 'nano' ? sum(byMode, truth.nanoprobeShift) : byMode;
}
