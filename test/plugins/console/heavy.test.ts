import { HeavyWork } from '../../../plugins/console/server/heavy-work';
import { type ConsoleSite, serveSite } from './support/console-site';
import { ask, opened, tokenOf } from './support/web-client';

describe('heavy requests', () => {
  let site: ConsoleSite;
  beforeAll(async () => (site = await serveSite()));
  afterAll(() => site[Symbol.asyncDispose]());

  test('of several observers do not hold STOP up: it is answered before all but a few of them', async () => {
    const observers = await Promise.all([1, 2, 3].map(() => opened(site, { token: tokenOf(site.observer) })));
    const administrator = await opened(site);
    let answered = 0;
    const checks = observers.flatMap((socket) =>
      Array.from({ length: 10 }, () => ask(socket, { do: 'check' }).then((answer) => ((answered += 1), answer))),
    );
    // They are on their way when STOP is pressed.
    await Promise.race(checks);
    const stopped = await ask(administrator, { do: 'stop' });
    expect(stopped).toMatchObject({ is: 'done' });
    expect(answered).toBeLessThan(10);
    for (const answer of await Promise.all(checks)) expect(answer).toMatchObject({ is: 'done' });
    for (const socket of [...observers, administrator]) socket.close();
  });
});

test('heavy work is done one at a time and in order, also after a failure, and a browser may queue only some of it', async () => {
  const heavy = new HeavyWork();
  const done: number[] = [];
  let release = (): void => {};
  const first = heavy.do(1, () => new Promise<void>((resolve) => (release = resolve)));
  const more = Array.from({ length: 16 }, (_, index) =>
    heavy.do(2, () => {
      done.push(index);
      if (index === 3) throw new Error('a failure');
    }),
  );
  const ends = Promise.allSettled(more);
  expect(() => heavy.do(2, () => {})).toThrow(expect.objectContaining({ code: 'console/too-much' }) as Error);
  expect(done).toEqual([]);
  release();
  await first;
  expect((await ends).map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
  expect(done).toEqual(Array.from({ length: 16 }, (_, index) => index));
});
