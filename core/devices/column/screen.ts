import type { Seconds } from '../../base';
import { device } from '../device';
import type { Setting } from '../setting';
import { onOff } from '../setting-traits';

/** The viewing screen. */
export interface Screen {
  /** True when it is down, in front of the camera. */
  readonly screenDown: Setting<boolean>;
}
/** The token of the viewing screen. */
export const Screen = device<Screen>('Screen', {
  called: 'the viewing screen',
  part: 'column',
  settings: {
    screenDown: onOff({
      label: 'Screen',
      name: 'screen down',
      on: 'down',
      off: 'up',
      changesBeam: true,
      blocksBeam: 'to the cameras',
    }),
  },
});

/** A beam blanker that can be switched at a time while a camera exposes, for cameras that do not spare the specimen themselves, and to time them. */
export interface TimedBlanker {
  /** Seconds that blanking and unblanking take together, below which the beam is not blanked at all; 0 where the site has entered none. */
  readonly minimumBlanking: Seconds;
}
/** The token of the timed blanker. */
export const TimedBlanker = device<TimedBlanker>('TimedBlanker', {
  called: 'a blanker that works during an exposure',
  part: 'column',
  settings: {},
  facts: { minimumBlanking: true },
});
