import type { CameraIndex, MagIndex } from '../../base';
import type { RecordValues } from '../serialem';

/** The key of a record at a mag index and a camera. */
export const placeKey = (name: string, magIndex: MagIndex, camera: CameraIndex): string =>
  `${name} ${magIndex} ${camera}`;

/** Test for a record of the same mag index and camera. */
export const samePlace =
  (magIndex: MagIndex, camera: CameraIndex) =>
  (existing: RecordValues): boolean =>
    existing.magIndex === magIndex && existing.camera === camera;

/** Places whose values are in use and not in the main file; the next session takes them from the short-term file. */
export interface KeptUnsaved {
  /** Those of an earlier session. */
  readonly carried: ReadonlySet<string>;
  /** Those that this session measured. */
  readonly fresh: ReadonlySet<string>;
}

/** No such place. */
export const nothingKept: KeptUnsaved = { carried: new Set(), fresh: new Set() };

/** With a value of an earlier session at a place. */
export const carriedAt = ({ carried, fresh }: KeptUnsaved, place: string): KeptUnsaved => ({
  carried: new Set([...carried, place]),
  fresh,
});

/** With another value at a place, or none: the one of an earlier session is gone. */
export function changedAt({ carried, fresh }: KeptUnsaved, place: string, measured: boolean): KeptUnsaved {
  const others = (places: ReadonlySet<string>): readonly string[] => [...places].filter((each) => each !== place);
  return { carried: new Set(others(carried)), fresh: new Set([...others(fresh), ...(measured ? [place] : [])]) };
}
