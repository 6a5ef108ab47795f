import { seconds } from '../base';
import type { CameraTraits, Shutter } from '../devices';
import type { CameraSettings, Settings } from '../settings';

/** Seconds that an energy filter needs after a change. */
export interface FilterDelays {
  /** After the slit went in or out. */
  readonly slit: number;
  /** After a change of the energy loss, in electronvolts. */
  energy(change: number): number;
}

/** The NoShutter of a camera whose specimen the blanker spares until an exposure begins. */
const blanksUntilStart = 2;

/** The properties count in ticks of DigitalMicrograph, for which they were made; they hold for every filter alike. */
const ticksPerSecond = 60;

/** Reads the delays of the site's energy filter. */
export function filterDelays(settings: Settings): FilterDelays {
  const line = (
    base: 'FilterOffsetDelayBase1' | 'FilterOffsetDelayBase2',
    slope: 'FilterOffsetDelaySlope1' | 'FilterOffsetDelaySlope2',
  ) => {
    const [ticks, perElectronvolt] = [settings.get(base), settings.get(slope)];
    return (change: number): number => (ticks + perElectronvolt * change) / ticksPerSecond;
  };
  const small = line('FilterOffsetDelayBase1', 'FilterOffsetDelaySlope1');
  const large = line('FilterOffsetDelayBase2', 'FilterOffsetDelaySlope2');
  const criterion: number = settings.get('FilterOffsetDelayCriterion');
  return {
    slit: settings.get('FilterSlitInOutDelay') / ticksPerSecond,
    energy: (change) => (change < criterion ? small(change) : large(change)),
  };
}

/** The blanker of a camera that has no shutter, by the site's properties: it may spare the specimen until an exposure or a scan begins. */
export const sparedUntilStart = (camera: CameraSettings): Pick<CameraTraits, 'blankedUntilStart'> =>
  camera.get('NoShutter') === blanksUntilStart ? { blankedUntilStart: true } : {};

/**
 * The shutters of a camera by the site's properties. Only one that DigitalMicrograph drives may have a shutter behind the specimen as well, unless the
 * site says that it has one shutter.
 */
export function shutterTraits(
  camera: CameraSettings,
  mayHaveTwo = false,
): Required<Pick<CameraTraits, 'shutters' | 'extraBeamTime'>> & Pick<CameraTraits, 'blankedUntilStart'> {
  const two = mayHaveTwo && camera.get('OnlyOneShutter') === 0 && camera.get('OneViewType') === 0;
  const shutters: readonly Shutter[] =
    camera.get('NoShutter') !== 0 ? ['none'] : two ? ['beam', 'film', 'dual'] : ['beam'];
  return {
    shutters: Object.freeze([...shutters]),
    extraBeamTime: seconds(camera.get('ExtraBeamTime')),
    ...sparedUntilStart(camera),
  };
}
