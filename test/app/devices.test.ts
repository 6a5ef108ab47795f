import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { devicesCommand } from '../../app/commands/devices';
import { createInstrument } from '../../app/instrument/instrument';
import { Output } from '../../app/output';
import { commands } from '../../plugins/serialem/transport';
import { HitachiStandIn } from '../plugins/hitachi/stand-in-server';
import { projectFolder } from '../support/project-folder';
import { TemscriptStandIn } from '../support/temscript-stand-in';

const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const configurations = path.join(projectFolder, 'config');

interface Row {
  readonly device: string;
  readonly setting: string;
  readonly value?: string;
  readonly error?: { readonly code: string };
}

/** Runs `devices` on a configuration; gives its rows, its table, its exit code, and what passed over the wires. */
async function devices(yaml: string) {
  const configuration = path.join(folder, 'instrument.yaml');
  const record = path.join(folder, 'devices.jsonl');
  writeFileSync(configuration, yaml);
  const run = async (json: boolean): Promise<{ text: string; code: number }> => {
    let text = '';
    const output = new Output(json, { write: (more) => (text += more) }, { write: () => {} });
    const code = await devicesCommand({
      configuration,
      output,
      open: (options = {}) =>
        createInstrument({
          configuration,
          log: () => {},
          calibrationDirectory: folder,
          record: { file: record, images: false },
          ...options,
        }),
    });
    return { text, code };
  };
  const { text: lines, code } = await run(true);
  const { text: table } = await run(false);
  const calls = readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"call"'))
    .map((line) => JSON.parse(line) as { wire: string; call: string; given: readonly unknown[] });
  return {
    rows: lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row),
    table,
    code,
    calls,
  };
}

/** The commands of SerialEM that only report. */
const reports = new Set(
  Object.entries(commands).flatMap(([name, number]) => (name.startsWith('Report') ? [number as number] : [])),
);

/**
 * The calls that ask, or belong to the connection. Those of a camera server and of text lines are recognized by their
 * contents.
 */
function changes({ wire, call, given }: { wire: string; call: string; given: readonly unknown[] }): boolean {
  if (wire === 'hitachi' && call === 'exchange') return !String(given[0]).startsWith('Get ');
  if (wire === 'serialem' && call === 'run') return !reports.has(given[0] as number);
  // The debug output of the server is not a setting of an instrument.
  if (wire === 'gatan-k2k3' && call === 'call')
    return !/^(Get|Is|SetDebugMode$)/.test((given[0] as { name: string }).name) && !isQuestionToFilter(given);
  return !/^(open|close|get|is|lookUp|read|status)/.test(call);
}
/** True for a script for DigitalMicrograph that only reads. */
function isQuestionToFilter([packet, values]: readonly unknown[]): boolean {
  const { data } = (values as { array?: { data?: string } }).array ?? {};
  const script = Buffer.from(data ?? '', 'base64').toString('latin1');
  return (
    (packet as { name: string }).name === 'ExecuteScript' &&
    /Get|Is/.test(script) &&
    !/Set|Move|Insert|Open|Close/.test(script)
  );
}

test.each(readdirSync(configurations).filter((file) => file.endsWith('.yaml')))(
  'devices on %s reads everything once, changes nothing and prints a table',
  async (file) => {
    const { rows, table, code, calls } = await devices(readFileSync(path.join(configurations, file), 'utf8'));
    expect(code).toBe(0);
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter(changes)).toEqual([]);
    const settings = rows.filter(({ device }) => device === 'column').map(({ setting }) => setting);
    for (const wanted of [
      'model',
      'high tension',
      'mag index',
      'image shift',
      'beam shift',
      'defocus',
      'absolute focus',
      'spot size',
      'intensity',
      'probe mode',
      'screen',
      'beam',
    ])
      expect(settings).toContain(wanted);
    expect(new Set(settings).size).toBe(settings.length);
    for (const { value } of rows) expect(value).not.toMatch(/undefined|NaN|\[object/);
    expect(table.trim().split('\n')).toHaveLength(rows.length);
  },
);

test('devices names what a column lacks, with the reason', async () => {
  const { rows, code } = await devices(readFileSync(path.join(configurations, 'jeol-cryo-arm-k2.yaml'), 'utf8'));
  expect(code).toBe(0);
  for (const [setting, reason] of [
    ['probe mode', 'JEOL columns have no nanoprobe and microprobe'],
    ['lens normalization', 'JEOL columns relax their lenses by themselves'],
  ])
    expect(rows).toContainEqual(expect.objectContaining({ device: 'column', setting, value: `not here: ${reason}` }));
});

const plugins = (text: string, lines: readonly string[]): string =>
  text.replace(/^plugins:\n(?: {2}.*\n)+/m, `plugins:\n${lines.map((line) => `  ${line}\n`).join('')}`);

test('devices tells a Hitachi column over TCP nothing but questions', async () => {
  const yaml = readFileSync(path.join(configurations, 'hitachi-ht7700.yaml'), 'utf8');
  const server = new HitachiStandIn({ magnifications: { '0e': [50], '00': [1200, 1500], '02': [4000] }, now: () => 0 });
  const port = await server.listen();
  const { rows, code } = await devices(plugins(yaml, [`hitachi: { wire: tcp, host: 127.0.0.1, port: ${port} }`]));
  await server.close();
  expect(code).toBe(0);
  expect(rows).toContainEqual({
    device: 'configured',
    setting: 'hitachi',
    value: `wire tcp, host 127.0.0.1, port ${port}`,
  });
  expect(rows).toContainEqual({ device: 'column', setting: 'high tension', value: '100 kV' });
  expect(server.lines.length).toBeGreaterThan(10);
  expect(server.lines.filter((line) => !line.startsWith('Get '))).toEqual([]);
});

test('devices tells the server of temscript nothing but questions, and says what is not over this wire', async () => {
  const yaml = readFileSync(path.join(configurations, 'talos-ceta.yaml'), 'utf8');
  const server = new TemscriptStandIn({
    pass: async () => {},
    cameras: [{ name: 'BM-Ceta', width: 4096, height: 4096, binnings: [1, 2, 4, 8], picture: () => [] }],
  });
  const port = await server.listen();
  const wire = `{ wire: temscript, host: 127.0.0.1, port: ${port} }`;
  const { rows, code, table } = await devices(plugins(yaml, [`fei: ${wire}`, `falcon-ceta: ${wire}`]));
  await server.close();
  expect(code).toBe(0);
  expect(rows).toContainEqual({ device: 'fei', setting: 'temscript server', value: '2.1.1' });
  expect(rows.filter(({ error }) => error)).toEqual([
    {
      device: 'column',
      setting: 'absolute focus',
      error: expect.objectContaining({ code: 'fei/not-on-this-wire' }) as never,
    },
  ]);
  expect(table).toContain('not over this wire');
  expect(server.writes).toEqual([]);
  expect(server.exposures).toEqual([]);
});

test('devices lists what is configured before it says what cannot be reached', async () => {
  const yaml = readFileSync(path.join(configurations, 'hitachi-ht7700.yaml'), 'utf8');
  const configuration = path.join(folder, 'unreachable.yaml');
  writeFileSync(configuration, plugins(yaml, ['hitachi: { wire: tcp, host: 127.0.0.1, port: 1 }']));
  let text = '';
  const output = new Output(false, { write: (more) => (text += more) }, { write: () => {} });
  const failing = devicesCommand({
    configuration,
    output,
    open: (options = {}) =>
      createInstrument({ configuration, log: () => {}, calibrationDirectory: folder, ...options }),
  });
  await expect(failing).rejects.toMatchObject({
    code: 'devices/not-connected',
    message: expect.stringContaining('the Hitachi column at 127.0.0.1:1 could not be reached') as string,
  });
  expect(text).toMatch(/^configured +hitachi +wire tcp, host 127.0.0.1, port 1$/m);
});
