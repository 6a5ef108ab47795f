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
