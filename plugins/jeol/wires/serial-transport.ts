import { type Clock, EucentricError, answeredInTime, milliseconds } from '../../../core/base';
import { jeolErrors } from '../errors';
import { JeolBusy, type JeolTransport } from '../transport';

/** Number of times that a call is made while the column is busy, and the pause in between. */
const maxTries = 10;
const pause = milliseconds(100);
/** Limit of an answer, in seconds of real time. */
const answerLimit = 30;
/** The same for reaching the column, which may have to get ready first. */
const openLimit = 120;

/**
 * A wire whose calls never overlap, as JEOL columns demand: each waits for the one before. A call that met a busy column is made again,
 * and one that gets no answer is given up. The limit counts in real time, since waiting on a simulated clock would not show that a
 * server is dead.
 */
export function serializeTransport(wire: JeolTransport, clock: Clock): JeolTransport {
  let last: Promise<unknown> = Promise.resolve();
  const queued = (name: keyof JeolTransport) => {
    return (...given: never[]): Promise<unknown> => {
      const call = (): Promise<unknown> => (wire[name] as (...given: never[]) => Promise<unknown>)(...given);
      const answer = last.then(() => patiently(name, call, clock));
      last = answer.catch(() => {});
      return answer;
    };
  };
  return new Proxy(wire, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? queued(name as keyof JeolTransport) : member;
    },
  });
}

async function patiently(name: string, call: () => Promise<unknown>, clock: Clock): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await answeredInTime(call, {
        seconds: name === 'open' ? openLimit : answerLimit,
        late: (limit) => jeolErrors.noAnswer(name, limit),
      });
    } catch (error) {
      if (error instanceof EucentricError) throw error;
      if (!(error instanceof JeolBusy)) throw jeolErrors.callFailed(name, error);
      if (tries >= maxTries) throw jeolErrors.tooBusy(name, tries, error);
    }
    await clock.delay(pause);
  }
}
