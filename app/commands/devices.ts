import { type Token, inDegrees, inMicrometres, toFault } from '../../core/base';
import {
  AlphaSelector,
  Cameras,
  EftemMode,
  EnergyFilter,
  IlluminatedArea,
  Scope,
  Stage,
  Stem,
} from '../../core/devices';
import { exitCodes } from '../output';
import type { CommandContext } from './context';

/** One line of the table: what a setting of a device is, or why it could not be read. */
interface DeviceRow {
  readonly device: string;
  readonly setting: string;
  readonly value?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}
type Reading = readonly [setting: string, read: () => unknown];

/** What a site has to know without being connected must not be called a fault. */
const isMissing = (code: string): boolean => code.endsWith('/not-on-this-wire');

/** `devices`: lists what is configured, connects, reads versions and every setting once, changes nothing. */
export async function devicesCommand({ open, output }: CommandContext): Promise<number> {
  await using instrument = await open();
  const { kernel, settings } = instrument;
  const rows: DeviceRow[] = [];
  for (const { id } of kernel.plugins) {
    const { options } = settings.plugins.find((plugin) => plugin.id === id) ?? {};
    const written = Object.entries(options ?? {}).map(
      ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    );
    rows.push({ device: 'configured', setting: id, value: written.join(', ') || 'as usual' });
  }
  for (const { index, name, sizeX, sizeY } of settings.cameras)
    rows.push({ device: 'configured', setting: `camera ${index}`, value: `${name}, ${sizeX} x ${sizeY} pixels` });
  rows.forEach((row) => output.emit(row));
  drawTable(rows, output.print.bind(output));

  // The connections alone: whatever else a session does at its beginning may set something.
  await kernel.connect(new AbortController().signal);
  const read: DeviceRow[] = [];
  for (const { plugin, read: versions } of kernel.versions) await add(read, plugin, 'versions', versions);
  for (const [device, readings] of readingsOf((key) =>
    kernel.registry.has(key) ? kernel.registry.get(key) : undefined,
  ))
    for (const [setting, value] of readings) await add(read, device, setting, value);
  read.forEach((row) => output.emit(row));
  drawTable(read, output.print.bind(output));
  return read.some(({ error }) => error && !isMissing(error.code)) ? exitCodes.failed : exitCodes.done;
}

/** Reads once; what cannot be read is said in its line, and the rest is read all the same. */
async function add(rows: DeviceRow[], device: string, setting: string, read: () => unknown): Promise<void> {
  try {
    const value = await read();
    if (typeof value !== 'object' || value === null) return void rows.push({ device, setting, value: String(value) });
    for (const [name, each] of Object.entries(value)) rows.push({ device, setting: name, value: String(each) });
  } catch (error) {
    const { code, message, hint } = toFault(error);
    rows.push({ device, setting, error: { code, message, hint } });
  }
}

/** Every setting of every device, with how to read it in the units that people use. */
function readingsOf(
  find: <T>(key: Token<T>) => T | undefined,
): readonly (readonly [device: string, readings: readonly Reading[]])[] {
  const devices: (readonly [string, readonly Reading[]])[] = [];
  const scope = find(Scope);
  const pair = ({ x, y }: { readonly x: number; readonly y: number }): string =>
    `${x.toFixed(4)}, ${y.toFixed(4)} units`;
  const um = (length: number, digits = 3): string => `${inMicrometres(length as never).toFixed(digits)} um`;
  // The neutral image shift is left out: a JEOL column only tells it by going there.
  const [area, alpha, eftem, stem] = [find(IlluminatedArea), find(AlphaSelector), find(EftemMode), find(Stem)];
  if (scope)
    devices.push([
      'column',
      [
        ['model', () => scope.traits.model],
        ['high tension', async () => `${(await scope.highTension.read()) / 1000} kV`],
        ['mag index', () => scope.magIndex.read()],
        ['image shift', async () => pair(await scope.imageShift.read())],
        ['beam shift', async () => pair(await scope.beamShift.read())],
        ['defocus', async () => um(await scope.defocus.read())],
        ['absolute focus', async () => (await scope.absoluteFocus.read()).toFixed(6)],
        ['spot size', () => scope.spotSize.read()],
        ['intensity', async () => (await scope.intensity.read()).toFixed(5)],
        ...(area ? ([['illuminated area', async () => um(await area.illuminatedArea.read())]] as const) : []),
        ...(alpha ? ([['alpha', async () => (await alpha.alpha.read()) + 1]] as const) : []),
        ['probe mode', () => scope.probeMode.read()],
        ...(eftem ? ([['EFTEM mode', async () => ((await eftem.on.read()) ? 'on' : 'off')]] as const) : []),
        ...(stem ? ([['scanning mode', async () => ((await stem.enabled.read()) ? 'on' : 'off')]] as const) : []),
        ['screen', async () => ((await scope.screenDown.read()) ? 'down' : 'up')],
        ['beam', async () => ((await scope.beamBlanked.read()) ? 'blanked' : 'on')],
      ],
    ]);
  const stage = find(Stage);
  if (stage)
    devices.push([
      'stage',
      [
        [
          'position',
          async () => {
            const { x, y, z, tilt } = await stage.position.read();
            return {
              position: `${[x, y, z].map((each) => inMicrometres(each).toFixed(3)).join(', ')} um`,
              tilt: `${inDegrees(tilt).toFixed(2)} degrees`,
            };
          },
        ],
      ],
    ]);
  const filter = find(EnergyFilter);
  if (filter)
    devices.push([
      'filter',
      [
        ['slit', async () => ((await filter.slitInserted.read()) ? 'in' : 'out')],
        ['slit width', async () => `${(await filter.slitWidth.read()).toFixed(1)} eV`],
        ['energy loss', async () => `${(await filter.energyLoss.read()).toFixed(1)} eV`],
      ],
    ]);
  for (const { traits } of find(Cameras)?.all ?? [])
    devices.push([
      `camera ${traits.index}`,
      [
        ['name', () => traits.name],
        ['size', () => `${traits.width} x ${traits.height} pixels, binnings ${traits.binnings.join(' ')}`],
      ],
    ]);
  return devices;
}

function drawTable(rows: readonly DeviceRow[], print: (line: string) => void): void {
  const width = (of: (row: DeviceRow) => string): number => Math.max(...rows.map((row) => of(row).length), 0);
  const [devices, settings] = [width(({ device }) => device), width(({ setting }) => setting)];
  for (const { device, setting, value, error } of rows)
    print(
      `${device.padEnd(devices)}  ${setting.padEnd(settings)}  ${value ?? (isMissing(error!.code) ? 'not over this wire' : `cannot be read: ${error!.message} ${error!.hint} [${error!.code}]`)}`,
    );
}
