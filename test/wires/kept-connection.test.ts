import { KeptConnection } from '../../wires/kept-connection';
import { WireError } from '../../wires/wire-error';
import { someTurns } from '../support/until';

/** Connections to a server, numbered; each can be broken. One that breaks within some milliseconds counts as dead before. */
function makeConnections(deadBefore = 60_000) {
  const made: { number: number; usable: boolean; closed: boolean; close(): Promise<void> }[] = [];
  const make = async () => {
    const connection = {
      number: made.length + 1,
      usable: true,
      closed: false,
      close: async () => {
        connection.usable = false;
        connection.closed = true;
      },
    };
    made.push(connection);
    return connection;
  };
  return { made, kept: new KeptConnection('the server', 'The call', make, { deadBefore }) };
}
const lost = new WireError('wire/connection-lost', 'lost', '');

test('is made when it is needed, and used until it breaks', async () => {
  const { kept, made } = makeConnections();
  const number = async () => kept.use({ repeatable: false }, async (connection) => connection.number);
  expect(kept.number).toBe(0);
  expect([await number(), await number()]).toEqual([1, 1]);
  made[0]!.usable = false;
  expect([await number(), kept.number]).toEqual([2, 2]);
  expect(made[0]!.closed).toBe(true);
  await kept.connect();
  expect(made).toHaveLength(2);
});

test('is used by one after the other', async () => {
  const { kept } = makeConnections();
  let atOnce = 0;
  const work = async (): Promise<number> => {
    atOnce++;
    await someTurns();
    return atOnce--;
  };
  expect(await Promise.all([1, 2, 3].map(() => kept.use({ repeatable: false }, work)))).toEqual([1, 1, 1]);
});

test('repeats work once that may be repeated, when the connection was dead before it, and no other work', async () => {
  const { kept } = makeConnections();
  const attempts: number[] = [];
  const breaking = (error: Error) => async (connection: { readonly number: number; usable: boolean }) => {
    attempts.push(connection.number);
    connection.usable = false;
    throw error;
  };
  await expect(kept.use({ repeatable: true }, breaking(lost))).rejects.toBe(lost);
  expect(attempts).toEqual([1, 2]);
  await expect(kept.use({ repeatable: false }, breaking(lost))).rejects.toBe(lost);
  await expect(kept.use({ repeatable: true }, breaking(new Error('refused')))).rejects.toThrow('refused');
  expect(attempts).toEqual([1, 2, 3, 4]);
});

test('does not repeat what breaks after a while: the server may have done it', async () => {
  const { kept } = makeConnections(0);
  let attempts = 0;
  const late = async (): Promise<never> => {
    attempts++;
    await someTurns();
    throw lost;
  };
  await expect(kept.use({ repeatable: true }, late)).rejects.toBe(lost);
  expect(attempts).toBe(1);
});

test('is closed for good, once the work under way has ended', async () => {
  const { kept, made } = makeConnections();
  let end = (): void => {};
  let begun = (): void => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const working = kept.use({ repeatable: false }, () => {
    begun();
    return new Promise<void>((resolve) => (end = resolve));
  });
  await hasBegun;
  let closed = false;
  const closing = kept.close().then(() => (closed = true));
  await someTurns();
  expect([made[0]!.closed, closed]).toEqual([true, false]);
  end();
  await Promise.all([working, closing]);
  expect(made.map(({ closed }) => closed)).toEqual([true]);
  await expect(kept.connect()).rejects.toMatchObject({ code: 'wire/closed' });
  expect(made).toHaveLength(1);
});

test('is not left open when it is closed before its turn', async () => {
  const { kept, made } = makeConnections();
  const working = kept.use({ repeatable: false }, async () => 1).catch((error: unknown) => error);
  await kept.close();
  expect(await working).toMatchObject({ code: 'wire/closed' });
  expect(made).toEqual([]);
});
