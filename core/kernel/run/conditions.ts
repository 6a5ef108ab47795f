import { isNotAvailable } from '../../base';
import { type Cameras, type ProvidedSetting, conditionName, recordedCondition } from '../../devices';
import type { Conditions } from '../../store';

/** The conditions under which a result is measured: those settings that say so of themselves, and the camera. */
export async function readConditions(
  settings: readonly ProvidedSetting[],
  cameras: Pick<Cameras, 'selected'> | undefined,
): Promise<Conditions> {
  const read: Record<string, unknown> = {};
  if (cameras) {
    const { index, name, width, height } = cameras.selected.traits;
    Object.assign(read, { camera: index, cameraName: name, cameraWidth: width, cameraHeight: height });
  }
  for (const provided of settings) {
    const name = conditionName(provided);
    if (name === undefined) continue;
    const { setting } = provided;
    try {
      read[name] = recordedCondition(setting.traits, await setting.read());
    } catch (error) {
      if (!isNotAvailable(error)) throw error;
    }
  }
  return read;
}
