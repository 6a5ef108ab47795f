import { definePart } from '../base/part';

/** The beam blanker and the viewing screen, which stand between the beam and the cameras. */
export const shutters = definePart({
  name: 'shutters',
  options: {},
  truth: () => ({}),
  start() {
    let blanked = false;
    let screenDown = false;
    return {
      blocksBeam: () => blanked || screenDown,
      commands: {
        setBlanked(on: boolean): void {
          blanked = on;
        },
        /** Lowers or raises the screen; a lowered screen keeps the beam from every camera. */
        setScreen(down: boolean): void {
          screenDown = down;
        },
      },
      readings: () => ({ blanked, screenDown }),
    };
  },
});
