import { OpenedClient } from '../../wires';

/** A client that knows how often it was closed. */
const makeClient = () => {
  const client = { closed: 0, close: async () => void client.closed++ };
  return client;
};
const notOpen = (call: string): Error => new Error(`${call} before the connection`);

test('a client is there from its opening to its closing, and is closed once', async () => {
  const opened = new OpenedClient<ReturnType<typeof makeClient>>(notOpen);
  const client = makeClient();
  expect(() => opened.for('reading')).toThrow('reading before the connection');
  await opened.open(client, async (given) => expect(given).toBe(client));
  expect(opened.for('reading')).toBe(client);
  await opened.close();
  await opened.close();
  expect(client.closed).toBe(1);
  expect(() => opened.for('reading')).toThrow('reading before the connection');
});

test('a client whose first exchange fails is closed, and the error is handed on', async () => {
  const opened = new OpenedClient<ReturnType<typeof makeClient>>(notOpen);
  const client = makeClient();
  await expect(opened.open(client, () => Promise.reject(new Error('nobody answers')))).rejects.toThrow(
    'nobody answers',
  );
  expect(client.closed).toBe(1);
  expect(() => opened.for('reading')).toThrow();
});
