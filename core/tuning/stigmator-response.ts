import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  type Vector,
  apply,
  fromColumns,
  inDegrees,
  inverse,
  length,
  magIndex as asMagIndex,
  product,
  rotation,
  scale,
  subtract,
  vector,
} from '../base';
import type { Optics } from '../optics';
import type { Calibrations, MainRecords } from '../store';

/**
 * Effect of the objective stigmator on the astigmatism that rings show, as a matrix from stigmator values to micrometres. Its columns are complex numbers in
 * the frame of the camera, Y up: half of the difference of the two defocus values, with twice the angle of the larger one.
 */
export interface StigmatorResponse {
  readonly matrix: Matrix;
  /** Change of the stigmator to either side with which it was measured. */
  readonly step: number;
  /** Mag index at which it was measured. */
  readonly from: MagIndex;
}

type CtfRow = MainRecords['CtfAstigCalib'];

/** Two defocus values as rings show them, micrometres with underfocus negative, and the direction of the larger underfocus in degrees. */
export interface FittedDefocus {
  readonly defocus1: number;
  readonly defocus2: number;
  readonly angle: number;
}

/** Astigmatism of two defocus values, as a complex number in micrometres. */
export function astigmatismOf({ defocus1, defocus2, angle }: FittedDefocus): Vector {
  const turn = (2 * angle * Math.PI) / 180;
  const half = (defocus1 - defocus2) / 2;
  return vector(half * Math.cos(turn), half * Math.sin(turn));
}

/** The two defocus values of a mean defocus and an astigmatism: the first is the larger underfocus. */
export function fittedDefocus(defocus: number, astigmatism: Vector): FittedDefocus {
  const half = length(astigmatism);
  // The larger underfocus lies where the astigmatism is negative.
  const angle = (Math.atan2(-astigmatism.y, -astigmatism.x) * 90) / Math.PI;
  return { defocus1: defocus - half, defocus2: defocus + half, angle };
}

/** The response of a record. */
function responseOf(row: CtfRow): StigmatorResponse {
  const column = (axis: 'stigmatorX' | 'stigmatorY'): Vector => {
    const at = (side: 'Minus' | 'Plus'): Vector =>
      astigmatismOf({
        defocus1: row[`${axis}${side}Defocus1`],
        defocus2: row[`${axis}${side}Defocus2`],
        angle: row[`${axis}${side}Angle`],
      });
    return scale(subtract(at('Plus'), at('Minus')), 1 / (2 * row.stigmatorChange));
  };
  return {
    matrix: fromColumns(column('stigmatorX'), column('stigmatorY')),
    step: row.stigmatorChange,
    from: asMagIndex(row.magIndex),
  };
}

/**
 * The response of the stigmator at a magnification: the one that was measured there, or that of the nearest magnification by its ratio on the same side of low
 * magnification, turned with the image. Undefined where none was measured.
 */
export function findStigmatorResponse(
  calibrations: Pick<Calibrations, 'records'>,
  optics: Pick<Optics, 'at'>,
  { magIndex, camera }: { readonly magIndex: MagIndex; readonly camera: CameraIndex },
): StigmatorResponse | undefined {
  const here = optics.at({ magIndex, camera });
  const distance = (row: CtfRow): number => {
    const there = optics.at({ magIndex: asMagIndex(row.magIndex), camera });
    return there.isLowMagnification === here.isLowMagnification && there.magnification > 0
      ? Math.abs(Math.log(there.magnification / here.magnification))
      : Infinity;
  };
  const [nearest] = calibrations
    .records('CtfAstigCalib')
    .all()
    .filter((row) => row.magIndex === magIndex || Number.isFinite(distance(row)))
    .sort((a, b) => Number(b.magIndex === magIndex) - Number(a.magIndex === magIndex) || distance(a) - distance(b));
  if (!nearest) return undefined;
  const response = responseOf(nearest);
  if (response.from === magIndex) return response;
  const [now, then] = [here, optics.at({ magIndex: response.from, camera })].map(
    ({ rotation: measured, nominalRotation }) => inDegrees(measured?.value ?? nominalRotation),
  );
  // An astigmatism turns by twice the angle of the image.
  return { ...response, matrix: product(rotation(2 * (now! - then!)), response.matrix) };
}

/** The change of the stigmator that takes an astigmatism out; undefined for a response that has lost a direction. */
export function stigmatorChange(
  { matrix }: Pick<StigmatorResponse, 'matrix'>,
  astigmatism: Vector,
): Vector | undefined {
  const back = inverse(matrix);
  return back && apply(back, scale(astigmatism, -1));
}
