import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { WebSocket } from 'ws';
import { Scope } from '../../../../core/devices';
import { Administrator, type MenuEntry } from '../../../../core/kernel';
import type { RunState } from '../../../../plugins/console/protocol';
import { someTurns, until } from '../../../support/until';
import { type ConsoleSite, serveSite } from '../support/console-site';
import * as client from '../support/web-client';
import { ask, tokenOf } from '../support/web-client';

let site: ConsoleSite;
beforeAll(async () => {
  site = await serveSite({ magIndex: 22 });
});
afterAll(() => site[Symbol.asyncDispose]());

const opened = (attempt?: client.SocketAttempt): Promise<WebSocket> => client.opened(site, attempt);

describe('roles', () => {
  test('an observer looks on: nothing can be changed, nothing stopped, nothing restored', async () => {
    const socket = await opened({ token: tokenOf(site.observer) });
    const before = await site.instrument.session.find(Scope)!.defocus.read();
    for (const command of [
      { do: 'run', item: 'calibrations/administration/administrator' },
      { do: 'stop' },
      { do: 'set', setting: 'defocus', value: 1 },
      { do: 'take', set: 'View' },
      { do: 'control', take: true },
      { do: 'restore', entry: 'x', which: 'value' },
      { do: 'drag-image', image: 1, by: { x: 1, y: 1 } },
      { do: 'copy-buffer', from: 'A', to: 'B' },
      { do: 'answer', waiting: 1, values: [true] },
    ])
      expect(await ask(socket, command)).toMatchObject({ is: 'refused', code: 'console/not-allowed' });
    expect(await site.instrument.session.find(Scope)!.defocus.read()).toBe(before);
    expect(await ask(socket, { do: 'check' })).toMatchObject({ is: 'done' });
    socket.close();
  });

  test('an operator may not administer, and works only while in control', async () => {
    const [first, second] = [
      await opened({ token: tokenOf(site.operator) }),
      await opened({ token: tokenOf(site.operator) }),
    ];
    expect(await ask(first, { do: 'run', item: 'calibrations/administration/administrator' })).toMatchObject({
      code: 'console/not-allowed',
    });
    expect(await ask(first, { do: 'restore', entry: 'x', which: 'value' })).toMatchObject({
      code: 'console/not-allowed',
    });
    expect(await ask(second, { do: 'set', setting: 'defocus', value: -1 })).toMatchObject({
      code: 'console/not-in-control',
    });
    expect(await ask(second, { do: 'control', take: true })).toMatchObject({ is: 'done' });
    expect(await ask(first, { do: 'set', setting: 'defocus', value: -1 })).toMatchObject({
      code: 'console/not-in-control',
    });
    expect(await ask(second, { do: 'set', setting: 'defocus', value: -1 })).toMatchObject({ is: 'done' });
    first.close();
    second.close();
  });
});

describe('an item that only administrators may start', () => {
  /** Every name under which a run would find an item, also in another case. */
  const namesOf = ({ id, label, declaration }: MenuEntry): readonly string[] => {
    const { script, aliases = [] } = declaration ?? {};
    const short = [id.slice(id.lastIndexOf('/') + 1), label, ...(script === undefined ? [] : [script])];
    return [
      id,
      ...aliases,
      ...short,
      ...[label, script ?? label].flatMap((name) => [name.toUpperCase(), name.toLowerCase()]),
    ];
  };

  test('is refused to an operator under each of its names, and none of them starts it', async () => {
    const { session, calibrations } = site.instrument;
    const reserved = session.menu().filter(({ declaration }) => declaration?.administratorOnly);
    expect(reserved.map(({ label }) => label)).toEqual(expect.arrayContaining(['Administrator', 'Save Calibrations']));
    const socket = await opened({ token: tokenOf(site.operator) });
    await ask(socket, { do: 'control', take: true });
    const before = session.find(Administrator)!.on;
    for (const entry of reserved)
      for (const item of namesOf(entry)) {
        // Each name is one that would start it.
        expect([item, session.findItem(item).id]).toEqual([item, entry.id]);
        expect([item, await ask(socket, { do: 'run', item })]).toEqual([
          item,
          expect.objectContaining({ is: 'refused', code: 'console/not-allowed' }),
        ]);
      }
    await someTurns();
    expect(session.running).toBeUndefined();
    expect(session.find(Administrator)!.on).toBe(before);
    expect(existsSync(calibrations.path)).toBe(false);
    socket.close();
  });

  test('is started for an administrator under any of them; a name of no item is refused to everybody', async () => {
    const { session } = site.instrument;
    const socket = await opened();
    await ask(socket, { do: 'control', take: true });
    const administrator = session.find(Administrator)!;
    for (const item of ['Administrator', 'calibrations/administration/administrator']) {
      const before = administrator.on;
      expect(await ask(socket, { do: 'run', item })).toMatchObject({ is: 'done' });
      await until(
        () => `${item} changed the mode`,
        () => administrator.on !== before && session.running === undefined,
      );
    }
    expect(await ask(socket, { do: 'run', item: 'no such item' })).toMatchObject({ code: 'menu/unknown-item' });
    socket.close();
  });
});

describe('the configuration', () => {
  /** Waits until the run asks this question, and returns the number under which it is answered. */
  async function asked(socket: WebSocket, id: string, act: () => Promise<unknown>): Promise<number> {
    const found = new Promise<number>((resolve) => {
      const listen = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as { part?: string; value?: RunState };
        const waiting = message.part === 'run' ? (message.value?.waiting ?? []) : [];
        const open = waiting.find(
          (each) => each.for === 'answer' && each.questions.some(({ question }) => question.id === id),
        );
        if (!open) return;
        socket.off('message', listen);
        resolve(open.id);
      };
      socket.on('message', listen);
    });
    await act();
    return found;
  }
  const text = (): string => readFileSync(path.join(site.instrument.folder, 'simulator.yaml'), 'utf8');

  test('is written with the consent of an administrator, not of an operator, who may decline', async () => {
    const { session } = site.instrument;
    const [operator, administrator] = [await opened({ token: tokenOf(site.operator) }), await opened()];
    await ask(operator, { do: 'control', take: true });
    const before = text();
    const form = await asked(operator, 'cycle-x', () => ask(operator, { do: 'run', item: 'Set Cycle Lengths' }));
    const offer = await asked(operator, 'write-properties', () =>
      ask(operator, { do: 'answer', waiting: form, values: [55.5, 66.6] }),
    );
    expect(await ask(operator, { do: 'answer', waiting: offer, values: [true] })).toMatchObject({
      is: 'refused',
      code: 'console/administrator-agrees',
      hint: expect.stringMatching(/administrator has to write[^]*eucentric properties write/) as string,
    });
    expect(session.running).toBe('Set Cycle Lengths');
    expect(await ask(operator, { do: 'answer', waiting: offer, values: [false] })).toMatchObject({ is: 'done' });
    await until(
      () => 'the run has ended',
      () => session.running === undefined,
    );
    expect(text()).toBe(before);

    await ask(administrator, { do: 'control', take: true });
    const second = await asked(administrator, 'cycle-x', () =>
      ask(administrator, { do: 'run', item: 'Set Cycle Lengths' }),
    );
    const again = await asked(administrator, 'write-properties', () =>
      ask(administrator, { do: 'answer', waiting: second, values: [55.5, 66.6] }),
    );
    expect(await ask(administrator, { do: 'answer', waiting: again, values: [true] })).toMatchObject({ is: 'done' });
    await until(
      () => 'the configuration has the value',
      () => text() !== before && session.running === undefined,
    );
    expect(text()).toMatch(/StageCycleLengthX: 55\.5/);
    operator.close();
    administrator.close();
  });
});
