import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  inDegrees,
  inMicrometres,
  inverse,
  matrixAngle,
  product,
  rotation,
} from '../base';
import type { Optics } from './optics';
import { robustSpecimenToStage } from './geometry/robust-specimen-to-stage';

/** The image-shift vectors on the specimen at one calibrated magnification of one camera. */
export interface ImageShiftVectors {
  readonly camera: CameraIndex;
  readonly cameraName: string;
  readonly magIndex: MagIndex;
  readonly magnification: number;
  /** Length of one unit of image shift along its X and Y, in units of the rough scale: about 1. */
  readonly lengthX: number;
  readonly lengthY: number;
  /** Directions in degrees, measured from specimen Y and increasing clockwise. */
  readonly angleX: number;
  readonly angleY: number;
  /** True when pixel size and rotation are measured. */
  readonly measuredPixel: boolean;
  readonly measuredRotation: boolean;
}

/**
 * Length and direction on the specimen of one unit of image shift, at every calibrated magnification. A step in length
 * or angle from one magnification to the next shows a boundary that belongs in OtherShiftBoundaries.
 *
 * @param options.useMeasured takes measured pixel sizes and rotations where there are any, instead of nominal ones
 */
export function imageShiftVectors(
  optics: Optics,
  { useMeasured }: { readonly useMeasured: boolean },
): readonly ImageShiftVectors[] {
  return optics.imageShiftCalibrations().flatMap(({ magIndex, camera, matrix }) => {
    const known = useMeasured ? optics.at({ magIndex, camera }).pixelSize : undefined;
    const measured = known?.level === 0 ? known.value : undefined;
    const pixel = measured ?? optics.at({ magIndex, camera }).nominalPixelSize;
    if (pixel === undefined) return [];
    const calibrated = useMeasured ? optics.at({ magIndex, camera }).calibratedRotation : undefined;
    const angle = inDegrees(calibrated ?? optics.at({ magIndex, camera }).nominalRotation);
    const { xpx, xpy, ypx, ypy } = product(rotation(-angle), matrix);
    const scale = inMicrometres(pixel) / optics.at({ magIndex, camera }).roughImageShiftScale;
    return [
      {
        camera,
        cameraName: optics.camera(camera).name,
        magIndex,
        magnification: optics.at({ magIndex, camera }).magnification,
        lengthX: scale * Math.hypot(xpx, ypx),
        lengthY: scale * Math.hypot(xpy, ypy),
        angleX: clockwiseFromY(xpx, ypx),
        angleY: clockwiseFromY(xpy, ypy),
        measuredPixel: measured !== undefined,
        measuredRotation: calibrated !== undefined,
      },
    ];
  });
}

const clockwiseFromY = (x: number, y: number): number => (Math.atan2(x, y) * 180) / Math.PI;

/** Stage axes and tilt axis from one stage calibration. */
export interface StageCalibrationRow {
  readonly camera: CameraIndex;
  readonly cameraName: string;
  readonly magIndex: MagIndex;
  readonly magnification: number;
  /** Specimen to stage: near the nominal axes of the column when all is well; undefined without pixel size and rotation. */
  readonly specimenToStage: Matrix | undefined;
  /** Direction of the tilt axis in degrees that it implies. */
  readonly tiltAxis: number;
}

/** A stage calibration that the mean leaves out, with the reason. */
export interface LeftOutRow extends StageCalibrationRow {
  readonly why: string;
}

/** The stage calibrations as seen from the specimen, their mean, and those that it leaves out because they contradict the others. */
export function stageCalibrationRows(optics: Optics): {
  readonly rows: readonly StageCalibrationRow[];
  readonly mean: Matrix | undefined;
  readonly leftOut: readonly LeftOutRow[];
} {
  const rows = optics.stageCalibrations().map(({ magIndex, camera, matrix }): StageCalibrationRow => {
    const [back, toCamera] = [inverse(matrix), optics.at({ magIndex, camera }).specimenToCamera];
    return {
      camera,
      cameraName: optics.camera(camera).name,
      magIndex,
      magnification: optics.at({ magIndex, camera }).magnification,
      specimenToStage: back && toCamera && product(back, toCamera),
      tiltAxis: matrixAngle(product(matrix, optics.nominalSpecimenToStage)).angle,
    };
  });
  const known = rows.filter(({ specimenToStage }) => specimenToStage !== undefined);
  const { matrix, leftOut } = robustSpecimenToStage(
    known.map(({ specimenToStage }) => specimenToStage!),
    optics.nominalSpecimenToStage,
  );
  return {
    rows,
    mean: known.length > leftOut.length ? matrix : undefined,
    leftOut: leftOut.map(({ index, why }) => ({ ...known[index]!, why })),
  };
}
