import { seconds } from '../../../../core/base';
import { singleExposureOf } from '../../../../core/acquisition';
import type { Camera, Exposure } from '../../../../core/devices';
import type { Settings } from '../../../../core/settings';
import type { UserSettings } from '../../../../core/user-settings';

/** Flags of the user setting that says what differs from Record. */
const flags = { exposure: 1, driftSettling: 2, binning: 4, notSetUp: 128 } as const;

/** Exposure of images for CTF fits: that of Record as one image, with what the user has set for these images. */
export function ctfExposure(
  camera: Camera,
  settings: Pick<Settings, 'parameterSets'>,
  user: Pick<UserSettings, 'get'>,
): Exposure {
  const { traits } = camera;
  const record = singleExposureOf(settings.parameterSets.get(traits.index)!.Record, traits);
  const changed = user.get('CtfAcqSetFlags');
  const isSet = (flag: number): boolean => (changed & flags.notSetUp) === 0 && (changed & flag) !== 0;
  const [exposure, binning] = [user.get('CtfExposure'), user.get('CtfBinning')];
  return camera.fit({
    ...record,
    processing: 'gain normalized',
    ...(isSet(flags.exposure) && exposure > 0 && { exposure: seconds(exposure) }),
    ...(isSet(flags.driftSettling) && { driftSettling: seconds(user.get('CtfDriftSettling')) }),
    ...(isSet(flags.binning) && binning > 0 && { binning }),
    ...(user.get('CtfUseFullField') && {
      area: { left: 0, top: 0, right: traits.width, bottom: traits.height },
    }),
  });
}
