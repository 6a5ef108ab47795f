import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatanStandInServer } from '../../../plugins/gatan-k2k3/stand-in/stand-in-server';
import { IndependentClient } from './independent-client';
import { RampSource, countAt } from './setup';

const [columns, rows] = [300, 200];
// The real one holds 33 554 432 bytes; a smaller one cuts a small image into as many pieces.
const superChunk = 70_000;

describe('the stand-in server, driven by a client that shares nothing with it', () => {
  let server: GatanStandInServer;
  let client: IndependentClient;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'eucentric-frames-'));
    server = new GatanStandInServer(new RampSource(columns, rows), undefined, { superChunk });
    client = await IndependentClient.connect(await server.listen(), superChunk);
  });
  afterEach(async () => {
    client.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const parameters = (frames: boolean, save: boolean) => ({
    longs: [1, 6, 0, 0],
    booleans: [frames, false, save],
    doubles: [1, 0.1, 0, 0, 0, 0],
    texts: [''],
  });
  const area = (width: number, height: number, exposure: number) => ({
    longs: [width * height, width, height, 2, 1, 0, 0, height, width, 0, 0, 0, -1],
    doubles: [exposure, 0],
  });
  const counts = (data: Buffer, width: number, at: readonly (readonly [row: number, column: number])[]) =>
    at.map(([row, column]) => data.readUInt16LE(2 * (row * width + column)));

  it('says what it is', async () => {
    expect((await client.call(11, {}, { longs: 1 })).longs).toEqual([1]);
    expect((await client.call(31, {}, { longs: 1 })).longs).toEqual([120]);
    expect((await client.call(42, {}, { longs: 2 })).longs).toEqual([50331, 2300]);
    expect((await client.call(15, {}, { booleans: 3 })).booleans).toEqual([true, true, true]);
    expect((await client.call(1, { longs: [], booleans: [true], texts: [] }, { doubles: 1 })).status).not.toBe(0);
  });

  it('takes an image that crosses in two chunks', async () => {
    await client.call(9, { longs: [0] });
    expect((await client.call(29, parameters(false, false))).status).toBe(0);
    const { width, height, chunks, data } = await client.image(6, area(columns, rows, 0.5));
    expect([width, height, chunks]).toEqual([columns, rows, 2]);
    const places = [
      [0, 0],
      [0, columns - 1],
      [rows - 1, 0],
      [rows - 1, columns - 1],
    ] as const;
    expect(counts(data, width, places)).toEqual(
      places.map(([row, column]) => countAt(column + 0.5, row + 0.5) % 65536),
    );
  });

  it('adds up frames and saves them', async () => {
    await client.call(9, { longs: [0] });
    const saving = { longs: [0, 0], booleans: [false], doubles: [1, 0, 0, 0, 0], texts: [folder, 'run'] };
    expect((await client.call(27, saving, { longs: 1 })).longs).toEqual([0]);
    expect((await client.call(29, parameters(true, true))).status).toBe(0);
    const { data } = await client.image(6, area(40, 30, 0.4));
    expect(counts(data, 40, [[2, 3]])).toEqual([4 * countAt(3.5, 2.5)]);
    expect((await client.call(26, {}, { longs: 2 })).longs).toEqual([4, 0]);
    expect(existsSync(join(folder, 'run.mrc'))).toBe(true);
    expect((await client.call(27, saving, { longs: 1 })).longs).toEqual([16]);
  });

  it('answers what it cannot do with eight bytes, or with the number of what failed', async () => {
    expect((await client.call(77, {})).status).toBe(-1);
    expect((await client.call(9, { longs: [0, 0] })).status).toBe(-6);
    expect((await client.call(9, { longs: [5] })).status).toBe(1);
    expect((await client.call(32, {}, { longs: 1 })).longs).toEqual([2]);
    expect((await client.image(37, { longs: [100, 10, 10] })).status).toBe(1);
    expect((await client.call(32, {}, { longs: 1 })).longs).toEqual([29]);
  });
});
