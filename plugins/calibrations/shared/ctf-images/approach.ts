import { type Clock, type Seconds, type Vector, milliseconds, subtract, vector } from '../../../../core/base';
import { type Setting, readBack } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { Settings } from '../../../../core/settings';
import { ctfImageErrors } from './ctf-image-errors';

/** Distance below a value of the stigmator from which it is approached. */
const stigmatorBacklash = 0.02;
/** Value of the stigmator beyond which it is not set. */
const maxStigmator = 0.99;

/** Pair of coils with a memory: each value is approached from below, so that what it really does is the same each time. */
export interface ApproachedCoils<Unit extends number> {
  readonly setting: Setting<Vector<Unit>>;
  /** Goes to a value, waits until it is at rest, and returns the value that the device holds. */
  goTo(value: Vector<Unit>, signal?: AbortSignal): Promise<Vector<Unit>>;
}

interface Approach {
  readonly below: number;
  /** Wait between the two steps, and after the last. */
  readonly between: Seconds;
  readonly after: Seconds;
}

function approached<Unit extends number>(
  setting: Setting<Vector<Unit>>,
  clock: Clock,
  { below, between, after }: Approach,
): ApproachedCoils<Unit> {
  return {
    setting,
    async goTo(value, signal) {
      await setting.write(subtract(value, vector(below as Unit, below as Unit)), signal);
      if (between > 0) await clock.delay(between, signal);
      await setting.write(value, signal);
      if (after > 0) await clock.delay(after, signal);
      return readBack(setting, value, signal && { signal });
    },
  };
}

/** Objective stigmator with its approach. A value beyond its range throws before anything is sent. */
export function approachedStigmator(
  setting: Setting<Vector>,
  { clock }: Pick<Run, 'clock'>,
  settings: Pick<Settings, 'get'>,
): ApproachedCoils<number> {
  const [after = 900] = settings.get('AstigmatismComaDelays');
  const coils = approached(setting, clock, {
    below: stigmatorBacklash,
    between: milliseconds(settings.get('AstigBTBacklashDelay')),
    after: milliseconds(after),
  });
  return {
    ...coils,
    async goTo(value, signal) {
      requireStigmatorRange(value);
      return coils.goTo(value, signal);
    },
  };
}

/** Throws `ctf-images/stigmator-out-of-range` unless a value of the stigmator can be reached with its approach. */
export function requireStigmatorRange(value: Vector): void {
  for (const each of [value.x, value.y])
    if (!(each <= maxStigmator && each - stigmatorBacklash >= -maxStigmator))
      throw ctfImageErrors.stigmatorOutOfRange(each);
}

/** Beam tilt with its approach: from one milliradian below. */
export function approachedTilt<Unit extends number>(
  setting: Setting<Vector<Unit>>,
  { clock }: Pick<Run, 'clock'>,
  settings: Pick<Settings, 'get'>,
  milliradiansPerUnit: number,
): ApproachedCoils<Unit> {
  const [, , after = 750] = settings.get('AstigmatismComaDelays');
  return approached(setting, clock, {
    below: 1 / milliradiansPerUnit,
    between: milliseconds(settings.get('AstigBTBacklashDelay')),
    after: milliseconds(after),
  });
}

/** Restores coils at the end of a run by the same approach, unless they are where they were. */
export async function restoreApproached<Unit extends number>(
  run: Pick<Run, 'restoreLater' | 'signal'>,
  coils: ApproachedCoils<Unit>,
): Promise<{ readonly start: Vector<Unit>; keep(value: Vector<Unit>): void }> {
  const start = await coils.setting.read(run.signal);
  let wanted = start;
  run.restoreLater(coils.setting.name, async (signal) => {
    const now = await coils.setting.read(signal).catch(() => undefined);
    if (now && now.x === wanted.x && now.y === wanted.y) return;
    // A value at the end of the range has nothing below it to come from.
    await coils.goTo(wanted, signal).catch(() => coils.setting.write(wanted, signal));
  });
  return {
    start,
    keep(value) {
      wanted = value;
    },
  };
}
