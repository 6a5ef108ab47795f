import { micrometres } from '../../../core/base';
import type { HitachiColumn } from '../../../plugins/hitachi/column';
import { TcpHitachiWire } from '../../../plugins/hitachi/tcp-wire';
import { type TcpColumnUnderTest, makeTcpColumn } from './make-tcp-column';

let column: TcpColumnUnderTest;
afterEach(() => column.dispose());
const made = async (changes: Partial<HitachiColumn> = {}): Promise<TcpColumnUnderTest> =>
  (column = await makeTcpColumn({ column: changes }));

it('sends the lines as they are described', async () => {
  await made();
  column.server.lines.length = 0;
  await column.scope.intensity.write(0.25);
  await column.scope.beamBlanked.write(true);
  await column.stage.move({ z: micrometres(3) });
  expect(column.writes()).toEqual(['Set Lens C2 FF,0FFF00', 'Set Coil GH FF,2FFD00,1FFE00', 'Set StageZ Move -30']);
});

it('connects again after the connection was lost, and asks a question again that nobody answered', async () => {
  await made();
  const spot = await column.scope.spotSize.read();
  for (let round = 0; round < 3; round++) {
    column.server.hangUp();
    expect(await column.scope.spotSize.read()).toBe(spot);
  }
  expect(column.server.connections).toBe(4);
});

it('does not repeat an action: the operator gets an error', async () => {
  await made();
  const { server, protocol } = column;
  for (const socket of server.sockets) {
    socket.removeAllListeners('data');
    socket.on('data', (bytes) => {
      server.lines.push(bytes.toString('latin1'));
      socket.resetAndDestroy();
    });
  }
  server.lines.length = 0;
  await expect(protocol.set('StageZ Move', 5)).rejects.toMatchObject({ code: 'hitachi/exchange-failed' });
  expect(server.lines).toEqual(['Set StageZ Move 5\r']);
  expect(await protocol.getNumber('HighVoltage Value')).toBe(100);
});

it('says where it could not be reached, and what to do', async () => {
  await made();
  const nowhere = new TcpHitachiWire({ host: '127.0.0.1', port: 1, connectLimit: 500, answerLimit: 500 });
  await expect(nowhere.open()).rejects.toMatchObject({
    code: 'wire/connect-failed',
    message: expect.stringContaining('the Hitachi column at 127.0.0.1:1') as string,
  });
});

it('notices a value that did not arrive as it was sent', async () => {
  await made();
  const { wire } = column;
  const { exchange } = wire;
  wire.exchange = (line) => exchange.call(wire, line.replace('Set Lens C2 FF,0FFF00', 'Set Lens C2 FF,1FFF00'));
  await expect(column.scope.intensity.write(0.25)).rejects.toMatchObject({
    code: 'hitachi/not-set',
    message: expect.stringContaining('1FFF00') as string,
  });
});
