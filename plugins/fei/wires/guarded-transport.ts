import { answeredInTime } from '../../../core/base';
import { feiErrors } from '../errors';
import { type FeiTransport, feiProperties } from '../transport';

/** Limits of an answer, in seconds of real time. */
const usualLimit = 30;
const slowLimit = 60;
const stageLimit = 85;
/** Calls that take their time. */
const slowCalls: ReadonlySet<string> = new Set([
  'open',
  'normalizeLens',
  ...Object.entries(feiProperties).flatMap(([name, property]) => ('slow' in property ? [`set${name}`] : [])),
]);

/** Share of its speed with which a call moves the stage; 1 for all others. */
const speedIn = (name: string, given: readonly unknown[]): number =>
  name === 'setStagePosition' && typeof given[2] === 'number' ? given[2] : 1;

/**
 * A wire whose calls end in good time, and whose failures say in which call and what to do.
 * The limits count in real time: waiting on a simulated clock would not show that a server is dead.
 */
export function guardTransport(wire: FeiTransport, stageTimeoutFactor = 1): FeiTransport {
  const limitOf = (name: string): number => {
    if (name === 'setStagePosition') return stageLimit * stageTimeoutFactor;
    return slowCalls.has(name) ? slowLimit : usualLimit;
  };
  const guarded = (name: keyof FeiTransport) => {
    return (...given: never[]): Promise<unknown> => {
      const seconds = limitOf(name) / speedIn(name, given);
      return answeredInTime(() => (wire[name] as (...given: never[]) => Promise<unknown>)(...given), {
        seconds,
        late: () => feiErrors.noAnswer(name, seconds),
        failed: (cause) => feiErrors.callFailed(name, cause),
      });
    };
  };
  return new Proxy(wire, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? guarded(name as keyof FeiTransport) : member;
    },
  });
}
