import type { CameraIndex, MagIndex } from '../../base';

/** Origin of a value. */
export type Derivation =
  | 'measured'
  | 'camera setting'
  | 'relative rotation'
  | 'special relative rotation'
  | 'image shift'
  | 'image shift of another camera'
  | 'another camera'
  | 'steps of another camera'
  | 'nearby magnifications'
  | 'reported rotation'
  | 'nominal';

/** From where a value came. */
export interface Source {
  readonly how: Derivation;
  readonly magIndex?: MagIndex;
  readonly camera?: CameraIndex;
}

/** A value with the number of derivations that lie between it and a measurement. */
export interface Known {
  readonly value: number;
  /** 0 for a measured value. */
  readonly level: number;
  readonly source: Source;
}

/** Says in words where a value came from, such as `derived from mag 20 by image shift`. */
export function describeSource({ how, magIndex, camera }: Source): string {
  if (how === 'measured' || how === 'nominal') return how;
  if (how === 'camera setting') return 'set for the camera';
  const place = [magIndex === undefined ? '' : ` mag ${magIndex}`, camera === undefined ? '' : ` camera ${camera}`]
    .filter(Boolean)
    .join(' of');
  return `derived${place && ` from${place}`} by ${how}`;
}

/** Values by camera and mag index. */
export class KnownValues {
  private readonly values = new Map<CameraIndex, Map<MagIndex, Known>>();

  get(magIndex: MagIndex, camera: CameraIndex): Known | undefined {
    return this.values.get(camera)?.get(magIndex);
  }
  set(magIndex: MagIndex, camera: CameraIndex, known: Known): void {
    const ofCamera = this.values.get(camera) ?? new Map<MagIndex, Known>();
    ofCamera.set(magIndex, known);
    this.values.set(camera, ofCamera);
  }
  /** The mag indexes with a known value for a camera, ascending. */
  magIndexes(camera: CameraIndex): readonly MagIndex[] {
    return [...(this.values.get(camera)?.keys() ?? [])].sort((a, b) => a - b);
  }
  get empty(): boolean {
    return this.values.size === 0;
  }
  has(camera: CameraIndex): boolean {
    return this.values.has(camera);
  }
}

/**
 * One round of derivation: each missing value may be derived from values of lower level only, so the round is worked out in full
 * before anything of it is stored. Tells whether anything was found.
 */
export function deriveRound(
  known: KnownValues,
  places: readonly { readonly magIndex: MagIndex; readonly camera: CameraIndex }[],
  level: number,
  derive: (magIndex: MagIndex, camera: CameraIndex) => { readonly value: number; readonly source: Source } | undefined,
): boolean {
  const found = places.flatMap(({ magIndex, camera }) => {
    if (known.get(magIndex, camera)) return [];
    const derived = derive(magIndex, camera);
    return derived === undefined ? [] : [{ magIndex, camera, derived }];
  });
  for (const { magIndex, camera, derived } of found) known.set(magIndex, camera, { ...derived, level });
  return found.length > 0;
}
