import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  determinant,
  inDegrees,
  inNanometres,
  inverse,
  magIndex as magIndexOf,
  matrixAngle,
  normalizeDegrees,
  product,
} from '../base';
import { highestMagIndex, specimenToCameraMatrix, type Optics, type OpticalCamera } from '../optics';

/** Measurements of one camera at one magnification. */
export interface Site {
  readonly camera: OpticalCamera;
  readonly magIndex: MagIndex;
  readonly magnification: number;
  /** Places of one range have equal numbers: the same image shift moves the specimen equally far there. */
  readonly range: number;
  /** Nanometres by the magnification table. */
  readonly nominalPixel: number;
  /** Micrometres by which one unit of image shift moves the specimen, by the properties or the column. */
  readonly roughShift: number;
  readonly isLowMagnification: boolean;
  readonly nominalRotation: number;
  /** Values of RotationAndPixel from the site: nanometres, degrees. */
  readonly pixel?: number;
  /** True when that pixel size was found on a grating and is not in the properties yet. */
  readonly pixelFound?: boolean;
  readonly rotation?: number;
  readonly deltaRotation?: number;
  readonly imageShift?: Matrix;
  readonly stage?: Matrix;
  /** Nanometres, degrees and whether an axis is inverted, by the stage calibration. */
  readonly stagePixel?: number;
  readonly stageRotation?: number;
  readonly stageInverted?: boolean;
}

/** A name for a place in a sentence. */
export const nameOf = ({ camera, magIndex, magnification }: Site): string =>
  `${camera.name} (camera ${camera.index}) at mag index ${magIndex} (${Math.round(magnification)}x)`;

/** A pixel size that was found on a grating, in nanometres of an unbinned pixel. */
export interface FoundPixel {
  readonly camera: CameraIndex;
  readonly magIndex: MagIndex;
  readonly pixelNanometres: number;
}

/** All places at which something is measured, by camera and magnification. */
export function sitesOf(optics: Optics, found: readonly FoundPixel[] = []): readonly Site[] {
  const at = (entries: ReturnType<Optics['stageCalibrations']>): ReadonlyMap<string, Matrix> =>
    new Map(entries.map(({ camera, magIndex, matrix }) => [`${camera} ${magIndex}`, matrix]));
  const shifts = at(optics.imageShiftCalibrations());
  const stages = at(optics.stageCalibrations());
  return optics.cameras.flatMap((camera) => {
    const measured = new Map(camera.measured.map((row) => [row.magIndex, row]));
    return optics.magnifications.indexes(camera).flatMap((magIndex): Site[] => {
      const key = `${camera.index} ${magIndex}`;
      const [row, imageShift, stage] = [measured.get(magIndex), usable(shifts.get(key)), usable(stages.get(key))];
      const here = optics.at({ magIndex, camera: camera.index });
      const nominal = here.nominalPixelSize;
      const grating = found.findLast((each) => each.camera === camera.index && each.magIndex === magIndex);
      const pixel = grating?.pixelNanometres ?? row?.pixelNanometres;
      if ((!row && !imageShift && !stage && !grating) || nominal === undefined) return [];
      const axes = stage && matrixAngle(product(stage, optics.nominalSpecimenToStage));
      return [
        {
          camera,
          magIndex,
          magnification: here.magnification,
          roughShift: here.roughImageShiftScale,
          isLowMagnification: here.isLowMagnification,
          range: rangeOf(optics, camera, magIndex),
          nominalPixel: inNanometres(nominal),
          nominalRotation: inDegrees(here.nominalRotation),
          ...(pixel !== undefined && { pixel, pixelFound: grating !== undefined }),
          ...(row?.rotation !== undefined && { rotation: row.rotation }),
          ...(row?.deltaRotation !== undefined && { deltaRotation: row.deltaRotation }),
          ...(imageShift && { imageShift }),
          ...(stage &&
            axes && {
              stage,
              stagePixel: 1000 / sizeOf(stage),
              stageRotation: axes.angle,
              stageInverted: axes.inverted,
            }),
        },
      ];
    });
  });
}

const usable = (matrix: Matrix | undefined): Matrix | undefined => (matrix && inverse(matrix) ? matrix : undefined);

/** Pixels for one unit, the mean over all directions. */
export const sizeOf = (matrix: Matrix): number => Math.sqrt(Math.abs(determinant(matrix)));

/** Direction of the image-shift X axis on the camera in degrees. */
export const directionOf = ({ xpx, ypx }: Matrix): number => (Math.atan2(ypx, xpx) * 180) / Math.PI;

/**
 * Every boundary that the properties give separates ranges, also one between probe modes or magnification modes. Boundaries of cameras
 * with and without filter both count, so that their places can be compared.
 */
function rangeOf(optics: Optics, camera: OpticalCamera, magIndex: MagIndex): number {
  const { magnifications } = optics;
  const kinds = camera.stem ? [camera] : [true, false].map((behindFilter) => ({ behindFilter, stem: false }));
  const boundaries = new Set(
    kinds.flatMap((kind) => [
      ...magnifications.shiftBoundaries(kind),
      magnifications.rangeOf(kind, magIndexOf(highestMagIndex)).lowest,
    ]),
  );
  const below = [...boundaries].filter((boundary) => boundary <= magIndex).length;
  return camera.stem ? below + (camera.index + 1) * (highestMagIndex + 1) : below;
}

/** Lengths of the stage axes on the specimen, 1 where the stage calibration and the pixel size agree. */
export function stageAxisLengths(
  stage: Matrix,
  pixel: number,
  rotation: number,
): { readonly x: number; readonly y: number } | undefined {
  const back = inverse(stage);
  const matrix = back && product(back, specimenToCameraMatrix(pixel, rotation));
  return matrix && { x: Math.hypot(matrix.xpx, matrix.xpy), y: Math.hypot(matrix.ypx, matrix.ypy) };
}

/** The middle of numbers; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length === 0
    ? undefined
    : sorted.length % 2 === 1
      ? sorted[half]
      : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The standard deviation that most of the numbers suggest, whatever a few of them are. */
export const robustDeviation = (values: readonly number[]): number => 1.4826 * (median(values.map(Math.abs)) ?? 0);

/** The difference of two numbers, or of two angles the short way round. */
export type Apart = (a: number, b: number) => number;
/** The difference of logarithms. */
export const apartInScale: Apart = (a, b) => a - b;
/** The difference of angles in degrees. */
export const apartInAngle: Apart = (a, b) => normalizeDegrees(a - b);

/** The value to which the most others are near; for angles there is no other middle. */
export function centre(values: readonly number[], apart: Apart): number | undefined {
  const sumTo = (value: number): number => values.reduce((sum, other) => sum + Math.abs(apart(other, value)), 0);
  const sums = values.map(sumTo);
  const least = Math.min(...sums);
  const near = values.filter((_, at) => sums[at]! <= least + 1e-9);
  if (near.length === 0) return undefined;
  const [first] = near as [number, ...number[]];
  return first + near.reduce((sum, value) => sum + apart(value, first), 0) / near.length;
}
