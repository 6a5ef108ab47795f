import { VirtualClock, micrometres } from '../../../core/base';
import { serializeTransport } from '../../../plugins/jeol/wires/serial-transport';
import { simulatedJeolWire } from '../../../plugins/jeol/wires/simulated-wire';
import { JeolBusy } from '../../../plugins/jeol/transport';
import { makeColumn, plainColumn } from './make-column';

describe('calls to a JEOL column', () => {
  it('never overlap, however many are made at once', async () => {
    const column = await makeColumn();
    const answers = await Promise.all([
      column.scope.magIndex.read(),
      column.scope.defocus.read(),
      column.stage.position.read(),
      column.scope.spotSize.read(),
    ]);
    expect(answers).toHaveLength(4);
  });

  it('would be refused if they did', async () => {
    const { wire } = await makeColumn();
    const ended = await Promise.allSettled([wire.transport.getAlpha(), wire.transport.getAlpha()]);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('are made again while the column is busy, ten times in all', async () => {
    const column = await makeColumn();
    let tries = 0;
    column.wire.transport.setAlpha = () => {
      tries++;
      return Promise.reject(new JeolBusy('busy'));
    };
    await expect(column.scope.alpha.write(1)).rejects.toMatchObject({ code: 'jeol/busy' });
    expect(tries).toBe(10);
  });

  it('that fail do not hold up the next ones', async () => {
    const column = await makeColumn();
    column.wire.transport.setAlpha = () => Promise.reject(new Error('refused'));
    const failing = expect(column.scope.alpha.write(1)).rejects.toMatchObject({
      code: 'jeol/call-failed',
      message: 'JEOL column: setAlpha failed: refused',
    });
    const reading = column.scope.spotSize.read();
    await failing;
    expect(await reading).toBe(5);
  });

  it('are given up on when they are never answered', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const column = await makeColumn();
      column.wire.transport.getSpotSize = () => new Promise(() => {});
      const reading = column.scope.spotSize.read().catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(31_000);
      expect(await reading).toMatchObject({ code: 'jeol/no-answer' });
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a JEOL stage', () => {
  it('that runs into a limiter is stopped and says so', async () => {
    const column = await makeColumn();
    let asked = 0;
    const { getStageStatus } = column.wire.transport;
    column.wire.transport.getStageStatus = () => (asked++ === 1 ? Promise.resolve([0, 2, 0, 0]) : getStageStatus());
    await expect(column.stage.move({ x: micrometres(100) })).rejects.toMatchObject({ code: 'jeol/stage-limiter' });
    expect(column.writes().at(-1)).toBe('stopStage');
  });

  it('that never arrives is stopped and says so', async () => {
    const column = await makeColumn();
    let asked = 0;
    column.wire.transport.getStageStatus = () => Promise.resolve(asked++ === 0 ? [0, 0, 0, 0] : [1, 0, 0, 0]);
    await expect(column.stage.move({ x: micrometres(100) })).rejects.toMatchObject({ code: 'jeol/stage-timeout' });
    expect(column.writes()).toEqual(['setStageX 100000', 'stopStage']);
  });

  it('really stops where it is', async () => {
    const column = await makeColumn();
    const moving = column.stage.move({ x: micrometres(500) }).catch(() => {});
    while (!column.microscope.state.stageMoving) await new Promise((resolve) => setImmediate(resolve));
    await column.stage.stop();
    await moving;
    expect(column.microscope.state.stageMoving).toBe(false);
    expect(column.microscope.state.stage.x).toBeLessThan(490);
  });
});

it('a simulated column says that it cannot shift the image by the projector', async () => {
  const clock = new VirtualClock();
  const wire = serializeTransport(
    simulatedJeolWire(() => ({}), clock, { ranges: plainColumn.ranges, projectorShift: true }),
    clock,
  );
  await expect(wire.open()).rejects.toMatchObject({ code: 'jeol/projector-shift-not-simulated' });
});
