import { mean } from '../../../../imaging';
import { milliseconds, readable } from '../../../../core/base';
import type { Scope } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';

const toggles = 10;
/** Seconds of blanking and unblanking from which on they matter. */
const remarkable = 0.025;

/** Times that the program takes to blank the beam and to unblank it, in seconds. */
export interface BlankerTimes {
  readonly blank: number;
  readonly unblank: number;
  /** Both, as the configuration gets it; 0 where they are too short to matter. */
  readonly minimum: number;
}

/** Switches the beam off and on some times. The beam is on at the end. */
export async function measureBlanker(
  run: Pick<Run, 'operator' | 'clock' | 'signal'>,
  { beamBlanked }: Pick<Scope, 'beamBlanked'>,
): Promise<BlankerTimes> {
  const [blanks, unblanks]: [number[], number[]] = [[], []];
  await beamBlanked.write(false, run.signal);
  for (let k = 0; k < toggles; k++)
    for (const on of [true, false]) {
      const before = run.clock.now();
      await beamBlanked.write(on, run.signal);
      (on ? blanks : unblanks).push(run.clock.now() - before);
    }
  const [blank, unblank] = [mean(blanks), mean(unblanks)];
  const both = blank + unblank;
  const inMilliseconds = (time: number): string => readable(time / milliseconds(1), 0);
  run.operator.log(
    `Blanking takes ${inMilliseconds(blank)} ms, unblanking ${inMilliseconds(unblank)} ms, both ${inMilliseconds(both)} ms.`,
  );
  return { blank, unblank, minimum: both > remarkable ? Number(both.toFixed(3)) : 0 };
}

/**
 * Seconds by which the beam comes later than the delay that was asked for, as the program will time it with what the configuration is offered: the call to
 * unblank it is sent sooner by the time that it takes, where this is known.
 * @param known time to blank and unblank that the program knows now
 */
export const shiftOfBeam = ({ blank, unblank, minimum }: BlankerTimes, known: number): number =>
  (minimum > 0 ? unblank : 0) - Math.max(0, known - blank);
