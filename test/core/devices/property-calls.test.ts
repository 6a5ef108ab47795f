import { type PropertyHandlers, type ValueKind, handledCalls, propertyCalls } from '../../../core/devices';

const number: ValueKind<number> = { parts: 1 };
const flag: ValueKind<boolean> = { parts: 1 };
const pair: ValueKind<{ readonly x: number; readonly y: number }> = { parts: 2 };
const table = {
  Shift: { as: pair },
  Blank: { as: flag },
  Voltage: { as: number, access: 'read' },
  Normalizes: { as: flag, access: 'write' },
} as const;
type More = [signal?: AbortSignal];
const { signal } = new AbortController();

describe('the calls of a table', () => {
  test('are one to read and one to write for each row, which get the value apart from the other arguments', async () => {
    const made: unknown[] = [];
    const calls = propertyCalls<typeof table, More>(
      table,
      async (...read) => (made.push(read), 1),
      async (...written) => void made.push(written),
    );
    expect(Object.keys(calls).sort()).toEqual([
      'getBlank',
      'getShift',
      'getVoltage',
      'setBlank',
      'setNormalizes',
      'setShift',
    ]);
    expect(await calls.getVoltage(signal)).toBe(1);
    await calls.setShift(1, -2, signal);
    await calls.setBlank(true);
    expect(made).toEqual([
      ['Voltage', table.Voltage, [signal]],
      ['Shift', table.Shift, [1, -2], [signal]],
      ['Blank', table.Blank, [true], []],
    ]);
  });

  test('have the types of their rows', async () => {
    const calls = propertyCalls<typeof table>(
      table,
      async () => undefined,
      async () => {},
    );
    const shift: Promise<{ readonly x: number; readonly y: number }> = calls.getShift();
    const blank: Promise<boolean> = calls.getBlank();
    await Promise.all([shift, blank]);
    // @ts-expect-error -- a pair is written with both of its values
    await calls.setShift(1);
    // @ts-expect-error -- a flag is not a number
    await calls.setBlank(1);
    // @ts-expect-error -- a property that is only read has no call to write it
    expect(calls.setVoltage).toBeUndefined();
    // @ts-expect-error -- a property that is only written has no call to read it
    expect(calls.getNormalizes).toBeUndefined();
  });
});

test('handlers answer the calls of a table, each within what is around it', async () => {
  let shift = { x: 0, y: 0 };
  let blanked = false;
  const seen: unknown[] = [];
  const handlers: PropertyHandlers<typeof table, More> = {
    Shift: {
      get: () => shift,
      set: (x, y, given) => {
        seen.push(given);
        shift = { x, y };
      },
    },
    Blank: { get: async () => blanked, set: async (blank) => void (blanked = blank) },
    Voltage: { get: () => 200_000 },
    Normalizes: { set: () => Promise.reject(new Error('refused')) },
  };
  const around: string[] = [];
  const calls = handledCalls<typeof table, More>(table, handlers, async (work, row) => {
    around.push(`${row.as.parts} ${'access' in row ? row.access : ''}`);
    return work();
  });
  await calls.setShift(3, 4, signal);
  expect(await calls.getShift()).toEqual({ x: 3, y: 4 });
  expect(seen).toEqual([signal]);
  await calls.setBlank(true);
  expect(await calls.getBlank()).toBe(true);
  expect(await calls.getVoltage()).toBe(200_000);
  await expect(calls.setNormalizes(false)).rejects.toThrow('refused');
  expect(around).toEqual(['2 ', '2 ', '1 ', '1 ', '1 read', '1 write']);
});
