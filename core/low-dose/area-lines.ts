import { beamShiftUnits, beamTiltUnits, electronVolts, magIndex, vector } from '../base';
import type { LowDoseArea } from '../kernel';

/** The keyword of an area in the settings file. */
export const areaKeyword = 'LowDoseParameters';

/** The items of a line besides those that are worked with here; they are kept. */
const itemCount = 21;
const undefinedAlpha = -999;
/** Positions beyond this many micrometres are leftovers, which SerialEM reads as 0. */
const farthestPosition = 100;

/** An area that nobody has defined. */
export const emptyArea: LowDoseArea = {
  axisPosition: 0,
  beamShiftOffset: vector(beamShiftUnits(0), beamShiftUnits(0)),
  beamTiltOffset: vector(beamTiltUnits(0), beamTiltUnits(0)),
};

/** True for the line of an area in one of the three tables: regular camera, energy filter, scanning. */
export const isLineOf =
  (area: number, table: number) =>
  (items: readonly string[]): boolean =>
    Number(items[0]) === area && Number(items[5] ?? 0) === table;

/** The area of a line, and whether it is one in diffraction. Fields that older lines do not have are as nobody defined them. */
export function readArea(items: readonly string[]): { readonly area: LowDoseArea; readonly diffraction: boolean } {
  const at = (place: number): number => {
    const value = Number(items[place - 1]);
    return items[place - 1] !== undefined && Number.isFinite(value) ? value : NaN;
  };
  const orZero = (place: number): number => (Number.isFinite(at(place)) ? at(place) : 0);
  const [mag, spot, intensity, width, alpha] = [at(2), at(3), at(4), at(8), at(13)];
  const position = orZero(5);
  // Lines that end before the probe mode are from times when there was microprobe alone.
  const probe = Number.isFinite(at(17)) ? at(17) : 1;
  return {
    diffraction: mag < 0,
    area: {
      ...(mag > 0 && { magIndex: magIndex(mag) }),
      ...(spot > 0 && { spotSize: spot }),
      ...(intensity > 0 && { intensity }),
      axisPosition: Math.abs(position) > farthestPosition ? 0 : position,
      beamShiftOffset: vector(beamShiftUnits(orZero(11)), beamShiftUnits(orZero(12))),
      beamTiltOffset: vector(beamTiltUnits(orZero(15)), beamTiltUnits(orZero(16))),
      ...(width > 0 && {
        slit: {
          inserted: orZero(7) !== 0,
          width: electronVolts(width),
          energyLoss: electronVolts(orZero(9)),
          zeroLoss: orZero(10) !== 0,
        },
      }),
      ...(Number.isFinite(alpha) && alpha !== undefinedAlpha && { alpha }),
      ...((probe === 0 || probe === 1) && { probeMode: probe === 1 ? 'micro' : 'nano' }),
    },
  };
}

/** The items of the line of an area; what an earlier line said of other things stays. */
export function writeArea(
  area: number,
  table: number,
  {
    magIndex: mag,
    spotSize,
    intensity,
    axisPosition,
    beamShiftOffset,
    beamTiltOffset,
    slit,
    alpha,
    probeMode,
  }: LowDoseArea,
  earlier: readonly string[] = [],
): readonly string[] {
  const defaults = [
    ...[String(area), '0', '0', '0', '0', String(table), '0', '0', '0', '0', '0', '0', String(undefinedAlpha)],
    ...[String(undefinedAlpha), '0', '0', '-1', '0', '0', '0', '100'],
  ];
  const items = Array.from({ length: Math.max(itemCount, earlier.length) }, (_, at) => earlier[at] ?? defaults[at]!);
  const put = (place: number, value: number): void => {
    if (Number(items[place - 1]) !== value) items[place - 1] = String(value);
  };
  put(1, area);
  put(2, mag ?? 0);
  put(3, spotSize ?? 0);
  put(4, intensity ?? 0);
  put(5, axisPosition);
  put(6, table);
  put(7, slit?.inserted ? 1 : 0);
  put(8, slit?.width ?? 0);
  put(9, slit?.energyLoss ?? 0);
  put(10, slit?.zeroLoss ? 1 : 0);
  put(11, beamShiftOffset.x);
  put(12, beamShiftOffset.y);
  put(13, alpha ?? undefinedAlpha);
  put(15, beamTiltOffset.x);
  put(16, beamTiltOffset.y);
  put(17, probeMode === undefined ? -1 : probeMode === 'micro' ? 1 : 0);
  return items;
}
