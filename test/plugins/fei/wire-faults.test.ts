import { EucentricError, VirtualClock, magIndex, micrometres } from '../../../core/base';
import { guardTransport } from '../../../plugins/fei/wires/guarded-transport';
import { simulatedFeiWire } from '../../../plugins/fei/wires/simulated-wire';
import { makeColumn } from './make-column';

describe('a wire that fails', () => {
  it('says in which call, and what to do', async () => {
    const column = await makeColumn();
    column.wire.transport.setDefocus = () => Promise.reject(new Error('0x8000FFFF'));
    const error: unknown = await column.scope.defocus.write(micrometres(1)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EucentricError);
    expect(error).toMatchObject({ code: 'fei/call-failed', message: 'FEI column: setDefocus failed: 0x8000FFFF' });
  });

  it('turns automatic normalization back on', async () => {
    const column = await makeColumn();
    column.wire.transport.normalizeLens = () => Promise.reject(new Error('busy'));
    await expect(column.scope.magIndex.write(magIndex(8))).rejects.toMatchObject({ code: 'fei/call-failed' });
    expect(column.writes().at(-1)).toBe('setAutoNormEnabled true');
    expect(column.scope.lastNormalized()).toBeUndefined();
  });

  it('is given up on when it never answers', async () => {
    jest.useFakeTimers();
    try {
      const column = await makeColumn();
      column.wire.transport.setStagePosition = () => new Promise(() => {});
      const moving = column.stage.move({ x: micrometres(5) }).catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(84_000);
      const waiting = Symbol('waiting');
      expect(await Promise.race([moving, Promise.resolve(waiting)])).toBe(waiting);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await moving).toMatchObject({
        code: 'fei/no-answer',
        message: expect.stringContaining('setStagePosition within 85 s') as string,
      });
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('reports a stage that does not come to rest', async () => {
    const column = await makeColumn();
    const { setStagePosition } = column.wire.transport;
    column.wire.transport.setStagePosition = async (target, axes) => {
      await setStagePosition(target, axes);
      column.wire.transport.getStageStatus = () => Promise.resolve(4);
    };
    await expect(column.stage.move({ x: micrometres(5) })).rejects.toMatchObject({ code: 'fei/stage-timeout' });
  });

  it('does not send a move to a stage that somebody else is moving', async () => {
    const column = await makeColumn();
    column.wire.transport.getStageStatus = () => Promise.resolve(4);
    await expect(column.stage.move({ x: micrometres(5) })).rejects.toMatchObject({ code: 'fei/stage-busy' });
    expect(column.writes()).toEqual([]);
  });

  it('is not used before it is open, nor with something other than a microscope', async () => {
    const clock = new VirtualClock();
    const wire = guardTransport(simulatedFeiWire(() => ({}), clock));
    await expect(wire.getDefocus()).rejects.toMatchObject({ code: 'fei/not-connected' });
    await expect(wire.open()).rejects.toMatchObject({ code: 'fei/call-failed' });
  });
});
