import type { CameraIndex, MagIndex, Matrix } from '../../base';
import type { MagnificationTable } from './magnification-table';
import type { OpticalCamera, OpticsProperties } from '../properties';

/** One measured matrix with its place. */
export interface MatrixEntry {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  readonly matrix: Matrix;
}

/** The measured matrices of one kind. */
export interface MatrixSource {
  get(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined;
  entries(): Iterable<MatrixEntry>;
}

/** Input for pixel sizes, rotations and matrices. */
export interface Instrument {
  readonly properties: OpticsProperties;
  readonly table: MagnificationTable;
  /** Image shift to camera, unbinned pixels per image-shift unit. */
  readonly imageShifts: MatrixSource;
  /** Stage to camera, unbinned pixels per micrometre. */
  readonly stages: MatrixSource;
}

/** A place at which something can be known: a magnification in use of one camera. */
export interface OpticalPlace {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
}

/** All magnifications in use of all cameras. */
export const placesOf = (
  { properties, table }: Instrument,
  only: (camera: OpticalCamera) => boolean = () => true,
): readonly OpticalPlace[] =>
  properties.cameras
    .filter(only)
    .flatMap((camera) => table.indexes(camera).map((magIndex) => ({ magIndex, camera: camera.index })));

/** The cameras that can lend values to a camera: of the same kind, and not scanning. */
export const similarCameras = ({ properties }: Instrument, camera: OpticalCamera): readonly OpticalCamera[] =>
  camera.stem
    ? []
    : properties.cameras.filter(
        (other) => other.index !== camera.index && !other.stem && other.behindFilter === camera.behindFilter,
      );

/** All other cameras that are not scanning. */
export const otherCameras = ({ properties }: Instrument, camera: OpticalCamera): readonly OpticalCamera[] =>
  camera.stem ? [] : properties.cameras.filter((other) => other.index !== camera.index && !other.stem);

/** Pixel size in nanometres that magnification and sensor suggest; `undefined` where the index is not in use. */
export function nominalPixel(
  { table }: Pick<Instrument, 'table'>,
  camera: OpticalCamera,
  magIndex: MagIndex,
): number | undefined {
  const magnification = table.magnificationFor(camera, magIndex);
  return magnification > 0 ? (1000 * camera.sensorPixelMicrometres) / (magnification * camera.filmToCamera) : undefined;
}

/** Rotation in degrees that the column's report and the extra rotations of the site suggest. */
export const nominalRotation = (
  { table, properties }: Pick<Instrument, 'table' | 'properties'>,
  camera: OpticalCamera,
  magIndex: MagIndex,
): number => table.reportedRotation(camera, magIndex) + properties.globalExtraRotation + camera.extraRotation;

/** Film magnification near which a site without any calibration is most likely to know what it does. */
const customaryMagnification = 15000;

/**
 * The place where a derivation starts when nothing is measured: of the cameras without a filter the one with the widest run of
 * calibrated image shifts, in the middle of that run, or else the magnification nearest to 15000. A camera behind a filter is taken
 * only when there is no other, a scanning one never.
 */
export function seedPlace(
  instrument: Instrument,
  candidates: readonly OpticalCamera[] = instrument.properties.cameras,
): OpticalPlace | undefined {
  const { table, imageShifts } = instrument;
  const usable = candidates.filter((camera) => !camera.stem && table.indexes(camera).length > 0);
  const unfiltered = usable.filter((camera) => !camera.behindFilter);
  const runs = (unfiltered.length > 0 ? unfiltered : usable).map((camera) => {
    const calibrated = table.indexes(camera).filter((index) => imageShifts.get(index, camera.index));
    return { camera, calibrated, width: calibrated.length > 0 ? calibrated.at(-1)! - calibrated[0]! + 1 : 0 };
  });
  const widest = runs.sort((a, b) => b.width - a.width || a.camera.index - b.camera.index)[0];
  if (!widest) return undefined;
  const { camera, calibrated } = widest;
  if (calibrated.length > 0) return { camera: camera.index, magIndex: calibrated[Math.floor(calibrated.length / 2)]! };
  const away = (index: MagIndex): number =>
    Math.abs(Math.log(table.magnificationFor(camera, index) / customaryMagnification));
  const nearest = [...table.indexes(camera)].sort((a, b) => away(a) - away(b) || a - b)[0]!;
  return { camera: camera.index, magIndex: nearest };
}
