import { fc } from '../../support/properties';
import { VirtualClock, micrometres } from '../../../core/base';
import { HitachiProtocol } from '../../../plugins/hitachi/protocol';
import { makeColumn } from './make-column';

const speaking = (answer: (line: string) => Promise<string> | string): HitachiProtocol =>
  new HitachiProtocol(
    { open: () => Promise.resolve(), close: () => Promise.resolve(), exchange: async (line) => answer(line) },
    new VirtualClock(),
  );

describe('lines', () => {
  it('are taken apart after their echo', async () => {
    expect(await speaking(() => 'Get StageXY Position 12,-5').get('StageXY Position')).toEqual(['12', '-5']);
    await expect(
      speaking(() => 'Set Column Magnification 8000,"OK."').set('Column Magnification', 4000),
    ).resolves.toBeUndefined();
  });

  it('that the column refuses, garbles or answers for something else are errors that say so', async () => {
    await expect(
      speaking(() => 'Set Column Magnification 8001,"NG."').set('Column Magnification', 1),
    ).rejects.toMatchObject({ code: 'hitachi/refused' });
    for (const answer of ['', 'Get StageZ Position 5', 'Get StageXY Positio', '\u0000\u0001'])
      await expect(speaking(() => answer).get('StageXY Position')).rejects.toMatchObject({
        code: 'hitachi/strange-answer',
      });
    await expect(speaking(() => 'Get Lens OBJ 12ZZ').lens('OBJ')).rejects.toMatchObject({
      code: 'hitachi/strange-answer',
    });
    await expect(speaking(() => 'Get Coil BH 1FFE00').coil('BH')).rejects.toMatchObject({
      code: 'hitachi/strange-answer',
    });
    await expect(speaking(() => 'Get HighVoltage Value x').getNumber('HighVoltage Value')).rejects.toMatchObject({
      code: 'hitachi/strange-answer',
    });
    await expect(speaking(() => Promise.reject(new Error('reset'))).get('Column Mode')).rejects.toMatchObject({
      code: 'hitachi/exchange-failed',
    });
  });

  it('wait for the answer to the one before', async () => {
    let open = 0;
    const protocol = speaking(async (line) => {
      expect(++open).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return `${line} 7`;
    });
    expect(await Promise.all([1, 2, 3].map(() => protocol.getNumber('Column Magnification')))).toEqual([7, 7, 7]);
  });

  it('are given up on when they are never answered, and the next one is sent', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      let lines = 0;
      const protocol = speaking((line) => (++lines === 1 ? new Promise(() => {}) : `${line} 3`));
      const first = protocol.getNumber('Screen Position').catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(10_500);
      expect(await first).toMatchObject({ code: 'hitachi/no-answer' });
      expect(await protocol.getNumber('Screen Position')).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });
});

it('coils and lenses come back within a step of what was set', async () => {
  const column = await makeColumn();
  const fraction = fc.double({ min: -1, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(fraction, fraction, async (x, y) => {
      await column.protocol.setCoil('BH', { x, y });
      const read = await column.protocol.coil('BH');
      expect(Math.hypot(read.x - x, read.y - y)).toBeLessThan(1e-6);
      await column.protocol.setLens('C2', Math.abs(x));
      expect(await column.protocol.lens('C2')).toBeCloseTo(Math.abs(x), 6);
    }),
    { numRuns: 50 },
  );
});

it('a stage that never arrives is stopped and says so', async () => {
  const column = await makeColumn();
  const { exchange } = column.wire.transport;
  column.wire.transport.exchange = (line) =>
    line === 'Get StageXY Position' ? Promise.resolve(`${line} 40,0`) : exchange(line);
  await expect(column.stage.move({ x: micrometres(100) })).rejects.toMatchObject({ code: 'hitachi/stage-timeout' });
  expect(column.writes().at(-1)).toBe('Set StageXY Move 40,0');
});
