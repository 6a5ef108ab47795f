import { EucentricError, answeredInTime } from '../../../core/base';

const late = (seconds: number): Error => new Error(`no answer within ${seconds} s`);
const limit = { seconds: 2, late };

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

/** The end of a promise, without waiting for it. */
const endOf = (promise: Promise<unknown>): { value?: unknown; error?: unknown } => {
  const end: { value?: unknown; error?: unknown } = {};
  promise.then(
    (value) => (end.value = value),
    (error: unknown) => (end.error = error),
  );
  return end;
};

describe('an answer', () => {
  test('in time is handed on, and leaves no timer behind', async () => {
    expect(await answeredInTime(() => 'now', limit)).toBe('now');
    const end = endOf(answeredInTime(() => new Promise((resolve) => setTimeout(resolve, 1999, 'soon')), limit));
    await jest.advanceTimersByTimeAsync(1999);
    expect(end).toEqual({ value: 'soon' });
  });

  test('that is late is given up on, and what comes afterwards harms nobody', async () => {
    let refuse = (_: unknown): void => {};
    const end = endOf(answeredInTime(() => new Promise((_, reject) => (refuse = reject)), limit));
    await jest.advanceTimersByTimeAsync(1999);
    expect(end).toEqual({});
    await jest.advanceTimersByTimeAsync(1);
    expect(end.error).toEqual(new Error('no answer within 2 s'));
    refuse(new Error('too late'));
    await jest.advanceTimersByTimeAsync(0);
    expect(end.error).toEqual(new Error('no answer within 2 s'));
  });
});

describe('the signal of the work', () => {
  test('fires at the limit, with the error as its reason, and the work that listens does not hide that error', async () => {
    let reason: unknown;
    const work = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(new Error('ended by the signal'));
        }),
      );
    const end = endOf(answeredInTime(work, limit));
    await jest.advanceTimersByTimeAsync(2000);
    expect(end.error).toEqual(new Error('no answer within 2 s'));
    expect(reason).toBe(end.error);
  });

  test('stays quiet when the answer came in time', async () => {
    let given: AbortSignal | undefined;
    await answeredInTime((signal) => void (given = signal), limit);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(given!.aborted).toBe(false);
  });
});

describe('work that throws', () => {
  const own = new EucentricError({ code: 'test/own', message: 'own', hint: '' });
  const failed = (cause: unknown): Error => new Error('failed', { cause });

  test.each([
    [
      'at once',
      (): never => {
        throw new Error('refused');
      },
    ],
    ['later', () => Promise.reject(new Error('refused'))],
  ])('%s is reported as it is, or as the caller words it', async (_, work) => {
    await expect(answeredInTime<unknown>(work, limit)).rejects.toEqual(new Error('refused'));
    const worded: unknown = await answeredInTime<unknown>(work, { ...limit, failed }).catch((error: unknown) => error);
    expect(worded).toMatchObject({ message: 'failed', cause: new Error('refused') });
  });

  test('keeps the words of an error that has a code', async () => {
    await expect(answeredInTime(() => Promise.reject(own), { ...limit, failed })).rejects.toBe(own);
  });

  test('whose limit passes ends with the error of the limit, in its own words', async () => {
    const coded = () => own;
    const end = endOf(answeredInTime(() => new Promise(() => {}), { seconds: 1, late: coded, failed }));
    await jest.advanceTimersByTimeAsync(1000);
    expect(end.error).toBe(own);
  });
});
