import type { Camera, Cameras, Exposure, Scope } from '../../../core/devices';
import type { Run } from '../../../core/kernel';
import { type Optics, shiftCalibrationExposure } from '../../../core/optics';
import type { Settings } from '../../../core/settings';
import type { ShiftCalibrationMemory } from './services';

/** The images of a shift calibration as the camera can take them, and the smaller dimension of their field in unbinned pixels. */
export function shiftExposure(camera: Camera, settings: Settings): { readonly exposure: Exposure; readonly fieldSize: number } {
  const plan = shiftCalibrationExposure(settings.parameterSets.get(camera.traits.index)!.Trial, camera.traits, {
    useTrialBinning: settings.get('UseTrialBinningForShiftCal'),
    useTrialSize: settings.get('UseTrialSizeForShiftCal'),
  });
  const exposure = camera.fit(plan.exposure);
  const { area } = exposure;
  return { exposure, fieldSize: Math.min(area.right - area.left, area.bottom - area.top) };
}

/** Normalizes the projector, unless a script asked to leave that out once, and goes to the standard focus in low magnification. */
export async function prepareOptics(run: Run, scope: Scope, cameras: Cameras, optics: Optics, memory: ShiftCalibrationMemory, magIndex: number): Promise<void> {
  const skip = memory.skipNormalizationOnce && memory.lastNormalizedMagIndex === magIndex;
  memory.skipNormalizationOnce = false;
  if (!skip) {
    await scope.normalize('projector', run.signal);
    memory.lastNormalizedMagIndex = magIndex;
  }
  const standardFocus = optics.standardFocus(magIndex, await scope.probeMode.read(run.signal), cameras.selected.traits.index);
  if (standardFocus === undefined) return;
  // The customary program leaves the standard focus set; here it is given back with everything else.
  await run.preserve(scope.absoluteFocus);
  await scope.absoluteFocus.write(standardFocus, run.signal);
}
