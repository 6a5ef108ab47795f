import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  type Vector,
  apply,
  cameraIndex,
  inMicrometres,
  inverse,
  length,
  magIndex,
  micrometres,
  product,
} from '../base';
import { type ProbeMode, probeNumber } from '../devices';
import type { Optics } from '../optics';
import type { Calibrations, MainRecords } from '../store';
import type { FocusCurve } from './focus-curve';

/** Directions of the beam tilt of autofocus: along X, along both, along Y, along -X and Y. */
export type TiltDirection = 0 | 1 | 2 | 3;

/** Conditions to which a focus calibration belongs. */
export interface FocusConditions {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  readonly direction: TiltDirection;
  readonly probe: ProbeMode;
  /** Convergence setting of a JEOL column, from 0; undefined where the column has none or does not say it. */
  readonly alpha?: number;
}

/** Ways to a focus calibration. */
export type FocusSource = 'measured' | 'by image-shift calibrations' | 'by pixel sizes and rotations';

/** A focus curve that holds under the conditions that were asked for. */
export interface FoundFocusCurve {
  readonly curve: FocusCurve;
  /** Slope of the line through the regular levels, in unbinned pixels per micrometre and tilt unit. */
  readonly slope: Vector;
  /** Beam tilt to one side with which it was measured, in the unit of the column. */
  readonly beamTilt: number;
  readonly source: FocusSource;
  /** The place at which it was measured. */
  readonly from: { readonly magIndex: MagIndex; readonly camera: CameraIndex };
}

type FocusRow = MainRecords['FocusCalibration'];
const focusRows = (calibrations: Pick<Calibrations, 'records'>): readonly FocusRow[] =>
  calibrations.records('FocusCalibration').all();

/** The number that the calibration file writes for a column without alpha. */
const withoutAlpha = -999;

/**
 * The focus curve for a magnification, camera, tilt direction, probe mode and alpha: the one that was measured there, or that of the
 * nearest magnification on the same side of low magnification, turned and scaled. Image-shift calibrations of both places come before
 * pixel sizes and rotations, the camera itself before others, and of two equally near magnifications the lower one is taken. Undefined
 * where nothing serves, for a camera that scans, and below the lowest magnification of autofocus.
 */
export function findFocusCurve(
  calibrations: Pick<Calibrations, 'records'>,
  optics: Optics,
  conditions: FocusConditions,
  lowestMagIndex = 0,
): FoundFocusCurve | undefined {
  const camera = optics.camera(conditions.camera);
  if (camera.stem || conditions.magIndex < lowestMagIndex) return undefined;
  const rows = focusRows(calibrations).filter(
    ({ direction, probe }) => direction === conditions.direction && probe === probeNumber(conditions.probe),
  );
  const { alpha } = conditions;
  const own = rows.filter((row) => row.magIndex === conditions.magIndex && row.camera === conditions.camera);
  const exact = alpha === undefined ? own.at(-1) : own.find((row) => row.alpha === alpha);
  if (exact) return found(exact, 'measured');
  // Without its alpha a measurement of this place is nearer than one of another place.
  const candidates = alpha === undefined ? [rows] : [ofAlpha(rows, alpha), ofAlpha(rows, withoutAlpha)];
  for (const source of ['by image-shift calibrations', 'by pixel sizes and rotations'] as const)
    for (const some of candidates)
      for (const row of nearestFirst(some, optics, conditions)) {
        const turned = betweenPlaces(source, optics, placeOf(row), conditions);
        if (turned) return found(row, source, turned);
      }
  return undefined;
}

const ofAlpha = (rows: readonly FocusRow[], alpha: number): readonly FocusRow[] =>
  rows.filter((row) => row.alpha === alpha);
const placeOf = (row: { readonly magIndex: number; readonly camera: number }): FoundFocusCurve['from'] => ({
  magIndex: magIndex(row.magIndex),
  camera: cameraIndex(row.camera),
});

/** Rows of the same range and the same side of low magnification; those of the camera itself first, then by distance. */
function nearestFirst(
  rows: readonly FocusRow[],
  optics: Optics,
  { magIndex: wanted, camera }: FocusConditions,
): readonly FocusRow[] {
  const here = optics.at({ magIndex: wanted, camera });
  const known = new Set(optics.cameras.filter(({ stem }) => !stem).map(({ index }) => index));
  return rows
    .filter((row) => {
      if (!known.has(cameraIndex(row.camera))) return false;
      const there = optics.at(placeOf(row));
      return (
        there.isLowMagnification === here.isLowMagnification &&
        row.magIndex >= here.range.lowest &&
        row.magIndex <= here.range.highest
      );
    })
    .sort(
      (a, b) =>
        Number(a.camera !== camera) - Number(b.camera !== camera) ||
        Math.abs(a.magIndex - wanted) - Math.abs(b.magIndex - wanted) ||
        a.magIndex - b.magIndex,
    );
}

/** The matrix that turns and scales a displacement in pixels of one place into one of another. */
function betweenPlaces(
  source: FocusSource,
  optics: Optics,
  from: FoundFocusCurve['from'],
  to: FocusConditions,
): Matrix | undefined {
  const [there, here] = [optics.at(from), optics.at(to)];
  if (source === 'by pixel sizes and rotations') return turned(there.specimenToCamera, here.specimenToCamera);
  if (!optics.canTransferImageShift(from.magIndex, to.magIndex, to.camera)) return undefined;
  const [old, fresh] = [there.imageShiftToCamera, here.imageShiftToCamera];
  return old?.source === 'measured' && fresh?.source === 'measured' ? turned(old.matrix, fresh.matrix) : undefined;
}

function turned(from: Matrix | undefined, to: Matrix | undefined): Matrix | undefined {
  const back = from && inverse(from);
  return back && to && product(to, back);
}

function found(row: FocusRow, source: FocusSource, by?: Matrix): FoundFocusCurve {
  const moved = (x: number, y: number): Vector => (by ? apply(by, { x, y }) : { x, y });
  return {
    curve: {
      levels: row.rows.map(({ defocus, shiftX, shiftY }) => ({
        defocus: micrometres(defocus),
        shift: moved(shiftX, shiftY),
      })),
    },
    slope: moved(row.slopeX, row.slopeY),
    beamTilt: row.beamTilt,
    source,
    from: placeOf(row),
  };
}

/**
 * Milliradians of beam tilt for one unit of the column, as the focus calibrations of a probe mode say: a tilt to either side moves the
 * image by two nanometres for each micrometre of defocus and milliradian. The mean of those with this alpha, else of all; undefined
 * where there is none.
 */
export function milliradiansPerTiltUnit(
  calibrations: Pick<Calibrations, 'records'>,
  optics: Optics,
  conditions: Omit<FocusConditions, 'magIndex' | 'camera' | 'direction'>,
): number | undefined {
  const rows = focusRows(calibrations).filter((row) => row.probe === probeNumber(conditions.probe));
  const scalesOf = (some: readonly FocusRow[]): readonly number[] =>
    some.flatMap((row) => {
      const pixel = optics.cameras.some(({ index }) => index === row.camera) && optics.at(placeOf(row)).pixelSize;
      return pixel ? [(length({ x: row.slopeX, y: row.slopeY }) * inMicrometres(pixel.value) * 1000) / 2] : [];
    });
  const ofThis = scalesOf(ofAlpha(rows, conditions.alpha ?? withoutAlpha));
  const scales = ofThis.length > 0 ? ofThis : scalesOf(rows);
  return scales.length === 0 ? undefined : scales.reduce((sum, each) => sum + each, 0) / scales.length;
}
