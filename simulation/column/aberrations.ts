import { z } from 'zod';
import { cosine, direction, sine } from '../base/functions';
import { matrixRows, notNegative, pair } from '../base/options';
import { calibratedBy, viewKey, type Instrument, type ProbeMode } from '../base/instrument';
import { definePart, type Aberrations, type TruthContext } from '../base/part';
import {
  determinantOf,
  difference,
  inverted,
  matrixOf,
  multiplied,
  origin,
  scaled,
  sum,
  transformed,
  vectorOf,
  type PlaneMatrix,
  type PlaneVector,
} from '../base/plane';
import { deflectors, type DeflectorTruth } from './deflectors/deflectors';
import { imageShift } from './deflectors/image-shift';
import { magnification } from './lenses/magnification';
import { stigmators } from './deflectors/stigmators';

const milli = 1e-3;

/** The aberrations of the objective lens that have a direction, and what tilted illumination and stigmators add to them. */
export interface AberrationTruth {
  /** Radians in the frame of the specimen for one unit of beam tilt. */
  readonly beamTiltToSpecimen: PlaneMatrix;
  /** The same in nanoprobe, of which the part for tuning takes care; as in microprobe where there is none. */
  readonly nanoprobeTiltToSpecimen?: PlaneMatrix | undefined;
  /** Tilt at which an image is free of coma, radians in the frame of the specimen. */
  readonly comaFreeAxis: PlaneVector;
  /** Displacement of the image for a radian of tilt that no focus explains, as a complex factor in micrometres. */
  readonly pivotError: PlaneVector;
  /** Micrometres of A1 for the whole range of the objective stigmator, and the direction of its first axis in degrees. */
  readonly stigmatorStrength: number;
  readonly stigmatorAngle: number;
  /** True where the second axis of the stigmator comes before the first one, counter-clockwise. */
  readonly stigmatorMirrored: boolean;
  /** Micrometres, with all coils at zero. */
  readonly astigmatism: PlaneVector;
  readonly coma: PlaneVector;
  readonly threefold: PlaneVector;
  /** Radians of tilt, and micrometres of astigmatism, for a micrometre of image shift on the specimen. */
  readonly imageShiftTilt: number;
  readonly imageShiftAstigmatism: number;
}

/**
 * The aberrations without symmetry. The axis that is free of coma is not where the beam tilt reads zero, and image shift moves it: the beam then passes the
 * lens off its centre (Glaeser, Typke, Tiemeijer, Pulokas and Cheng, J. Struct. Biol. 174 (2011) 1).
 */
export const aberrations = definePart({
  name: 'aberrations',
  options: {
    beamTiltToSpecimen: matrixRows
      .default([
        [1, 0],
        [0, 1],
      ])
      .describe('Rows of the matrix from beam-tilt units to milliradians along specimen X and Y.'),
    beamTiltToSpecimenNanoprobe: matrixRows.optional().describe('The same in nanoprobe; as in microprobe by default.'),
    comaFreeAxisMilliradians: pair
      .default([0, 0])
      .describe(
        'Tilt of the illumination against the zero of beam tilt at which images are free of coma, along specimen X and Y.',
      ),
    pivotErrorNmPerMilliradian: pair
      .default([0, 0])
      .describe('Displacement of the image by beam tilt that does not depend on focus: along the tilt, and across it.'),
    objectiveStigmatorMicrometres: notNegative
      .default(1.3)
      .describe('Two-fold astigmatism of the objective stigmator at the end of its range.'),
    objectiveStigmatorAngleDegrees: z
      .number()
      .default(0)
      .describe('Direction in which the first objective stigmator acts.'),
    astigmatismNm: pair
      .default([0, 0])
      .describe('Two-fold astigmatism with the stigmator at zero, as real and imaginary part.'),
    comaNm: pair.default([0, 0]).describe('Axial coma about the zero of beam tilt, as real and imaginary part.'),
    threefoldAstigmatismNm: pair.default([0, 0]).describe('Three-fold astigmatism, as real and imaginary part.'),
    imageShiftTiltMilliradiansPerMicrometre: z
      .number()
      .default(0)
      .describe('Tilt against the axis that is free of coma for a micrometre of image shift; 0.43 on a Krios.'),
    imageShiftAstigmatismNmPerMicrometre: z
      .number()
      .default(0)
      .describe('Two-fold astigmatism for a micrometre of image shift; 15 on a Krios.'),
  },
  draw(random) {
    // The coils have an angle of their own against the specimen, and are neither quite equal nor quite square to each other.
    const angle = random.between(-Math.PI, Math.PI);
    const [first, second] = [random.between(0.95, 1.05), random.between(0.95, 1.05)];
    const across = angle + Math.PI / 2 + random.between(-0.03, 0.03);
    return {
      beamTiltToSpecimen: [
        [first * cosine(angle), second * cosine(across)],
        [first * sine(angle), second * sine(across)],
      ],
      comaFreeAxisMilliradians: random.pair(0.7),
      pivotErrorNmPerMilliradian: random.pair(0.8),
      objectiveStigmatorMicrometres: random.between(1.3, 10),
      objectiveStigmatorAngleDegrees: random.between(0, 360),
      astigmatismNm: random.pair(60),
      comaNm: random.pair(300),
      threefoldAstigmatismNm: random.pair(200),
      // About the figures of a Krios.
      imageShiftTiltMilliradiansPerMicrometre: random.between(0.3, 0.55),
      imageShiftAstigmatismNmPerMicrometre: random.between(8, 20),
    };
  },
  truth: (options, _random, context): AberrationTruth => ({
    beamTiltToSpecimen: calibratedTilt(context, 'micro') ?? matrixOf(options.beamTiltToSpecimen),
    nanoprobeTiltToSpecimen:
      calibratedTilt(context, 'nano') ??
      (options.beamTiltToSpecimenNanoprobe && matrixOf(options.beamTiltToSpecimenNanoprobe)),
    comaFreeAxis: vectorOf(options.comaFreeAxisMilliradians, milli),
    // Nanometres per milliradian are micrometres per radian.
    pivotError: vectorOf(options.pivotErrorNmPerMilliradian),
    stigmatorStrength: options.objectiveStigmatorMicrometres,
    stigmatorAngle: options.objectiveStigmatorAngleDegrees,
    stigmatorMirrored: false,
    ...calibratedStigmator(context),
    astigmatism: vectorOf(options.astigmatismNm, milli),
    coma: vectorOf(options.comaNm, milli),
    threefold: vectorOf(options.threefoldAstigmatismNm, milli),
    imageShiftTilt: options.imageShiftTiltMilliradiansPerMicrometre * milli,
    imageShiftAstigmatism: options.imageShiftAstigmatismNmPerMicrometre * milli,
  }),

  start(truth, { of }) {
    const [coils, poles, shift, lenses] = [of(deflectors), of(stigmators), of(imageShift), of(magnification)];
    const axes = stigmatorAxes(truth);
    const shiftOnSpecimen = (time: number, camera: number): PlaneVector => {
      const view = lenses.view(camera);
      if (!view || (truth.imageShiftTilt === 0 && truth.imageShiftAstigmatism === 0)) return origin;
      return transformed(inverted(view.specimenToCamera), shift.imageDisplacement(time, camera));
    };
    return {
      aberrations(time: number, camera: number): Partial<Aberrations> {
        const shifted = shiftOnSpecimen(time, camera);
        const { beamTilt, imageBeamTilt } = coils.readings();
        const radians = (milliradians: PlaneVector): PlaneVector =>
          scaled(transformed(truth.beamTiltToSpecimen, milliradians), milli);
        const tilt = radians(beamTilt);
        const off = sum(
          difference(sum(tilt, radians(imageBeamTilt)), truth.comaFreeAxis),
          scaled(shifted, truth.imageShiftTilt),
        );
        const { x, y } = poles.objective();
        const poled = sum(scaled(axes.x, x), scaled(axes.y, y));
        return {
          tilt: off,
          astigmatism: sum(sum(truth.astigmatism, poled), scaled(shifted, truth.imageShiftAstigmatism)),
          coma: truth.coma,
          threefold: truth.threefold,
          // The image-beam tilt is turned back below the lens, which takes the wrong pivot point out.
          displacement: times(truth.pivotError, tilt),
        };
      },
    };
  },
});

/**
 * Beam tilt as the focus calibrations of a site have it, milliradians along the specimen: an image moves by twice the tilt for a micrometre of defocus from
 * one tilt to the opposite one. Where the site has not calibrated the second coil it stands across the first.
 */
function calibratedTilt({ instrument, truthOf }: TruthContext, mode: ProbeMode): PlaneMatrix | undefined {
  const { views } = truthOf(magnification);
  const tilts = calibratedBy(instrument, 'FocusCalibration').flatMap(
    ({ magIndex, camera, direction: coil, slopeX, slopeY, probe }) => {
      const view = views.get(viewKey(magIndex!, camera!));
      if (!view || (probe === 0) !== (mode === 'nano')) return [];
      const unit = tiltUnit(instrument, truthOf(deflectors));
      const seen = transformed(inverted(view.specimenToCamera), { x: slopeX!, y: slopeY! });
      return [{ coil, tilt: scaled(seen, -1 / (2 * milli * unit)) }];
    },
  );
  const first = tilts.find(({ coil }) => coil === 0)?.tilt;
  if (!first) return undefined;
  const second = tilts.find(({ coil }) => coil === 2)?.tilt ?? { x: -first.y, y: first.x };
  return { xpx: first.x, xpy: second.x, ypx: first.y, ypy: second.y };
}

/** Milliradians of a unit of beam tilt: columns of other makers than FEI count it in hundredths of the range. */
export const tiltUnit = ({ habit = 'kept' }: Instrument, { fullTilt }: DeflectorTruth): number =>
  habit === 'kept' ? 1 : fullTilt / 100;

/** Astigmatism of the whole range of each axis of the stigmator. An astigmatism repeats after half a turn, so that it turns by twice the angle. */
export function stigmatorAxes({ stigmatorAngle, stigmatorStrength, stigmatorMirrored }: AberrationTruth): {
  readonly x: PlaneVector;
  readonly y: PlaneVector;
} {
  const angle = (stigmatorAngle * Math.PI) / 90;
  const x = scaled({ x: cosine(angle), y: sine(angle) }, stigmatorStrength);
  return { x, y: stigmatorMirrored ? { x: x.y, y: -x.x } : { x: -x.y, y: x.x } };
}

/**
 * The stigmator as the astigmatism calibrations of a site have it. An image moves by the tilt times the defocus, and by its conjugate times the astigmatism, so that
 * the quotient of both matrices is the astigmatism in micrometres. Its two axes are as long as each other, and stand across.
 */
function calibratedStigmator({
  instrument,
}: TruthContext): Partial<Pick<AberrationTruth, 'stigmatorStrength' | 'stigmatorAngle' | 'stigmatorMirrored'>> {
  const row = calibratedBy(instrument, 'AstigmatismCalib').find(({ probe }) => probe === 1);
  if (!row) return {};
  const named = (name: string): PlaneMatrix => ({
    xpx: row[`${name}Xpx`]!,
    xpy: row[`${name}Xpy`]!,
    ypx: row[`${name}Ypx`]!,
    ypy: row[`${name}Ypy`]!,
  });
  const focus = named('focus');
  if (determinantOf(focus) === 0) return {};
  const astigmatism = (name: string): PlaneVector => {
    const { xpx, xpy, ypx, ypy } = multiplied(named(name), inverted(focus));
    return { x: (xpx - ypy) / 2, y: (xpy + ypx) / 2 };
  };
  const [x, y] = [astigmatism('stigmatorX'), astigmatism('stigmatorY')];
  const strength = Math.sqrt((x.x * x.x + x.y * x.y + y.x * y.x + y.y * y.y) / 2);
  if (strength === 0) return {};
  const stigmatorMirrored = x.x * y.y - x.y * y.x < 0;
  // The second axis, turned back to where the first one is.
  const back = stigmatorMirrored ? { x: -y.y, y: y.x } : { x: y.y, y: -y.x };
  const stigmatorAngle = (direction(x.y + back.y, x.x + back.x) * 90) / Math.PI;
  return { stigmatorStrength: strength, stigmatorAngle, stigmatorMirrored };
}

/** The product of two complex numbers. */
export const times = (a: PlaneVector, b: PlaneVector): PlaneVector => ({
  x: a.x * b.x - a.y * b.y,
  y: a.x * b.y + a.y * b.x,
});
