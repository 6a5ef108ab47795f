import { direction } from '../../base/functions';
import type { PerfectRecord } from '../../base/part';
import {
  determinantOf,
  difference,
  origin,
  scaled,
  sum,
  transformed,
  type PlaneMatrix,
  type PlaneVector,
} from '../../base/plane';
import type { ProbeMode } from '../../base/instrument';
import { effectiveWave } from './effective-wave';

/** The physics of images under a tilted beam: micrometres, radians, X and Y of the specimen. */
export interface TiltedImages {
  /** Milliradians along the specimen for one unit of beam tilt. */
  readonly beamTiltToSpecimen: PlaneMatrix;
  readonly comaFreeAxis: PlaneVector;
  readonly pivotError: PlaneVector;
  readonly astigmatism: PlaneVector;
  readonly coma: PlaneVector;
  readonly threefold: PlaneVector;
  readonly sphericalAberration: number;
  /** Astigmatism of the whole range of each stigmator. */
  readonly stigmators: { readonly x: PlaneVector; readonly y: PlaneVector };
}

/** A camera at a magnification. */
export interface TuningPlace {
  readonly magIndex: number;
  readonly camera: number;
  readonly magnification: number;
  /** Specimen to camera at a defocus in micrometres. */
  readonly seenAt: (defocus: number) => PlaneMatrix;
}

/** The conditions under which sites calibrate, in micrometres, units of beam tilt and shares of the stigmator's range. */
const focusing = { tilt: 5, reach: 36, step: 6 };
const stigmating = { tilt: 3.2, defocus: -1, range: 10, change: 0.04 };
const centring = { tilt: 10, defocus: -1 };
const fitting = { defocus: -2, change: 0.04 };
/** A column without alpha. */
const withoutAlpha = -999;

const nanometres = 1000;
const milli = 1e-3;
const alongX: PlaneVector = { x: 1, y: 0 };
const alongY: PlaneVector = { x: 0, y: 1 };

/** Records of the displacement of an image by beam tilt, for focusing and tuning, and of the astigmatism that fits find. */
export function tuningRecords(
  physics: TiltedImages,
  places: readonly TuningPlace[],
  mode: ProbeMode,
): readonly PerfectRecord[] {
  const usual = { probe: mode === 'micro' ? 1 : 0, alpha: withoutAlpha };
  if (determinantOf(physics.beamTiltToSpecimen) === 0) return [];
  const first = places.filter(
    ({ magIndex }, index) => places.findIndex((each) => each.magIndex === magIndex) === index,
  );
  const byMag = (record: (place: TuningPlace) => PerfectRecord): readonly PerfectRecord[] => first.map(record);
  const astigmatism = astigmatismOf(physics);
  const coma = comaOf(physics);
  return [
    ...places.map((place) => focusRecord(physics, place, usual)),
    ...byMag(({ magIndex, magnification }) => ({
      record: 'AstigmatismCalib',
      magIndex,
      ...usual,
      defocus: stigmating.defocus,
      beamTilt: stigmating.tilt,
      ...astigmatism,
      magnification,
    })),
    ...byMag(({ magIndex, magnification }) => ({
      record: 'ComaCalib',
      magIndex,
      ...usual,
      defocus: centring.defocus,
      beamTilt: centring.tilt,
      ...coma,
      magnification,
    })),
    // The record of fits does not know the probe mode, in which the stigmator does the same.
    ...(mode === 'micro'
      ? byMag(({ magIndex, magnification, seenAt }) => ({
          record: 'CtfAstigCalib',
          magIndex,
          stigmatorChange: fitting.change,
          ...fittedAstigmatism(physics, seenAt(fitting.defocus)),
          magnification,
        }))
      : []),
  ];
}

/** The state of the lens and of the stigmator under which an image is taken. */
interface Condition {
  readonly defocus: number;
  readonly stigmator?: PlaneVector;
}

/** The wave at a beam tilt. */
function waveAt(physics: TiltedImages, beamTilt: PlaneVector, { defocus, stigmator = origin }: Condition) {
  const tilt = scaled(transformed(physics.beamTiltToSpecimen, beamTilt), milli);
  const { x, y } = physics.stigmators;
  const astigmatism = sum(physics.astigmatism, sum(scaled(x, stigmator.x), scaled(y, stigmator.y)));
  const off = difference(tilt, physics.comaFreeAxis);
  const wave = effectiveWave({ ...physics, defocus, astigmatism, tilt: off }, physics.sphericalAberration);
  const { x: real, y: imaginary } = physics.pivotError;
  const pushed = { x: real * tilt.x - imaginary * tilt.y, y: real * tilt.y + imaginary * tilt.x };
  return { ...wave, displacement: sum(wave.displacement, pushed) };
}

/** Displacement on the specimen of the image at the negative tilt against that at the positive one, about a middle. */
function swing(physics: TiltedImages, middle: PlaneVector, half: PlaneVector, condition: Condition): PlaneVector {
  const at = (beamTilt: PlaneVector): PlaneVector => waveAt(physics, beamTilt, condition).displacement;
  return difference(at(difference(middle, half)), at(sum(middle, half)));
}

/** The curve of shifts over defocus for a tilt along the first coil, with its zero where the curve is nearest to no shift. */
function focusRecord(
  physics: TiltedImages,
  { magIndex, camera, magnification, seenAt }: TuningPlace,
  conditions: { readonly probe: number; readonly alpha: number },
): PerfectRecord {
  const { tilt, reach, step } = focusing;
  const shiftAt = (defocus: number): PlaneVector =>
    scaled(transformed(seenAt(defocus), swing(physics, origin, scaled(alongX, tilt), { defocus })), 1 / tilt);
  const levels = Array.from({ length: (2 * reach) / step + 1 }, (_, k) => k * step - reach);
  const squares = levels.reduce((total, level) => total + level * level, 0);
  const slope = levels.reduce((total, level) => sum(total, scaled(shiftAt(level), level / squares)), origin);
  const near = scaled(difference(shiftAt(step), shiftAt(-step)), 1 / (2 * step));
  const middle = shiftAt(0);
  const zero = -(near.x * middle.x + near.y * middle.y) / (near.x * near.x + near.y * near.y);
  return {
    record: 'FocusCalibration',
    magIndex,
    camera,
    slopeX: slope.x,
    slopeY: slope.y,
    beamTilt: tilt,
    direction: 0,
    ...conditions,
    magnification,
    rows: levels.map((level) => {
      const { x, y } = shiftAt(level);
      return { defocus: level - zero, shiftX: x, shiftY: y };
    }),
  };
}

/** Nanometres on the specimen for a unit of tilt and a micrometre of defocus or the range of a stigmator, the columns for tilts along X and Y. */
function astigmatismOf(physics: TiltedImages): Readonly<Record<string, number>> {
  const { tilt, defocus, range, change } = stigmating;
  const between = (minus: Condition, plus: Condition, all: number): PlaneMatrix => {
    const column = (way: PlaneVector): PlaneVector => {
      const shifts = [minus, plus].map((each) => swing(physics, origin, scaled(way, tilt), each));
      return scaled(difference(shifts[1]!, shifts[0]!), nanometres / (all * tilt));
    };
    return columns(column(alongX), column(alongY));
  };
  const ofStigmator = (way: PlaneVector): PlaneMatrix =>
    between({ defocus, stigmator: scaled(way, -change) }, { defocus, stigmator: scaled(way, change) }, 2 * change);
  return {
    ...named('focus', between({ defocus: defocus - range / 2 }, { defocus: defocus + range / 2 }, range)),
    ...named('stigmatorX', ofStigmator(alongX)),
    ...named('stigmatorY', ofStigmator(alongY)),
  };
}

/** Nanometres on the specimen for a unit of misalignment: the change of the second difference of displacements over tilts along either coil. */
function comaOf(physics: TiltedImages): Readonly<Record<string, number>> {
  const { tilt, defocus } = centring;
  const matrix = (way: PlaneVector): PlaneMatrix => {
    const quarter = scaled(way, tilt / 4);
    const bend = (off: PlaneVector): PlaneVector =>
      difference(
        swing(physics, sum(off, quarter), quarter, { defocus }),
        swing(physics, difference(off, quarter), quarter, { defocus }),
      );
    const column = (off: PlaneVector): PlaneVector =>
      scaled(difference(bend(scaled(off, tilt / 2)), bend(scaled(off, -tilt / 2))), nanometres / tilt);
    return columns(column(alongX), column(alongY));
  };
  return { ...named('comaX', matrix(alongX)), ...named('comaY', matrix(alongY)) };
}

/** The two defocus values and the direction of the larger underfocus that fits find with the stigmator to either side of its zero. */
function fittedAstigmatism(
  physics: TiltedImages,
  { xpx, xpy, ypx, ypy }: PlaneMatrix,
): Readonly<Record<string, number>> {
  // The turn of the specimen on the camera.
  const turn = direction(ypx - xpy, xpx + ypy);
  const fit = (name: string, stigmator: PlaneVector): Readonly<Record<string, number>> => {
    const { defocus, astigmatism } = waveAt(physics, origin, { defocus: fitting.defocus, stigmator });
    const half = Math.sqrt(astigmatism.x * astigmatism.x + astigmatism.y * astigmatism.y);
    const angle = (direction(astigmatism.y, astigmatism.x) + Math.PI) / 2 + turn;
    return {
      [`${name}Defocus1`]: defocus - half,
      [`${name}Defocus2`]: defocus + half,
      // Directions of an axis repeat after half a turn.
      [`${name}Angle`]: ((angle / Math.PI - Math.floor(angle / Math.PI + 0.5)) * 360) / 2,
    };
  };
  const { change } = fitting;
  return {
    ...fit('stigmatorXMinus', { x: -change, y: 0 }),
    ...fit('stigmatorXPlus', { x: change, y: 0 }),
    ...fit('stigmatorYMinus', { x: 0, y: -change }),
    ...fit('stigmatorYPlus', { x: 0, y: change }),
  };
}

const columns = (x: PlaneVector, y: PlaneVector): PlaneMatrix => ({ xpx: x.x, xpy: y.x, ypx: x.y, ypy: y.y });

const named = (name: string, { xpx, xpy, ypx, ypy }: PlaneMatrix): Readonly<Record<string, number>> => ({
  [`${name}Xpx`]: xpx,
  [`${name}Xpy`]: xpy,
  [`${name}Ypx`]: ypx,
  [`${name}Ypy`]: ypy,
});
