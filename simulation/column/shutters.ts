import { notNegative } from '../base/options';
import { definePart } from '../base/part';
import { overlapOf, SwitchHistory, type Span } from '../base/span';

/** The truth of the blanker and the screen: the times that they take, in seconds. */
export interface ShuttersTruth {
  /** From the command to blank the beam until it is off, and from that to unblank it until it is on. */
  readonly blanking: number;
  readonly unblanking: number;
  /** From the command to raise the screen until the beam passes it. */
  readonly screenRise: number;
}

/** The beam blanker and the viewing screen, which stand between the beam and the cameras. An image holds the electrons of the time in which both let them through. */
export const shutters = definePart({
  name: 'shutters',
  options: {
    blankingLatencySeconds: notNegative
      .max(1)
      .default(0)
      .describe('Seconds from the command to blank the beam until it is off.'),
    unblankingLatencySeconds: notNegative
      .max(1)
      .default(0)
      .describe('Seconds from the command to unblank the beam until it is on.'),
    screenRiseSeconds: notNegative
      .max(60)
      .default(0)
      .describe('Seconds from the command to raise the screen until the beam passes it.'),
  },
  // Blankers of columns take 5 to 60 ms with the call to them, which the wires add.
  draw: (random) => ({
    blankingLatencySeconds: random.between(0.001, 0.02),
    unblankingLatencySeconds: random.between(0.001, 0.03),
    screenRiseSeconds: random.between(0.3, 1.5),
  }),
  truth: (options): ShuttersTruth => ({
    blanking: options.blankingLatencySeconds,
    unblanking: options.unblankingLatencySeconds,
    screenRise: options.screenRiseSeconds,
  }),
  start({ blanking, unblanking, screenRise }, { now }) {
    const beamOff = new SwitchHistory(false);
    const inTheWay = new SwitchHistory(false);
    let blanked = false;
    let screenDown = false;
    return {
      openings: (span: Span) => overlapOf(beamOff.off(span), inTheWay.off(span)),
      /** The spans in which the beam is on; a screen in its way keeps it from cameras alone, not from the detectors of a scan. */
      beamOn: (span: Span) => beamOff.off(span),
      /** True when the beam is on at an instant, whether or not the screen is in its way. */
      isOn: (time: number) => !beamOff.at(time),
      commands: {
        setBlanked(on: boolean): void {
          if (on !== blanked) beamOff.set(on, now() + (on ? blanking : unblanking));
          blanked = on;
        },
        /** Lowers or raises the screen; a lowered screen keeps the beam from every camera. */
        setScreen(down: boolean): void {
          if (down !== screenDown) inTheWay.set(down, now() + (down ? 0 : screenRise));
          screenDown = down;
        },
      },
      readings: () => ({ blanked, screenDown }),
    };
  },
});
