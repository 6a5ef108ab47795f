import { magIndex } from '../../../core/base';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { EftemMode } from '../../../core/devices';
import { temscriptFeiWire } from '../../../plugins/fei/wires/temscript-wire';
import { type FeiTransport, axisBits, imagingMode, lensNumbers } from '../../../plugins/fei/transport';
import { simulatedSite, siteText } from '../simulator/site';
import { makeTemscriptColumn } from './make-temscript-column';

const page =
  '<!DOCTYPE HTML><html><head><title>Error response</title></head><body><h1>Error response</h1><p>Message: unknown endpoint</p></body></html>';

/** Exchanges as they were recorded on temscript 2.1.1 with its null microscope: the request, the status and the body. */
const recorded: Readonly<Record<string, readonly [status: number, body: string | undefined]>> = {
  'GET /v1/family': [200, '"NULL"'],
  'GET /v1/stage_position': [200, '{"x": 0.0, "y": 0.0, "z": 0.0, "a": 0.0, "b": 0.0}'],
  'GET /v1/voltage': [200, '200.0'],
  'GET /v1/image_shift': [200, '[1e-06, -2e-06]'],
  'GET /v1/stage_status': [200, '"READY"'],
  'GET /v1/screen_position': [200, '"DOWN"'],
  'GET /v1/illumination_mode': [200, '"MICROPROBE"'],
  'GET /v1/projection_mode': [200, '"IMAGING"'],
  'GET /v1/magnification_index': [200, '10'],
  'GET /v1/illuminated_area': [200, '1e-08'],
  'GET /v1/beam_blanked': [200, 'false'],
  'GET /v1/nothing': [404, page],
  'PUT /v1/image_shift [0.000001,-0.000002]': [204, undefined],
  'PUT /v1/projection_mode "DIFFRACTION"': [204, undefined],
  'PUT /v1/stage_position?method=GO {"x":0.00001,"a":0.1}': [204, undefined],
  'PUT /v1/instrument_mode "STEM"': [500, page],
};

/** A server that knows nothing but these exchanges, down to its HTTP/1.0. */
async function replaying(exchanges = recorded) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const [head = '', body = ''] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (!text.includes('\r\n\r\n') || body.length < length) return;
      const [, method, path] = /^(\S+) (\S+)/.exec(head)!;
      const request = [method, path, ...(length > 0 ? [body] : [])].join(' ');
      requests.push(request);
      const [status, answer] = exchanges[request] ?? [404, page];
      socket.end(
        `HTTP/1.0 ${status} X\r\nServer: BaseHTTP/0.6 Python/3.11\r\n${answer === undefined ? '' : `Content-type: ${status === 200 ? 'application/json' : 'text/html;charset=utf-8'}\r\nContent-Length: ${answer.length}\r\n`}\r\n${answer ?? ''}`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const wire = temscriptFeiWire({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    answerLimit: 60,
    stageTimeoutFactor: 1,
  });
  const close = async (): Promise<void> => {
    await wire.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { wire, requests, close };
}

describe('the recorded exchanges', () => {
  it('are asked for and understood', async () => {
    const { wire, requests, close } = await replaying();
    await wire.open();
    expect(await wire.getStagePosition()).toEqual({ x: 0, y: 0, z: 0 });
    expect(await wire.getHighVoltage()).toBe(200_000);
    expect(await wire.getImageShift()).toEqual({ x: 1, y: -2 });
    expect(await wire.getStageStatus()).toBe(0);
    expect(await wire.getMainScreen()).toBe(3);
    expect(await wire.getProbeMode()).toBe(1);
    expect(await wire.getMagnificationIndex()).toBe(10);
    expect(await wire.getIlluminatedArea()).toBe(1e-8);
    expect(await wire.getBeamBlank()).toBe(false);
    await wire.setImageShift(1, -2);
    await wire.setImagingMode(imagingMode.diffraction);
    await wire.setStagePosition({ x: 1e-5, y: 0, z: 0, alpha: 0.1 }, axisBits.x | axisBits.alpha);
    expect(requests.filter((request) => !(request in recorded))).toEqual([]);
    expect(requests.filter((request) => request.startsWith('PUT'))).toHaveLength(3);
    await close();
  });

  it.each([
    ['OBJECTIVE_PROJECTIVE', 'OBJECTIVE_PROJECTOR', 1],
    ['OBJECTIVE_PROJECTOR', 'OBJECTIVE_PROJECTIVE', 2],
  ])('normalize objective and projector on a server that only knows %s', async (known, other, attempts) => {
    const { wire, requests, close } = await replaying({
      ...recorded,
      [`PUT /v1/normalize "${known}"`]: [204, undefined],
      [`PUT /v1/normalize "${other}"`]: [500, page],
    });
    await wire.open();
    const normalized = (): readonly string[] => requests.filter((request) => request.includes('normalize'));
    await wire.normalizeLens(lensNumbers.projection);
    expect(normalized()).toHaveLength(attempts);
    await wire.normalizeLens(lensNumbers.projection);
    expect(normalized().slice(attempts)).toEqual([`PUT /v1/normalize "${known}"`]);
    await close();
  });

  it('normalize nothing where the server refuses both names', async () => {
    const { wire, requests, close } = await replaying({
      ...recorded,
      'PUT /v1/normalize "OBJECTIVE_PROJECTIVE"': [500, page],
      'PUT /v1/normalize "OBJECTIVE_PROJECTOR"': [500, page],
    });
    await wire.open();
    await expect(wire.normalizeLens(lensNumbers.projection)).rejects.toMatchObject({ code: 'fei/server-refused' });
    expect(requests.filter((request) => request.includes('normalize'))).toHaveLength(2);
    await close();
  });

  it('of errors count by their status, as their pages say nothing else', async () => {
    const { wire, close } = await replaying({ 'GET /v1/family': [200, '"NULL"'], 'GET /v1/defocus': [500, page] });
    await wire.open();
    await expect(wire.getSpotSize()).rejects.toMatchObject({
      code: 'fei/server-refused',
      message: expect.stringContaining('404') as string,
    });
    await expect(wire.getDefocus()).rejects.toMatchObject({
      code: 'fei/server-refused',
      message: expect.stringContaining('500') as string,
    });
    await close();
  });

  it.each([
    ['GET /v1/image_shift', '[1e-06]', (wire: FeiTransport) => wire.getImageShift()],
    ['GET /v1/image_shift', '[1e-06, null]', (wire: FeiTransport) => wire.getImageShift()],
    ['GET /v1/defocus', 'NaN', (wire: FeiTransport) => wire.getDefocus()],
    ['GET /v1/defocus', '"1"', (wire: FeiTransport) => wire.getDefocus()],
    ['GET /v1/screen_position', '"SIDEWAYS"', (wire: FeiTransport) => wire.getMainScreen()],
    ['GET /v1/screen_position', '"toString"', (wire: FeiTransport) => wire.getMainScreen()],
    ['GET /v1/stage_position', '{"x": 0.0, "y": 0.0}', (wire: FeiTransport) => wire.getStagePosition()],
    ['GET /v1/beam_blanked', '0', (wire: FeiTransport) => wire.getBeamBlank()],
  ])('%s answered by %s does not count', async (request, body, ask) => {
    const { wire, close } = await replaying({ 'GET /v1/family': [200, '"NULL"'], [request]: [200, body] });
    await wire.open();
    await expect(ask(wire)).rejects.toMatchObject({
      code: expect.stringMatching(/^(fei\/strange-answer|wire\/bad-reply)$/) as string,
    });
    await close();
  });
});

it('says what this wire does not have, and sends nothing for it', async () => {
  const column = await makeTemscriptColumn();
  const { requests } = column.server;
  for (const call of [
    column.transport.getAbsFocus(),
    column.transport.setAbsFocus(0),
    column.transport.getEftemMode(),
    column.transport.setEftemMode(2),
    column.transport.setAutoNormEnabled(true),
  ])
    await expect(call).rejects.toMatchObject({ code: 'fei/not-on-this-wire' });
  expect(column.server.requests).toBe(requests);
  await column.scope.magIndex.write(magIndex(8));
  await column.scope.probeMode.write('nano');
  // The dark-field tilt stands under the name of beam tilt.
  expect(column.server.writes.filter(({ path }) => /beam_tilt|dark_field/.test(path))).toEqual([]);
  await column.dispose();
});

it('offers no EFTEM mode over this wire, also to a site with a filter', () => {
  const text = siteText.replace('fei: {}', 'fei: { wire: temscript, host: 192.0.2.1 }');
  const builtIn = {
    simulator: () => require('../../../plugins/simulator') as unknown,
    fei: () => require('../../../plugins/fei') as unknown,
  };
  const { kernel } = simulatedSite(text, builtIn);
  expect(kernel.registry.has(EftemMode)).toBe(false);
});

it('says that nobody answers at the address', async () => {
  const wire = temscriptFeiWire({ host: '127.0.0.1', port: 1, answerLimit: 1, stageTimeoutFactor: 1 });
  await expect(wire.open()).rejects.toMatchObject({
    code: 'wire/connect-failed',
    message: expect.stringContaining('127.0.0.1:1') as string,
  });
});
