import type { CameraIndex, MagIndex, Matrix } from '../../base';

/** One shift matrix with the conditions that belong to it. */
export interface MatrixEntry {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  readonly matrix: Matrix;
  /** The magnification in the record, for the human reader. */
  readonly magnification: number;
  /** The absolute focus at which a stage matrix was measured; `undefined` for image shift. */
  readonly focus?: number;
  /** Minutes since 1970 at which it was measured; 0 if that was not in this session. */
  readonly measuredAt: number;
}

/** Details of a matrix that is stored. */
export interface MatrixOptions {
  /** The magnification in the record; by default that of the magnification table. */
  readonly magnification?: number;
  /** The absolute focus, for stage matrices. */
  readonly focus?: number;
  /**
   * True, the default, when it was measured just now. Such a matrix gets a time stamp, goes into the short-term file and counts
   * for the question on exit. `false` is for derived and restored ones, which lose a stamp that they had.
   */
  readonly sessionMeasured?: boolean;
}

/** The shift matrices by mag index and camera; a missing one is `undefined`, never zeros. */
export interface MatrixTable {
  get(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined;
  /** Throws `store/value-not-storable` for indexes or elements that the file cannot hold. */
  set(magIndex: MagIndex, camera: CameraIndex, value: Matrix, options?: MatrixOptions): void;
  /** Removes a matrix; returns true when there was one. */
  remove(magIndex: MagIndex, camera: CameraIndex): boolean;
  /** All that there are, by mag index and camera. */
  entries(): readonly MatrixEntry[];
  /** Minutes since 1970; 0 = not measured in this session (or in the 22 hours before it). */
  measuredAt(magIndex: MagIndex, camera: CameraIndex): number;
}

/** The four elements alone, of a record that has more. */
export const elementsOf = ({ xpx, xpy, ypx, ypy }: Matrix): Matrix => ({ xpx, xpy, ypx, ypy });
