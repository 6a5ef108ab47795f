import { answeredInTime } from '../../core/base';
import { feiErrors } from './errors';
import type { FeiTransport } from './transport';

/** Limits of an answer, in seconds of real time; a call that is not named here has the usual one. */
const usualLimit = 30;
const limits: Partial<Record<keyof FeiTransport, number>> = {
  open: 60,
  setImagingMode: 60,
  setMagnificationIndex: 60,
  setEftemMode: 60,
  setSpotSize: 60,
  setProbeMode: 60,
  normalizeLens: 60,
  setMainScreen: 60,
  setStagePosition: 85,
};

/**
 * A wire whose calls end in good time, and whose failures say in which call and what to do.
 * The limits count in real time: waiting on a simulated clock would not show that a server is dead.
 */
export function guardTransport(wire: FeiTransport, stageTimeoutFactor = 1): FeiTransport {
  const guarded = (name: keyof FeiTransport) => {
    const limit = (limits[name] ?? usualLimit) * (name === 'setStagePosition' ? stageTimeoutFactor : 1);
    return (...given: never[]): Promise<unknown> =>
      answeredInTime(() => (wire[name] as (...given: never[]) => Promise<unknown>)(...given), {
        seconds: limit,
        late: () => feiErrors.noAnswer(name, limit),
        failed: (cause) => feiErrors.callFailed(name, cause),
      });
  };
  return new Proxy(wire, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? guarded(name as keyof FeiTransport) : member;
    },
  });
}
