import { StoppedError, VirtualClock, seconds } from '../../../core/base';
import { someTurns } from '../../support/until';

describe('a delay that follows other work', () => {
  test('moves no virtual clock, and ends at its time when the work passes it', async () => {
    const clock = new VirtualClock();
    const seen: [string, number][] = [];
    const note = (what: string) => (): void => void seen.push([what, clock.now()]);
    const follower = clock.delay(seconds(2), undefined, { follows: true }).then(note('followed'));
    await someTurns();
    expect([clock.now(), seen]).toEqual([0, []]);
    await clock.delay(seconds(5)).then(note('worked'));
    await follower;
    expect(seen).toEqual([
      ['followed', 2],
      ['worked', 5],
    ]);
  });

  test('comes between two pieces of work, and after neither that it does not reach', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const late = clock.delay(seconds(9), stop.signal, { follows: true });
    await clock.delay(seconds(1));
    await clock.delay(seconds(1));
    expect(clock.now()).toBe(2);
    stop.abort(new StoppedError());
    await expect(late).rejects.toBeInstanceOf(StoppedError);
    await clock.delay(seconds(1));
    expect(clock.now()).toBe(3);
  });
});
