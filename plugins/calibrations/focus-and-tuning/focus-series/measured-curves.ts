import { type Vector, apply, length, rotation, scaleMatrix, service } from '../../../../core/base';
import { type Change, type MainRecords, put } from '../../../../core/store';

/** The focus calibrations that were measured in this session, by their keys. */
export type MeasuredCurves = Set<string>;
/** The token of the focus calibrations of this session. */
export const MeasuredCurves = service<MeasuredCurves>('MeasuredCurves');

/** A focus calibration as the calibration file has it. */
export type FocusRow = MainRecords['FocusCalibration'];
type Key = Pick<FocusRow, 'magIndex' | 'camera' | 'direction' | 'probe' | 'alpha'>;

/** The key of a focus calibration in a word. */
export const keyOfCurve = ({ magIndex, camera, direction, probe, alpha }: Key): string =>
  [magIndex, camera, direction, probe, alpha].join(':');

/** Difference of two steps in micrometres that is rounding. */
const sameStep = 0.01;

/**
 * The other calibrations of a camera and direction to which the change of one may be carried over: where it replaces one of an earlier
 * session with as many levels at the same step. Those that were measured in this session are right already.
 */
export function curvesToCarry(
  all: readonly FocusRow[],
  fresh: Key & Pick<FocusRow, 'rows'>,
  measured: MeasuredCurves,
): { readonly old: FocusRow; readonly others: readonly FocusRow[] } | undefined {
  const old = all.find((row) => keyOfCurve(row) === keyOfCurve(fresh));
  const stepOf = ({ rows }: Pick<FocusRow, 'rows'>): number => (rows[1]?.defocus ?? NaN) - (rows[0]?.defocus ?? NaN);
  if (!old || measured.has(keyOfCurve(old)) || old.rows.length !== fresh.rows.length) return undefined;
  if (!(Math.abs(stepOf(old) - stepOf(fresh)) <= sameStep)) return undefined;
  const others = all.filter(
    (row) =>
      row !== old && row.camera === fresh.camera && row.direction === fresh.direction && !measured.has(keyOfCurve(row)),
  );
  return others.length > 0 ? { old, others } : undefined;
}

/** The others turned and scaled as the slope of the fresh calibration is against the old one. */
export function carriedOver(others: readonly FocusRow[], old: FocusRow, slope: Vector): readonly Change[] {
  const before = { x: old.slopeX, y: old.slopeY };
  const turn = ((Math.atan2(slope.y, slope.x) - Math.atan2(before.y, before.x)) * 180) / Math.PI;
  const change = scaleMatrix(rotation(turn), length(slope) / length(before));
  return others.map((row) => {
    const moved = apply(change, { x: row.slopeX, y: row.slopeY });
    return put(
      'FocusCalibration',
      {
        ...row,
        slopeX: moved.x,
        slopeY: moved.y,
        rows: row.rows.map(({ defocus, shiftX, shiftY }) => {
          const { x, y } = apply(change, { x: shiftX, y: shiftY });
          return { defocus, shiftX: x, shiftY: y };
        }),
      },
      { sessionMeasured: false },
    );
  });
}
