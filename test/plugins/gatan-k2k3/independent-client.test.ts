import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatanStandInServer } from '../../../plugins/gatan-k2k3/stand-in/stand-in-server';
import type { StandInKind } from '../../../plugins/gatan-k2k3/picture-source';
import { until } from '../../support/until';
import { IndependentClient } from './independent-client';
import { RampSource, countAt } from './setup';

const [columns, rows] = [320, 208];
// The real one holds 33 554 432 bytes; a smaller one cuts a small image into as many pieces.
const superChunk = 70_000;

/** Numbers of `SetK2Parameters2`, as they are sent for a K2 that counts. */
const parameters = ({
  mode = 1,
  hardware = 6,
  rotationFlip = 0,
  flags = 0,
  frames = false,
  align = false,
  save = false,
  scaling = 1,
  frameTime = 0.1,
  reduced = 0,
  full = 0,
} = {}) => ({
  longs: [mode, hardware, rotationFlip, flags],
  booleans: [frames, align, save],
  doubles: [scaling, frameTime, reduced, full, 0, 0],
  texts: [''],
});

describe('the stand-in server, driven by a client that shares nothing with it', () => {
  let server: GatanStandInServer;
  let client: IndependentClient;
  let port: number;
  let folder: string;
  let source: RampSource;
  let exposing: () => Promise<void>;
  async function start(kind: StandInKind = 'CCD'): Promise<void> {
    client?.close();
    await server?.close();
    source = new RampSource(columns, rows, () => exposing(), true, kind);
    server = new GatanStandInServer(source, undefined, { superChunk });
    port = await server.listen();
    client = await IndependentClient.connect(port, superChunk);
    await client.call(9, { longs: [0] });
  }
  beforeEach(async () => {
    exposing = async () => {};
    folder = mkdtempSync(join(tmpdir(), 'eucentric-frames-'));
    await start();
  });
  afterEach(async () => {
    client.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const count = (data: Buffer, width: number, row: number, column: number): number =>
    data.readUInt16LE(2 * (row * width + column));
  const saving = (flags: number, grabAndSum = 0, name = 'run') => ({
    longs: [0, flags],
    booleans: [false],
    doubles: [1, grabAndSum, 0, 0, 0],
    texts: [folder, name],
  });

  it('says what it is', async () => {
    expect((await client.call(11, {}, { longs: 1 })).longs).toEqual([1]);
    expect((await client.call(31, {}, { longs: 1 })).longs).toEqual([120]);
    expect((await client.call(42, {}, { longs: 2 })).longs).toEqual([50331, 2300]);
    expect((await client.call(15, {}, { booleans: 3 })).booleans).toEqual([true, true, true]);
    expect((await client.call(1, { longs: [], booleans: [true], texts: [] }, { doubles: 1 })).status).not.toBe(0);
  });

  it('takes an image that crosses in two chunks', async () => {
    expect((await client.call(29, parameters())).status).toBe(0);
    const { width, height, chunks, data } = await client.photograph({ width: columns, height: rows });
    expect([width, height, chunks]).toEqual([columns, rows, 2]);
    for (const [row, column] of [
      [0, 0],
      [0, columns - 1],
      [rows - 1, 0],
      [rows - 1, columns - 1],
    ] as const)
      expect(count(data, width, row, column)).toBe(countAt(column + 0.5, row + 0.5) % 65536);
  });

  it('takes parts of a camera without modes in binned pixels', async () => {
    expect((await client.call(10, { longs: [-1], doubles: [1] })).status).toBe(0);
    const { width, height, data } = await client.photograph({ width: 40, height: 30, left: 10, top: 20, binning: 2 });
    expect([width, height]).toEqual([40, 30]);
    expect(count(data, 40, 0, 0)).toBe(countAt(21, 41));
    expect((await client.photograph({ width: 400, height: 30 })).status).toBe(26);
  });

  it('takes a handshake that nobody waits for as a function that it does not know', async () => {
    expect((await client.call(24)).status).toBe(-1);
    expect((await client.call(31, {}, { longs: 1 })).longs).toEqual([120]);
  });

  it('tells a request that is too short from one of the wrong length', async () => {
    expect((await client.call(9, {})).status).toBe(-4);
    expect((await client.call(9, { longs: [0, 0] })).status).toBe(-6);
    expect((await client.call(77)).status).toBe(-1);
  });

  it('gives the number of a failure at once, and again when it is asked for it', async () => {
    expect((await client.call(9, { longs: [5] })).status).toBe(26);
    expect(await client.lastError()).toBe(26);
    expect((await client.image(37, { longs: [100, 10, 10] })).status).toBe(29);
    expect(await client.lastError()).toBe(29);
    await client.call(9, { longs: [0] });
    expect(await client.lastError()).toBe(0);
    expect((await client.call(12, { longs: [5] }, { booleans: 1 })).status).toBe(1);
    expect(await client.lastError()).toBe(26);
  });

  it('says that a script of the client failed after every script', async () => {
    expect(await client.script('Exit(3)')).toBe(3);
    expect(await client.lastError()).toBe(25);
    expect(await client.script('NoSuchFunction()')).toBeUndefined();
    expect(await client.lastError()).toBe(25);
  });

  it('takes dark and gain references', async () => {
    const dark = await client.photograph({ width: 40, height: 30 }, true);
    expect([dark.status, dark.width, dark.height]).toEqual([0, 40, 30]);
    expect(dark.data.every((byte) => byte === 0)).toBe(true);
    const gain = await client.image(8, { longs: [columns * rows, columns, rows, 2] }, 4);
    expect([gain.status, gain.width, gain.height]).toEqual([0, columns / 2, rows / 2]);
    expect(gain.data.readFloatLE(4 * 40)).toBeCloseTo(1, 1);
  });

  it('scans, hands each channel out once, and says when there is none', async () => {
    const scan = { longs: [600, 30, 20, 0, 0, 0], doubles: [0, 2], array: [0, 3] };
    const first = await client.image(19, scan);
    expect([first.status, first.width, first.height]).toEqual([0, 30, 20]);
    const second = await client.image(20, { longs: [600, 30, 20, 3, 0] });
    expect(second.status).toBe(0);
    expect(second.data.equals(first.data)).toBe(false);
    expect((await client.image(20, { longs: [600, 30, 20, 3, 0] })).status).toBe(28);
    expect((await client.call(21)).status).toBe(22);
  });

  it('adds up frames and saves them, by the older way too', async () => {
    expect((await client.call(27, saving(0), { longs: 1 })).longs).toEqual([0]);
    expect((await client.call(29, parameters({ frames: true, save: true }))).status).toBe(0);
    const { data } = await client.photograph({ width: columns, height: rows });
    expect(count(data, columns, 2, 3)).toBe(4 * countAt(3.5, 2.5));
    expect((await client.call(26, {}, { longs: 2 })).longs).toEqual([4, 0]);
    expect(existsSync(join(folder, 'run.mrc'))).toBe(true);
    expect((await client.call(27, saving(0), { longs: 1 })).longs).toEqual([16]);

    const older = { longs: [0], booleans: [false], doubles: [1], texts: [folder, 'older'] };
    expect((await client.call(25, older, { longs: 1 })).longs).toEqual([0]);
    const counting = { longs: [1, 6], booleans: [true, false, true], doubles: [1, 0.2], texts: ['None'] };
    expect((await client.call(23, counting)).status).toBe(0);
    expect((await client.photograph({ width: columns, height: rows })).status).toBe(0);
    expect((await client.call(26, {}, { longs: 2 })).longs).toEqual([2, 0]);
    expect(readFileSync(join(folder, 'older.mrc')).readInt32LE(8)).toBe(2);
  });

  it('saves each frame in a file of its own in a new folder', async () => {
    const apart = { ...saving(0, 0, 'K'), booleans: [true], texts: [join(folder, 'shot'), 'K'] };
    expect((await client.call(27, apart, { longs: 1 })).longs).toEqual([0]);
    await client.call(29, parameters({ frames: true, save: true, frameTime: 0.2 }));
    await client.photograph({ width: columns, height: rows });
    expect((await client.call(26, {}, { longs: 2 })).longs).toEqual([2, 0]);
    expect(readdirSync(join(folder, 'shot')).sort()).toEqual(['K_001.mrc', 'K_002.mrc']);
    expect((await client.call(27, apart, { longs: 1 })).longs).toEqual([11]);
  });

  it('returns early after the frames that the low bits say, whatever it keeps in memory', async () => {
    expect((await client.call(27, saving(0x80 + 0x4000, 5 * 65536 + 2), { longs: 1 })).longs).toEqual([0]);
    await client.call(29, parameters({ frames: true, save: true }));
    const { data } = await client.photograph({ width: columns, height: rows });
    expect(count(data, columns, 2, 3)).toBe(2 * countAt(3.5, 2.5));
    await client.call(39, { longs: [0] });
    const sum = await client.image(37, { longs: [columns * rows, columns, rows] });
    expect(count(sum.data, columns, 2, 3)).toBe(4 * countAt(3.5, 2.5));
  });

  it('does not return early from saving that it has to wait for', async () => {
    expect((await client.call(27, saving(0x80 + 0x20, 2), { longs: 1 })).longs).toEqual([21]);
  });

  it('sends a small image of nothing when it returns before the first frame', async () => {
    expect((await client.call(27, saving(0x80), { longs: 1 })).longs).toEqual([0]);
    await client.call(29, parameters({ frames: true, save: true }));
    const { status, pixels, width, height } = await client.photograph({ width: columns, height: rows });
    expect([status, pixels, width, height]).toEqual([0, 1024, 0, 0]);
    await client.call(39, { longs: [0] });
    expect((await client.call(26, {}, { longs: 2 })).longs).toEqual([4, 0]);
  });

  it('refuses no parameters: frames that are aligned, a turn that is kept, one that does not exist', async () => {
    await client.call(29, parameters({ rotationFlip: 2 }));
    expect((await client.call(29, parameters({ rotationFlip: -1 }))).status).toBe(0);
    const turned = await client.photograph({ width: columns, height: rows });
    expect(count(turned.data, columns, 0, 0)).toBe(countAt(columns - 0.5, rows - 0.5));
    expect((await client.call(29, parameters({ rotationFlip: 9 }))).status).toBe(0);
    expect((await client.call(29, parameters({ rotationFlip: 0, frames: true, align: true }))).status).toBe(0);
    expect((await client.photograph({ width: columns, height: rows })).status).toBe(0);
  });

  it('keeps turn and reduction when the read mode is set, the reduction for one image', async () => {
    await client.call(29, parameters({ rotationFlip: 2, mode: 2, flags: 1, reduced: 80 + 100_000 * 52 }));
    await client.call(10, { longs: [2], doubles: [1] });
    const shot = { width: 80, height: 52, binning: 8, right: columns, bottom: rows };
    const reduced = await client.photograph(shot);
    expect([reduced.width, reduced.height]).toEqual([80, 52]);
    expect(count(reduced.data, 80, 0, 0)).toBe(countAt(columns - 2, rows - 2));
    const next = await client.photograph({ ...shot, right: 80, bottom: 52, binning: 8 });
    expect(count(next.data, 80, 0, 0)).toBe(countAt(columns - 2, rows - 2));
  });

  it('refuses to reduce what needs no reduction, or to more than there is', async () => {
    await client.call(29, parameters({ flags: 1, reduced: 40 + 100_000 * 30 }));
    expect((await client.photograph({ width: 40, height: 30 })).status).toBe(24);
    await client.call(29, parameters({ flags: 1, reduced: 40 + 100_000 * 30 }));
    expect((await client.photograph({ width: 40, height: 30, binning: 2, right: 70, bottom: 60 })).status).toBe(24);
  });

  it('fills a list of defects up', async () => {
    const long = await client.image(28, { longs: [500_000] });
    expect([long.status, long.pixels, long.width]).toEqual([0, 2048, 2]);
    const short = await client.image(28, { longs: [100] });
    expect([short.pixels, short.data.readInt16LE(0), short.data.readInt16LE(2)]).toEqual([100, 17, 23]);
  });

  it('gives a K3 in its fine mode the whole chip for an area in fine pixels', async () => {
    await start('K3');
    await client.call(29, parameters({ mode: 4 }));
    const { status, width, height } = await client.photograph({ width: 2 * columns, height: 2 * rows });
    expect([status, width, height]).toEqual([0, 2 * columns, 2 * rows]);
  });

  it('lets a K3 read only whole blocks, and cuts other parts out of the whole', async () => {
    await start('K3');
    const part = { width: 80, height: 60, left: 10, top: 20, right: 50, bottom: 50 };
    await client.call(29, parameters({ mode: 4 }));
    expect((await client.photograph(part)).status).toBe(26);
    await client.call(29, parameters({ mode: 4, flags: 8, full: columns + 100_000 * rows }));
    const { width, height, data } = await client.photograph(part);
    expect([width, height]).toEqual([80, 60]);
    expect(count(data, 80, 0, 0)).toBe(countAt(10.25, 20.25));
    await client.call(29, parameters({ mode: 4 }));
    expect((await client.photograph({ ...part, left: 16, right: 48, top: 24, bottom: 48 })).status).toBe(0);
  });

  it('takes away the offset of a K3 in linear mode that the scaling contains', async () => {
    await start('K3');
    const linear = async (scaling: number): Promise<number> => {
      await client.call(29, parameters({ mode: 3, scaling }));
      const { data } = await client.photograph({ width: columns, height: rows, exposure: 0.5 });
      return count(data, columns, 100, 100) - countAt(100.5, 100.5);
    };
    expect(Math.abs(await linear(1 / 350 + 10 * 12_304))).toBeLessThanOrEqual(2);
    expect(await linear(1 / 350 + 10 * 16)).toBeGreaterThan(10_000);
  });

  it('cuts off rows for which there is no room, and sends images of the size that they have', async () => {
    await client.call(10, { longs: [-1], doubles: [1] });
    const cut = await client.photograph({ width: columns, height: rows, room: columns * 10 + 5 });
    expect([cut.width, cut.height, cut.pixels]).toEqual([columns, 10, columns * 10]);
    const other = await client.photograph({ width: 50, height: 50, right: 40, bottom: 30 });
    expect([other.width, other.height]).toEqual([40, 30]);
  });

  it('delivers black images when the shutter that is closed between images is not the one that opens', async () => {
    await client.call(16, { longs: [0, 1] });
    const shot = { width: 40, height: 30 };
    expect((await client.photograph(shot)).data.every((byte) => byte === 0)).toBe(true);
    expect((await client.photograph({ ...shot, shutter: 1 })).data.some((byte) => byte !== 0)).toBe(true);
  });

  it('runs scripts with conditions, and those that wait for the next image', async () => {
    const exists = (name: string) =>
      client.script(`if ( DoesFunctionExist("${name}") ) { Exit(1.0); } else { Exit(-1.0); }`);
    expect([await exists('IFSetSlitIn'), await exists('IFCGetSlitWidth')]).toEqual([1, 1]);
    expect(await exists('AFGetSlitState')).toBe(-1);
    expect(await client.script('IFSetSlitIn(1); IFWaitForFilter();')).toBe(0);
    expect(await client.script('if ( IFGetSlitIn() ) { Exit(1.0); } else { Exit(-1.0); }')).toBe(1);
    expect(await client.script('if ( IFSetSlitWidth(12.5) ) { Exit(1.0); } else { Exit(-1.0); }')).toBe(1);
    expect(server.filter.values).toMatchObject({ SlitIn: 1, SlitWidth: 12.5 });
    const whole = [
      'number changed = 0',
      'if(IFCGetFilterMode() == 0)',
      '  Exit(1)',
      'if (IFCGetSlitIn() != 1) {',
      '  IFCSetSlitIn(1)',
      '  changed = changed + 1',
      '}',
      'if ((IFCGetSlitWidth() - 20) < -0.1 || IFCGetSlitWidth() - 20 > 0.1) {',
      '  IFCSetSlitWidth(20)',
      '  changed = changed + 2',
      '}',
      'Delay(2)',
      'Exit(10 + changed)',
    ];
    expect(await client.script(whole.join('\r\n'))).toBe(12);
    expect(
      await client.script(
        'Object manager = CM_GetCameraManager()\nObject list = CM_GetCameras(manager)\nObject camera = ObjectAt(list, 0)\nNumber x, y\nCM_CCD_GetSize(camera, x, y)\nExit(x + 100000 * y)',
      ),
    ).toBe(columns + 100_000 * rows);
    await client.call(5, { texts: ['IFCSetSlitIn(0)'] });
    expect(server.filter.values.SlitIn).toBe(1);
    await client.photograph({ width: 40, height: 30 });
    expect(server.filter.values.SlitIn).toBe(0);
    await client.call(5, { texts: ['NoSuchFunction()'] });
    expect((await client.photograph({ width: 40, height: 30 })).status).toBe(26);
  });

  it('tells the time of a file', async () => {
    mkdirSync(join(folder, 'x'));
    const { status, longs } = await client.call(22, { texts: [join(folder, 'x')] }, { longs: 2 });
    expect([status, longs]).toEqual([0, [Math.floor(statSync(join(folder, 'x')).mtimeMs / 1000), 0]]);
    expect((await client.call(22, { texts: [join(folder, 'none')] }, { longs: 2 })).status).toBe(1);
  });

  it('lets the first client have its image before the second has its turn, and then ends the first', async () => {
    let go = (): void => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    exposing = () => held;
    const image = client.photograph({ width: 40, height: 30 });
    await until('the exposure began', () => source.requests.length === 1);
    const second = await IndependentClient.connect(port, superChunk);
    let answered = false;
    const version = second.call(31, {}, { longs: 1 }).then(({ longs }) => ((answered = true), longs));
    expect([answered, client.ended]).toEqual([false, false]);
    go();
    expect((await image).status).toBe(0);
    expect(await version).toEqual([120]);
    await until('the first was ended', () => client.ended);
    second.close();
  });

  it('ends an exposure whose client has gone before it serves the next one', async () => {
    let go = (): void => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    let ended = false;
    exposing = () => held.then(() => void (ended = true));
    const image = client.photograph({ width: 40, height: 30 }).catch(() => undefined);
    await until('the exposure began', () => source.requests.length === 1);
    client.close();
    await image;
    client = await IndependentClient.connect(port, superChunk);
    const version = client.call(31, {}, { longs: 1 }).then(() => expect(ended).toBe(true));
    go();
    await version;
  });
});
