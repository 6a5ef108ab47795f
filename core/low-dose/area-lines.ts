import {
  beamShiftUnits,
  beamTiltUnits,
  electronVolts,
  inMicrometres,
  magIndex,
  type Metres,
  micrometres,
  vector,
} from '../base';
import { type LowDoseArea, lowDoseAreas } from '../kernel';
import type { SettingsText } from '../user-settings';

/** The keyword of an area in the settings file. */
export const areaKeyword = 'LowDoseParameters';
/** The keyword of the apertures of an area, for which SerialEM has no items: area, table, and the diameters in micrometres. */
export const apertureKeyword = 'LowDoseApertures';
/** Diameter that stands for an aperture that the area leaves as it is. */
const anyAperture = -1;

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

/** The refusal of an area in diffraction. */
export const inDiffraction = 'it is in diffraction';

/** Requests of a line that this program does not fulfil, in words. Entering such an area would give another illumination than the one defined. */
function refusalsOf(items: readonly string[]): readonly string[] {
  const at = (place: number): number => Number(items[place - 1] ?? 0) || 0;
  const duty = at(21);
  return [
    ...(at(2) < 0 ? [inDiffraction] : []),
    ...(at(18) !== 0 ? ['it is in dark field'] : []),
    ...(duty !== 0 && duty !== 100 ? [`it sets a dose modulator to ${duty} %`] : []),
  ];
}

const tables = ['', ' behind the energy filter', ' in STEM'];

/** The areas of a settings file that this program refuses to enter, each in a sentence. */
export const areasNotSupported = (text: SettingsText): readonly string[] =>
  text.all(areaKeyword).flatMap((items) => {
    const refusals = refusalsOf(items);
    const name = lowDoseAreas[Number(items[0])];
    if (!name || refusals.length === 0) return [];
    return [
      `${name} of Low Dose${tables[Number(items[5] ?? 0)] ?? ''} is not supported: ${refusals.join(' and ')}. Its line is kept for SerialEM, and the area is refused when it is entered.`,
    ];
  });

/** True for the line of the apertures of an area. */
export const isApertureLineOf =
  (area: number, table: number) =>
  (items: readonly string[]): boolean =>
    Number(items[0]) === area && Number(items[1]) === table;

/** The apertures of their line. */
export function readApertures(
  items: readonly string[] = [],
): Pick<LowDoseArea, 'condenserAperture' | 'objectiveAperture'> {
  const diameter = (place: number): Metres | undefined => {
    const value = Number(items[place] ?? anyAperture);
    return value >= 0 ? micrometres(value) : undefined;
  };
  const [condenser, objective] = [diameter(2), diameter(3)];
  return {
    ...(condenser !== undefined && { condenserAperture: condenser }),
    ...(objective !== undefined && { objectiveAperture: objective }),
  };
}

/** The items of the line of the apertures; undefined where the area leaves both as they are. */
export function writeApertures(
  area: number,
  table: number,
  { condenserAperture, objectiveAperture }: LowDoseArea,
): readonly string[] | undefined {
  if (condenserAperture === undefined && objectiveAperture === undefined) return undefined;
  const diameters = [condenserAperture, objectiveAperture].map((each) =>
    each === undefined ? anyAperture : Math.round(inMicrometres(each)),
  );
  return [area, table, ...diameters].map(String);
}

/** True for the line of an area in one of the three tables: regular camera, energy filter, scanning. */
export const isLineOf =
  (area: number, table: number) =>
  (items: readonly string[]): boolean =>
    Number(items[0]) === area && Number(items[5] ?? 0) === table;

/** The area of a line, and what of it is not supported. Fields that older lines do not have are as nobody defined them. */
export function readArea(items: readonly string[]): {
  readonly area: LowDoseArea;
  readonly refusals: readonly string[];
} {
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
    refusals: refusalsOf(items),
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

/** The items of the line of an area with another intensity. */
export const withIntensity = (items: readonly string[], intensity: number): readonly string[] =>
  items.map((item, at) => (at === 3 ? String(intensity) : item));
