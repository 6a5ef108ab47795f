import { Calibrations } from '../../../core/store';
import { UserSettings } from '../../../core/user-settings';
import { SimulatedTruth } from '../../../plugins/simulator';
import type { VirtualInstrumentUnderTest } from '../../../testing/virtual-instrument';
import { cameraOf, coarseCamera } from '../small-camera';

/** A virtual Krios on which items of focus run in a fraction of a second: Focus images of 128 pixels. */
export const quickFocus = {
  magIndex: 25,
  edit: (yaml: string) => coarseCamera(2)(cameraOf(2048)(yaml)),
  simulator: { electronsPerFieldPixelPerSecond: 200, phaseToAmplitudeContrast: 3 },
} as const;

/** Sets few levels of a small range, so that a calibration takes nine images. */
export function fewLevels({ kernel: { registry } }: VirtualInstrumentUnderTest): void {
  const user = registry.get(UserSettings);
  user.setForNow('AutofocusBeamTilt', 2);
  user.setForNow('FocusCalLevels', 3);
  user.setForNow('FocusCalRange', 8);
  user.setForNow('ExtendedCalLowest', -12);
  user.setForNow('ExtendedCalHighest', 4);
  user.setForNow('ExtendedCalInterval', 8);
}

/** Puts the focus curves that a perfect calibration of that magnification would store in place of all others, in both probe modes. */
export function perfectCurves({ kernel: { registry } }: VirtualInstrumentUnderTest): void {
  registry.get(UserSettings).setForNow('AutofocusBeamTilt', 2);
  const curves = registry
    .get(SimulatedTruth)
    .records.filter(({ record, magIndex }) => record === 'FocusCalibration' && magIndex === quickFocus.magIndex);
  registry
    .get(Calibrations)
    .records('FocusCalibration')
    .replaceAll(curves.flatMap((row) => [0, 1].map((probe) => ({ ...row, probe }))) as never);
}
