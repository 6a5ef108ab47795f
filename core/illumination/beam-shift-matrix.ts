import { type CameraIndex, type MagIndex, type Matrix, inverse, magIndex as asMagIndex, product } from '../base';
import { type ProbeMode, probeNumber } from '../devices';
import type { Optics } from '../optics';
import type { Settings } from '../settings';
import { type Calibrations, type MainRecords, elementsOf } from '../store';

/** Conditions to which a calibration of beam shift belongs. */
export interface BeamShiftConditions {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  readonly probe: ProbeMode;
  /** Undefined on a column without alpha. */
  readonly alpha?: number | undefined;
  /** True where the column is set for a filter behind it and counts its magnifications apart. */
  readonly filtered?: boolean;
}

/** Mag index under which a calibration of beam shift stands in the file. */
export const filedMagIndex = ({ magIndex, filtered = false }: BeamShiftConditions): MagIndex =>
  filtered ? asMagIndex(-Number(magIndex)) : magIndex;

type Row = MainRecords['BeamShiftCalibration'];

/** Number of a column without alpha in the file. */
export const withoutAlpha = -999;

/** Dependencies of the search for a calibration of beam shift. */
export interface BeamShiftSources {
  readonly calibrations: Pick<Calibrations, 'records'>;
  readonly optics: Pick<Optics, 'at' | 'canTransferImageShift'>;
  readonly settings: Pick<Settings, 'get'>;
}

/** True when a boundary of beam shift lies between two mag indexes. */
export function isApart(settings: Pick<Settings, 'get'>, one: number, other: number): boolean {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  return settings.get('BeamShiftBoundaries').some((boundary) => boundary > low && boundary <= high);
}

/**
 * The beam shift that keeps the beam on the camera while image shift changes by one unit: that of the nearest calibrated mag index of the same
 * range of image shift, for this alpha if there is one, or of one on the same side of low magnification by way of the specimen.
 * Undefined where nothing serves.
 */
export function beamShiftMatrix(sources: BeamShiftSources, conditions: BeamShiftConditions): Matrix | undefined {
  const { calibrations, settings } = sources;
  const { magIndex, probe, alpha, filtered = false } = conditions;
  const rows = calibrations
    .records('BeamShiftCalibration')
    .all()
    .filter((row) => row.magIndex !== 0 && row.magIndex < 0 === filtered && row.probe === probeNumber(probe));
  const ofAlpha = rows.filter((row) => row.alpha === (alpha ?? withoutAlpha));
  for (const some of [ofAlpha, rows])
    for (const obeying of [true, false]) {
      const near = some
        .filter((row) => !obeying || !isApart(settings, Math.abs(row.magIndex), magIndex))
        .sort((a, b) => distance(a, magIndex) - distance(b, magIndex));
      const found = inRange(near, sources, conditions) ?? acrossSpecimen(near, sources, conditions);
      if (found) return found;
    }
  return undefined;
}

const distance = (row: Row, magIndex: number): number => Math.abs(Math.abs(row.magIndex) - magIndex);

function inRange(
  rows: readonly Row[],
  { optics }: BeamShiftSources,
  { magIndex, camera }: BeamShiftConditions,
): Matrix | undefined {
  const row = rows.find((each) => optics.canTransferImageShift(asMagIndex(Math.abs(each.magIndex)), magIndex, camera));
  return row && elementsOf(row);
}

function acrossSpecimen(
  rows: readonly Row[],
  { optics }: BeamShiftSources,
  { magIndex, camera }: BeamShiftConditions,
): Matrix | undefined {
  const here = optics.at({ magIndex, camera });
  for (const row of rows) {
    const there = optics.at({ magIndex: asMagIndex(Math.abs(row.magIndex)), camera });
    if (there.isLowMagnification !== here.isLowMagnification) continue;
    const back = there.imageShiftToSpecimen && inverse(there.imageShiftToSpecimen);
    if (back && here.imageShiftToSpecimen) return product(elementsOf(row), back, here.imageShiftToSpecimen);
  }
  return undefined;
}

/** Unbinned camera pixels by which one unit of beam shift moves the beam; undefined where that is not known. */
export function beamShiftToCamera(sources: BeamShiftSources, conditions: BeamShiftConditions): Matrix | undefined {
  const { magIndex, camera } = conditions;
  const toCamera = sources.optics.at({ magIndex, camera }).imageShiftToCamera?.matrix;
  const toBeam = beamShiftMatrix(sources, conditions);
  const back = toBeam && inverse(toBeam);
  return toCamera && back && product(toCamera, back);
}
