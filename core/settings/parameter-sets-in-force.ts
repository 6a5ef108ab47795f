import { ZodError } from 'zod';
import { type CameraIndex, EucentricError } from '../base';
import type { CameraSettings } from './camera-settings';
import {
  type CameraParameterSets,
  changedParameterSet,
  type ParameterSet,
  type ParameterSetName,
  parameterSets,
  unfitFields,
} from './parameter-sets';

/** The fields of one parameter set that were changed in a session. */
export interface ParameterSetChange {
  readonly camera: CameraIndex;
  readonly name: ParameterSetName;
  readonly fields: Partial<ParameterSet>;
}

/** The parameter sets of the site with what was changed in this session; the last change of a field counts. */
export class ParameterSetsInForce {
  /** The parameter sets of the file. */
  readonly written: ReadonlyMap<CameraIndex, CameraParameterSets>;
  private readonly changed: ParameterSetChange[] = [];

  constructor(
    private readonly cameras: readonly CameraSettings[],
    section: unknown,
  ) {
    this.written = parameterSets(cameras, section);
  }

  get inForce(): ReadonlyMap<CameraIndex, CameraParameterSets> {
    if (this.changed.length === 0) return this.written;
    const sets = new Map<CameraIndex, CameraParameterSets>(this.written);
    for (const { camera, name, fields } of this.changed) {
      const own = sets.get(camera)!;
      sets.set(camera, { ...own, [name]: { ...own[name], ...fields } });
    }
    return sets;
  }

  get changes(): readonly ParameterSetChange[] {
    return this.changed;
  }

  change(camera: CameraIndex, name: ParameterSetName, fields: Partial<ParameterSet>): () => void {
    const present = this.inForce.get(camera)?.[name];
    const of = this.cameras.find(({ index }) => index === camera);
    if (!present || !of) throw noSuchCamera(camera, this.cameras);
    checkFields(of, name, present, fields);
    const change = { camera, name, fields };
    this.changed.push(change);
    return () => {
      const at = this.changed.indexOf(change);
      if (at >= 0) this.changed.splice(at, 1);
    };
  }
}

/** The error for a camera that is not active. */
export const noSuchCamera = (wanted: number, cameras: readonly CameraSettings[]): EucentricError =>
  new EucentricError({
    code: 'settings/no-such-camera',
    message: `There is no active camera ${wanted}.`,
    hint: `Active: ${cameras.map(({ index }) => index).join(', ') || 'none'}. ActiveCameraList in the configuration says which are.`,
  });

/** Throws `settings/wrong-parameters` for fields that the camera or the schema does not allow. */
function checkFields(
  camera: CameraSettings,
  name: ParameterSetName,
  present: ParameterSet,
  fields: Partial<ParameterSet>,
): void {
  const refused = (reason: string, hint: string): EucentricError =>
    new EucentricError({
      code: 'settings/wrong-parameters',
      message: `${name} of camera ${camera.index} (${camera.name}) stays as it is: ${reason}.`,
      hint,
    });
  let set: ParameterSet;
  try {
    set = changedParameterSet(present, fields);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const [issue] = error.issues;
    throw refused(
      `${issue?.path.join('.') ?? 'a field'}: ${issue?.message ?? 'it cannot be'}`,
      'The schema of the configuration says what each field may be.',
    );
  }
  const [unfit] = unfitFields(set, camera);
  if (!unfit) return;
  const reasons = {
    binning: `it does not offer binning ${set.binning}`,
    area: 'the area reaches beyond it',
    readMode: `it cannot take ${set.readMode} images`,
  };
  throw refused(reasons[unfit.field], unfit.hint);
}
