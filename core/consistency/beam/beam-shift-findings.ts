import {
  type Matrix,
  determinant,
  inDegrees,
  inverse,
  magIndex as magIndexOf,
  normalizeDegrees,
  product,
  radians,
  readable,
} from '../../base';
import type { Optics } from '../../optics';
import type { MainRecords } from '../../store';
import { type ComparedNumber, type Finding, limits } from '../finding';
import { median } from '../sites';
import { type BeamSources, aboutBeam } from './beam-check';

type Row = MainRecords['BeamShiftCalibration'];

/** A calibration of beam shift with what it comes to on the specimen, by way of the image shift of its magnification. */
interface Place {
  readonly row: Row;
  readonly isLow: boolean;
  /** Micrometres on the specimen by one unit of beam shift along each axis. */
  readonly x: number;
  readonly y: number;
  /** Degrees from the X axis to the Y axis, and of the whole matrix. */
  readonly between: number;
  readonly direction: number;
}

/** Calibrations of beam shift against those of image shift: on the specimen the axes of beam shift are alike and at right angles, and the same at every magnification of a range. */
export function beamShiftFindings(optics: Optics, { calibrations }: BeamSources): readonly Finding[] {
  const places = calibrations
    .records('BeamShiftCalibration')
    .all()
    .flatMap((row) => placeOf(optics, row) ?? []);
  return places.flatMap((place) => {
    const mirrored = mirroredFinding(place, places);
    return mirrored ?? shapeFinding(place) ?? otherMagnificationFinding(place, places) ?? [];
  });
}

function placeOf(optics: Optics, row: Row): Place | undefined {
  const magIndex = magIndexOf(Math.abs(row.magIndex));
  // Without a mag index nothing tells the image shift to which it belongs.
  if (row.magIndex === 0) return undefined;
  for (const camera of optics.cameras) {
    if (camera.stem) continue;
    const { imageShiftToSpecimen, isLowMagnification } = optics.at({ magIndex, camera: camera.index });
    const back = inverse(row);
    if (!imageShiftToSpecimen || !back) continue;
    return { row, isLow: isLowMagnification, ...axesOf(product(imageShiftToSpecimen, back)) };
  }
  return undefined;
}

function axesOf(matrix: Matrix): Omit<Place, 'row' | 'isLow'> {
  const { xpx, xpy, ypx, ypy } = matrix;
  const sign = Math.sign(determinant(matrix));
  const between = normalizeDegrees(inDegrees(radians(Math.atan2(ypy, xpy) - Math.atan2(ypx, xpx))));
  // The second axis is turned back, so that the direction is that of both.
  const direction = inDegrees(radians(Math.atan2(ypx - sign * xpy, xpx + sign * ypy)));
  return { x: Math.hypot(xpx, ypx), y: Math.hypot(xpy, ypy), between, direction };
}

/** A calibration whose axes turn the other way than those of most others. */
function mirroredFinding(place: Place, places: readonly Place[]): Finding | undefined {
  const same = places.filter(({ between }) => Math.sign(between) === Math.sign(place.between)).length;
  const others = places.length - same;
  if (others === 0 || same > others) return undefined;
  // Of two that contradict each other the first one is named alone.
  if (same === others && places[0] !== place) return undefined;
  const other = places.find(({ between }) => Math.sign(between) !== Math.sign(place.between))!;
  return about(
    place,
    'error',
    `turns ${degrees(place.between)} from its X axis to its Y axis on the specimen, and ${degrees(other.between)} at ${nameOf(other)}: one axis is inverted`,
    [
      { what: 'angle from X to Y on the specimen', value: place.between, unit: 'degrees' },
      { what: `angle from X to Y at ${nameOf(other)}`, value: other.between, unit: 'degrees' },
    ],
  );
}

/** A calibration whose axes are not alike or not at right angles on the specimen. */
function shapeFinding(place: Place): Finding | undefined {
  const { x, y, between } = place;
  const { ratio, errorRatio, angle, errorAngle } = limits.beamShift;
  const [unlike, oblique] = [Math.abs(Math.log(x / y)), Math.abs(Math.abs(between) - 90)];
  if (unlike <= Math.log(1 + ratio) && oblique <= angle) return undefined;
  const severity = unlike > Math.log(1 + errorRatio) || oblique > errorAngle ? 'error' : 'warning';
  return about(
    place,
    severity,
    `moves the beam on the specimen by ${readable(x)} um for a unit along X and by ${readable(y)} um along Y, ${degrees(between)} apart`,
    [
      { what: 'specimen for a unit of beam shift X', value: x, unit: 'um' },
      { what: 'specimen for a unit of beam shift Y', value: y, unit: 'um' },
      { what: 'angle from X to Y on the specimen', value: between, unit: 'degrees' },
    ],
  );
}

/** A calibration that moves the beam otherwise than those at other magnifications with the same optics. */
function otherMagnificationFinding(place: Place, places: readonly Place[]): Finding | undefined {
  const alike = places.filter(
    ({ row, isLow }) =>
      isLow === place.isLow &&
      row.probe === place.row.probe &&
      row.alpha === place.row.alpha &&
      row.magIndex < 0 === place.row.magIndex < 0,
  );
  if (alike.length < 2) return undefined;
  const size = ({ x, y }: Place): number => Math.sqrt(x * y);
  const usual = median(alike.map((each) => Math.log(size(each))))!;
  const turn = (each: Place): number => normalizeDegrees(each.direction - alike[0]!.direction);
  const usualTurn = median(alike.map(turn))!;
  const off = (each: Place): number =>
    Math.abs(Math.log(size(each)) - usual) / Math.log(1 + limits.beamShift.ratio) +
    Math.abs(normalizeDegrees(turn(each) - usualTurn)) / limits.beamShift.angle;
  const nearest = alike.filter((each) => each !== place).sort((a, b) => off(a) - off(b))[0]!;
  const factor = Math.abs(Math.log(size(place) / size(nearest)));
  const angle = Math.abs(normalizeDegrees(place.direction - nearest.direction));
  const { ratio, errorRatio, angle: maxAngle, errorAngle } = limits.beamShift;
  if (factor <= Math.log(1 + ratio) && angle <= maxAngle) return undefined;
  // Of two, nothing tells which one is wrong: the later one is named.
  if (alike.length === 2 ? alike[1] !== place : off(place) < 1) return undefined;
  const severity = factor > Math.log(1 + errorRatio) || angle > errorAngle ? 'error' : 'warning';
  return about(
    place,
    severity,
    `moves the beam on the specimen by ${readable(size(place))} um for a unit at ${degrees(place.direction)}, and at ${nameOf(nearest)} by ${readable(size(nearest))} um at ${degrees(nearest.direction)}`,
    [
      { what: 'specimen for a unit of beam shift', value: size(place), unit: 'um' },
      { what: `specimen for a unit at ${nameOf(nearest)}`, value: size(nearest), unit: 'um' },
      { what: 'direction on the specimen', value: place.direction, unit: 'degrees' },
      { what: `direction at ${nameOf(nearest)}`, value: nearest.direction, unit: 'degrees' },
    ],
  );
}

const degrees = (angle: number): string => `${angle.toFixed(1)} degrees`;
const nameOf = ({ row }: Place): string => `mag index ${Math.abs(row.magIndex)}`;

function about(place: Place, severity: Finding['severity'], what: string, numbers: readonly ComparedNumber[]): Finding {
  const { alpha, probe, magIndex } = place.row;
  const conditions = `${probe === 0 ? ' in nanoprobe' : ''}${alpha >= 0 ? ` with alpha ${alpha + 1}` : ''}`;
  const index = magIndexOf(Math.abs(magIndex));
  return aboutBeam(
    'consistency/beam-shift',
    severity,
    'beam shift',
    `Beam shift at ${nameOf(place)}${conditions} ${what}. Probably wrong: the beam shift calibration, or the image shift calibration with which it was worked out.`,
    'It was measured on the camera and stored as what goes with image shift, so the two matrices together give the axes of beam shift on the specimen.',
    { magIndex: index, magIndexes: [index], probe: probe === 0 ? 'nano' : 'micro', numbers },
  );
}
