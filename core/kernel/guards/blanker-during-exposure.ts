import { type Clock, StoppedError, seconds, throwIfStopped } from '../../base';
import type { AnySetting, BlankerTiming, CameraTraits, Exposure, TimedBlanker } from '../../devices';
import { kernelErrors } from '../errors';

/** Dependencies of a blanker that works during exposures. */
export interface BlankerParts {
  readonly clock: Clock;
  /** The setting that blanks the beam. */
  readonly blanked: () => AnySetting | undefined;
  /** Undefined on columns whose blanker cannot work while a camera exposes. */
  readonly timed: () => TimedBlanker | undefined;
}

/**
 * The times of the blanker in an exposure: those that the caller asks for, or those of both shutters of a camera, the one behind the
 * specimen being driven by the camera; or the start of a camera without shutter. Undefined where the beam stays on.
 * @param canTime false on a column whose blanker cannot work while a camera exposes
 */
export function blankerTiming(
  { blanker, shutter, exposure, driftSettling }: Exposure,
  { builtInSettling, startupDelay, extraBeamTime = seconds(0), blankedUntilStart }: CameraTraits,
  canTime = true,
): BlankerTiming | undefined {
  if (blanker) return blanker;
  const begins = builtInSettling + startupDelay;
  // Such a camera waits for the settling first, so that the beam comes just for it.
  if (blankedUntilStart && canTime && begins > 0) return { blankedFor: seconds(begins) };
  if (shutter !== 'dual') return undefined;
  return {
    blankedFor: seconds(Math.max(0, begins - driftSettling)),
    blankedFrom: seconds(begins + exposure + extraBeamTime),
  };
}

/**
 * Takes an image while the blanker works. The beam is blanked before the request and unblanked again afterwards in any case, when the image
 * has failed, too. A time below what blanking takes is only waited for, since the beam would come late.
 */
export async function exposeWithBlanker<Result>(
  { blankedFor, blankedFrom = seconds(Infinity) }: BlankerTiming,
  { clock, blanked, timed }: BlankerParts,
  expose: () => Promise<Result>,
): Promise<Result> {
  const [blanker, { minimumBlanking } = { minimumBlanking: undefined }] = [blanked(), timed()];
  if (!blanker || minimumBlanking === undefined) throw kernelErrors.noTimedBlanker();
  const over = new AbortController();
  const spared = blankedFor > minimumBlanking;
  const asked = clock.now();
  if (spared) await blanker.write(true);
  const began = clock.now();
  // The rest of the time for both is what unblanking takes, so that the beam is there in time.
  const unblanking = Math.max(0, minimumBlanking - (began - asked));
  /** Rejects when the exposure is over, which may have been before. */
  const until = async (time: number): Promise<void> => {
    throwIfStopped(over.signal);
    if (Number.isFinite(time)) return clock.delay(seconds(began + time - clock.now()), over.signal, { follows: true });
    return new Promise((_, reject) => over.signal.addEventListener('abort', () => reject(new StoppedError())));
  };
  const work = async (): Promise<void> => {
    if (spared) {
      await until(Math.max(0, blankedFor - unblanking));
      await blanker.write(false);
    }
    await until(blankedFrom);
    await blanker.write(true);
  };
  const working = work().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  try {
    const [result] = await Promise.all([expose().finally(() => over.abort(new StoppedError())), working]);
    return result;
  } finally {
    over.abort(new StoppedError());
    await working.catch(() => undefined);
    await blanker.write(false);
  }
}
