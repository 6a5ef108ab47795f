import { StoppableWork, StoppedError } from '../../../core/base';

/** Work that ends when the test says so, or with its signal. */
function held() {
  let end!: (value: number) => void;
  const work = (stopped: AbortSignal): Promise<number> =>
    new Promise((resolve, reject) => {
      end = resolve;
      stopped.addEventListener('abort', () => reject(stopped.reason as Error), { once: true });
    });
  return { work, end: (value: number) => end(value) };
}

test('work goes to its end, and is busy meanwhile, from the turn in which it began', async () => {
  const exposures = new StoppableWork('The exposure');
  const { work, end } = held();
  const running = exposures.run(work);
  expect(exposures.busy).toBe(true);
  end(4);
  expect(await running).toBe(4);
  expect(exposures.busy).toBe(false);
});

test('a stop ends all that is under way as stopped and waits for it; what comes later is not touched', async () => {
  const exposures = new StoppableWork('The exposure');
  const all = [exposures.run(held().work), exposures.run(held().work)].map((each) =>
    each.catch((error: unknown) => error),
  );
  await exposures.stop();
  expect(exposures.busy).toBe(false);
  for (const each of all) expect(await each).toBeInstanceOf(StoppedError);
  await exposures.stop();
  const { work, end } = held();
  const later = exposures.run(work);
  end(1);
  expect(await later).toBe(1);
});

test('the signal of one caller ends its own work alone; one that has fired begins none', async () => {
  const exposures = new StoppableWork('The exposure');
  const controller = new AbortController();
  const [mine, other] = [held(), held()];
  const ended = exposures.run(mine.work, controller.signal).catch((error: unknown) => error);
  const going = exposures.run(other.work);
  controller.abort(new StoppedError('The run'));
  expect(await ended).toBeInstanceOf(StoppedError);
  other.end(2);
  expect(await going).toBe(2);
  let begun = false;
  const none = exposures.run(() => Promise.resolve((begun = true)), controller.signal);
  await expect(none).rejects.toBeInstanceOf(StoppedError);
  expect(begun).toBe(false);
});
