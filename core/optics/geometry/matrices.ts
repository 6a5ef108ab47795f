import { type CameraIndex, type MagIndex, type Matrix, type Vector, apply, inverse, matrix, product } from '../../base';
import { type Instrument, type MatrixEntry, otherCameras, similarCameras } from './optical-knowledge';
import type { OpticalCamera, OpticsTraits } from '../properties';
import { robustSpecimenToStage } from './robust-specimen-to-stage';

/** Source of a matrix that was looked up. */
export type MatrixSourceKind =
  | 'measured'
  | 'same mag, other camera'
  | 'other mag'
  | 'other mag, other camera'
  | 'image shift'
  | 'pixel size and rotation'
  | 'nominal stage axes';

/** A matrix that was looked up, with the place it was measured at. */
export interface FoundMatrix {
  readonly matrix: Matrix;
  readonly source: MatrixSourceKind;
  /** The measurement that it goes back to; undefined where there is none. */
  readonly from?: { readonly magIndex: MagIndex; readonly camera: CameraIndex };
}

/** The matrix from specimen (um) to camera (unbinned pixels, Y up) for a pixel size in nanometres and the direction of the tilt axis in degrees. */
export function specimenToCameraMatrix(pixelNanometres: number, rotationDegrees: number): Matrix {
  const pixelsPerMicrometre = 1000 / pixelNanometres;
  const angle = (rotationDegrees * Math.PI) / 180;
  const [cosine, sine] = [pixelsPerMicrometre * Math.cos(angle), pixelsPerMicrometre * Math.sin(angle)];
  return matrix(cosine, -sine, sine, cosine);
}

/** Looks up the matrices of one instrument and derives the missing ones from those of other magnifications and cameras. */
export class MatrixLookup {
  constructor(
    private readonly instrument: Instrument,
    private readonly traits: Pick<OpticsTraits, 'usesProjectorForImageShift' | 'nominalSpecimenToStage'>,
    /** Specimen to camera at a magnification. */
    private readonly specimenToCamera: (magIndex: MagIndex, camera: CameraIndex) => Matrix | undefined,
  ) {}

  /** Image shift to camera, in unbinned pixels per image-shift unit. */
  imageShiftToCamera(magIndex: MagIndex, camera: OpticalCamera): FoundMatrix | undefined {
    const { table, imageShifts } = this.instrument;
    const own = imageShifts.get(magIndex, camera.index);
    if (own) return { matrix: own, source: 'measured', from: { magIndex, camera: camera.index } };

    for (const other of similarCameras(this.instrument, camera)) {
      const found = this.adjusted(magIndex, camera, { magIndex, camera: other.index }, 'same mag, other camera');
      if (found) return found;
    }
    for (const index of table.nearest(camera, magIndex)) {
      const measured = imageShifts.get(index, camera.index);
      if (!measured) continue;
      const from = { magIndex: index, camera: camera.index };
      const sameSide = table.isLowMagnification(camera, index) === table.isLowMagnification(camera, magIndex);
      if (this.traits.usesProjectorForImageShift && !camera.stem && sameSide)
        return { matrix: measured, source: 'other mag', from };
      const found = table.canTransferImageShift(magIndex, index, camera)
        ? this.adjusted(magIndex, camera, from, 'other mag')
        : undefined;
      if (found) return found;
    }
    for (const index of [magIndex, ...table.nearest(camera, magIndex)]) {
      for (const other of otherCameras(this.instrument, camera)) {
        if (!table.canTransferBetween(magIndex, camera, index, other)) continue;
        const found = this.adjusted(
          magIndex,
          camera,
          { magIndex: index, camera: other.index },
          'other mag, other camera',
        );
        if (found) return found;
      }
    }
    return undefined;
  }

  /** Image shift to specimen, in micrometres per image-shift unit. */
  imageShiftToSpecimen(magIndex: MagIndex, camera: OpticalCamera): Matrix | undefined {
    const found = this.imageShiftToCamera(magIndex, camera);
    const toCamera = this.specimenToCamera(magIndex, camera.index);
    const back = toCamera && inverse(toCamera);
    return found && back && product(back, found.matrix);
  }

  /** Stage to camera, in unbinned pixels per micrometre. */
  stageToCamera(magIndex: MagIndex, camera: OpticalCamera): FoundMatrix | undefined {
    const { table, stages, imageShifts } = this.instrument;
    const own = stages.get(magIndex, camera.index);
    if (own) return { matrix: own, source: 'measured', from: { magIndex, camera: camera.index } };

    const here = imageShifts.get(magIndex, camera.index);
    if (here) {
      for (const index of table.nearest(camera, magIndex)) {
        const [stage, there] = [stages.get(index, camera.index), imageShifts.get(index, camera.index)];
        const back = there && inverse(there);
        if (stage && back && table.canTransferImageShift(magIndex, index, camera))
          return {
            matrix: product(here, back, stage),
            source: 'image shift',
            from: { magIndex: index, camera: camera.index },
          };
      }
    }
    const toCamera = this.specimenToCamera(magIndex, camera.index);
    if (!toCamera) return undefined;
    for (const other of [camera, ...otherCameras(this.instrument, camera)]) {
      for (const index of [magIndex, ...table.nearest(camera, magIndex)]) {
        const stage = stages.get(index, other.index);
        const there = this.specimenToCamera(index, other.index);
        const back = there && inverse(there);
        if (stage && back)
          return {
            matrix: product(toCamera, back, stage),
            source: 'pixel size and rotation',
            from: { magIndex: index, camera: other.index },
          };
      }
    }
    return { matrix: product(toCamera, this.nominalStageToSpecimen()), source: 'nominal stage axes' };
  }

  /** Specimen to stage: the mean of the stage calibrations that agree, or the nominal axes of the column where there is none. */
  specimenToStage(): Matrix {
    const found = [...this.instrument.stages.entries()].flatMap((entry) => this.specimenToStageAt(entry) ?? []);
    return robustSpecimenToStage(found, this.traits.nominalSpecimenToStage).matrix;
  }

  /** Specimen to stage as one stage calibration says. */
  specimenToStageAt({ magIndex, camera, matrix: stage }: MatrixEntry): Matrix | undefined {
    const toCamera = this.specimenToCamera(magIndex, camera);
    const back = inverse(stage);
    return toCamera && back && product(back, toCamera);
  }

  /**
   * Converts an image shift to another magnification so that it moves the specimen equally far; unchanged if that is
   * unknown or unnecessary.
   */
  transferImageShift<T extends number>(
    value: Vector<T>,
    from: MagIndex,
    to: MagIndex,
    camera: OpticalCamera,
  ): Vector<T> {
    if (this.instrument.table.canTransferImageShift(from, to, camera)) return value;
    const [atFrom, atTo] = [this.imageShiftToSpecimen(from, camera), this.imageShiftToSpecimen(to, camera)];
    const back = atTo && inverse(atTo);
    return atFrom && back ? (apply(product(back, atFrom), value) as Vector<T>) : value;
  }

  private adjusted(
    magIndex: MagIndex,
    camera: OpticalCamera,
    from: { magIndex: MagIndex; camera: CameraIndex },
    source: MatrixSourceKind,
  ): FoundMatrix | undefined {
    const measured = this.instrument.imageShifts.get(from.magIndex, from.camera);
    const [wanted, there] = [
      this.specimenToCamera(magIndex, camera.index),
      this.specimenToCamera(from.magIndex, from.camera),
    ];
    const back = there && inverse(there);
    return measured && wanted && back ? { matrix: product(wanted, back, measured), source, from } : undefined;
  }

  private nominalStageToSpecimen(): Matrix {
    const { xpx, xpy, ypx, ypy } = this.traits.nominalSpecimenToStage;
    return inverse(matrix(xpx, xpy, ypx, ypy)) ?? matrix(-1, 0, 0, -1);
  }
}
