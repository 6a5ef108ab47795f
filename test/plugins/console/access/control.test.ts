import type { WebSocket } from 'ws';
import { Stage } from '../../../../core/devices';
import type { ConsoleState, Message } from '../../../../plugins/console/protocol';
import { until } from '../../../support/until';
import { type ConsoleSite, holdUntilStopped, serveSite } from '../support/console-site';
import { ask, opened, tokenOf } from '../support/web-client';

let site: ConsoleSite;
beforeEach(async () => (site = await serveSite({ magIndex: 22 })));
afterEach(() => site[Symbol.asyncDispose]());

let count = 0;

/** A browser that keeps what it hears. */
async function browser(address: string) {
  const socket: WebSocket = await opened(site, { token: tokenOf(address) });
  const state: Partial<ConsoleState> = {};
  const notices: string[] = [];
  const actions: string[] = [];
  let log = '';
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (binary) return;
    const message = JSON.parse(data.toString()) as Message;
    if (message.is === 'notice') notices.push(message.text);
    else if (message.is === 'log') log += message.lines.map(({ text }) => `${text}\n`).join('');
    else if (message.is === 'state') {
      Object.assign(state, { [message.part]: message.value ?? undefined });
      if (message.part === 'action' && state.action) actions.push(state.action.what);
    }
  });
  const does = (command: object) => ask(socket, command);
  // The welcome with the number may have come before anybody listened; the name finds it.
  const name = `Person ${(count += 1)}`;
  await does({ do: 'name', name });
  const mine = () => state.people?.people.find((each) => each.name === name)?.id;
  await until(
    () => 'the browser knew itself',
    async () => mine() !== undefined,
  );
  const id = mine();
  return { socket, state, notices, actions, does, id: () => id, log: () => log };
}

const run = { do: 'run', item: 'calibrations/image-and-stage-shift/image-shift' };
const heard = (what: string, check: () => boolean): Promise<unknown> =>
  until(
    () => what,
    async () => check(),
  );

describe('control of the microscope', () => {
  test('that is taken is reported to the one who had it, by name, and stands in the log', async () => {
    const [anna, bert] = [await browser(site.administrator), await browser(site.operator)];
    await anna.does({ do: 'name', name: 'Anna' });
    await bert.does({ do: 'name', name: 'Bert \u0007 B.' });
    expect(await bert.does({ do: 'control', take: true })).toMatchObject({ is: 'done' });
    await heard('Anna heard who took control', () => anna.notices.length > 0);
    expect(anna.notices).toEqual(['Bert B. (operator) took control of the microscope.']);
    expect(bert.notices).toEqual([]);
    await heard('the log says so', () => anna.log().includes('Bert B. (operator) took control from Anna.'));
    expect(anna.state.people).toMatchObject({
      operator: bert.id(),
      people: [
        { name: 'Anna', role: 'administrator' },
        { name: 'Bert B.', role: 'operator' },
      ],
    });
  });

  test('of an administrator in mid-run goes to an operator only when it is given', async () => {
    const [anna, bert] = [await browser(site.administrator), await browser(site.operator)];
    holdUntilStopped(site, 1);
    expect(await anna.does(run)).toMatchObject({ is: 'done' });
    expect(await bert.does({ do: 'control', take: true })).toMatchObject({ code: 'console/asks-for-control' });
    await heard('Anna heard the request', () => anna.state.people?.asks === bert.id());
    expect(anna.notices).toEqual([expect.stringMatching(/^Person \d+ asks for control\.$/)]);
    expect(anna.state.people?.operator).toBe(anna.id());
    expect(await bert.does({ do: 'set', setting: 'defocus', value: 1 })).toMatchObject({
      code: 'console/not-in-control',
    });
    expect(await anna.does({ do: 'control', take: false, to: bert.id() })).toMatchObject({ is: 'done' });
    await heard('Bert has control', () => bert.state.people?.operator === bert.id());
    expect(bert.state.people?.asks).toBeUndefined();
    expect(bert.notices).toEqual([expect.stringMatching(/gave you control/)]);
    // STOP never asks for control.
    expect(await anna.does({ do: 'stop' })).toMatchObject({ is: 'done' });
  });

  test('of an administrator who runs nothing can be taken, and so can that of an operator in mid-run', async () => {
    const [anna, bert] = [await browser(site.administrator), await browser(site.operator)];
    expect(await bert.does({ do: 'control', take: true })).toMatchObject({ is: 'done' });
    holdUntilStopped(site, 1);
    expect(await bert.does(run)).toMatchObject({ is: 'done' });
    expect(await anna.does({ do: 'control', take: true })).toMatchObject({ is: 'done' });
    await anna.does({ do: 'stop' });
  });

  test('goes to nobody who only watches', async () => {
    const [anna, carl] = [await browser(site.administrator), await browser(site.observer)];
    expect(await anna.does({ do: 'control', take: false, to: carl.id() })).toMatchObject({ is: 'refused' });
    expect(anna.state.people?.operator).toBe(anna.id());
  });
});

describe('outside a run', () => {
  test('an exposure is shown everywhere while it lasts, and STOP ends it, from any browser', async () => {
    const [anna, bert] = [await browser(site.administrator), await browser(site.operator)];
    const clock = site.instrument.clock as { delay: typeof site.instrument.clock.delay };
    let begun = false;
    site.instrument.kernel.hooks.willAcquire.tapPromise('test', async (exposure) => {
      begun = true;
      // From here on time stands still, so that the exposure lasts until it is stopped.
      clock.delay = (_, signal) =>
        new Promise((_resolve, reject) => {
          const stop = (): void => reject(signal!.reason as Error);
          signal?.addEventListener('abort', stop, { once: true });
          if (signal?.aborted) stop();
        });
      return exposure;
    });
    const taking = anna.does({ do: 'take', set: 'View' });
    await heard('the exposure is shown to the other one', () => begun && bert.state.action?.what === 'View image');
    expect(bert.state.run).toBeUndefined();
    expect(await bert.does({ do: 'stop' })).toMatchObject({ is: 'done' });
    expect(await taking).toMatchObject({ is: 'refused', code: 'console/action-stopped' });
    await heard('it is over', () => bert.state.action === undefined);
    expect(bert.log()).toContain('View image: stopped.');
  });

  test('a move of the stage is shown, and STOP ends it', async () => {
    const anna = await browser(site.administrator);
    const stage = site.instrument.kernel.registry.get(Stage) as { move: Stage['move'] };
    const { move } = stage;
    stage.move = (_, signal) =>
      new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
    const moving = anna.does({ do: 'set', setting: 'stage-x', value: 10 });
    await heard('the move is shown', () => anna.state.action?.what === 'Stage X');
    await anna.does({ do: 'stop' });
    expect(await moving).toMatchObject({ is: 'refused', code: 'console/action-stopped' });
    stage.move = move;
  });

  test('every change of a setting stands in the log: what it was, what it is, and by whom', async () => {
    const anna = await browser(site.administrator);
    await anna.does({ do: 'name', name: 'Anna' });
    expect(await anna.does({ do: 'set', setting: 'screen', value: true })).toMatchObject({ is: 'done' });
    await heard('the log says so', () => anna.log().includes('Screen: up -> down, by Anna.'));
    expect(anna.state.settings?.find(({ id }) => id === 'screen')?.change).toMatchObject({
      by: 'switch',
      hint: expect.stringContaining('no beam reaches the cameras') as string,
    });
  });
});
