import { inDegrees, inMicrometres, errorContents, isNotAvailableCode } from '../../core/base';
import {
  Cameras,
  type DeviceToken,
  Scope,
  type SettingTraits,
  Stage,
  type StagePosition,
  inSentence,
  isDevice,
  shownValue,
} from '../../core/devices';
import type { Session } from '../../core/kernel';
import { exitCodes } from '../output';
import { undrivenCameras } from '../undriven-cameras';
import type { CommandContext } from './base/context';

/** One line of the table: what a setting of a device is, or why it could not be read. */
interface DeviceRow {
  readonly device: string;
  readonly setting: string;
  readonly value?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}
type DeviceReading = readonly [device: string, setting: string, read: () => unknown];

/** `devices`: lists what is configured, connects, reads versions and every setting once, changes nothing. */
export async function devicesCommand({ open, output }: CommandContext): Promise<number> {
  await using instrument = await open();
  const { kernel, settings, session } = instrument;
  const emit = (row: DeviceRow): void => output.emit(session.simulated ? { ...row, simulated: true } : row);
  const rows: DeviceRow[] = [];
  for (const { id } of kernel.plugins) {
    const { options } = settings.plugins.find((plugin) => plugin.id === id) ?? {};
    const written = Object.entries(options ?? {}).map(
      ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    );
    rows.push({ device: 'configured', setting: id, value: written.join(', ') || 'default options' });
  }
  const driven = new Set(session.find(Cameras)?.all.map(({ traits }) => traits.index));
  const undriven = undrivenCameras(settings, (camera) => driven.has(camera.index));
  for (const { index, name, sizeX, sizeY } of settings.cameras) {
    const reason = undriven.find((each) => each.index === index)?.reason;
    const value = `${name}, ${sizeX} x ${sizeY} pixels${reason === undefined ? '' : `; cannot be used: ${reason}`}`;
    rows.push({ device: 'configured', setting: `camera ${index}`, value });
  }
  rows.forEach(emit);
  drawTable(rows, output.print.bind(output));

  // Many servers take one client at a time: a second one would cut the first one off.
  instrument.lock();
  // The connections alone: whatever else a session does at its beginning may set something.
  await kernel.connect(new AbortController().signal);
  const read: DeviceRow[] = [];
  for (const { plugin, read: versions } of kernel.versions) await add(read, plugin, 'versions', versions);
  for (const [device, setting, value] of readingsOf(session)) await add(read, device, setting, value);
  for (const { token, reason } of kernel.registry.lacks) if (isDevice(token)) read.push(...lackOf(token, reason));
  read.forEach(emit);
  drawTable(read, output.print.bind(output));
  return read.some(({ error }) => error && !isNotAvailableCode(error.code)) ? exitCodes.failed : exitCodes.done;
}

/** A line for each setting of a device that the instrument lacks, or for the device where it has no settings. */
function lackOf({ part, called, settings }: DeviceToken<unknown>, reason: string): readonly DeviceRow[] {
  const labels = Object.values<SettingTraits>(settings).map(({ label }) => inSentence(label));
  return (labels.length > 0 ? labels : [called.replace(/^(the|an?) /, '')]).map((setting) => ({
    device: part,
    setting,
    value: `not here: ${reason}`,
  }));
}

/** Reads once. A setting that cannot be read shows the reason in its line, and the others are still read. */
async function add(rows: DeviceRow[], device: string, setting: string, read: () => unknown): Promise<void> {
  try {
    const value = await read();
    if (typeof value !== 'object' || value === null) return void rows.push({ device, setting, value: String(value) });
    for (const [name, each] of Object.entries(value)) rows.push({ device, setting: name, value: String(each) });
  } catch (error) {
    const { code, message, hint } = errorContents(error);
    rows.push({ device, setting, error: { code, message, hint } });
  }
}

/** Every setting of every device, with how to read it in the units that people use. */
function readingsOf({ find, deviceSettings }: Pick<Session, 'find' | 'deviceSettings'>): readonly DeviceReading[] {
  const scope = find(Scope);
  const readings: DeviceReading[] = scope ? [[Scope.part, 'model', () => scope.traits.model]] : [];
  for (const { token, setting } of deviceSettings()) {
    const { read, traits } = setting;
    readings.push([
      token.part,
      inSentence(traits.label),
      token === Stage
        ? async () => placeOf((await read()) as StagePosition)
        : async () => shownValue(setting.traits, await read()),
    ]);
  }
  for (const { traits } of find(Cameras)?.all ?? []) {
    const { index, name, width, height, binnings } = traits;
    readings.push([`camera ${index}`, 'name', () => name]);
    readings.push([`camera ${index}`, 'size', () => `${width} x ${height} pixels, binnings ${binnings.join(' ')}`]);
  }
  return readings;
}

/** The stage in two lines. */
const placeOf = ({ x, y, z, tilt }: StagePosition) => ({
  position: `${[x, y, z].map((each) => inMicrometres(each).toFixed(3)).join(', ')} um`,
  tilt: `${inDegrees(tilt).toFixed(2)} degrees`,
});

/** Setting that this instrument does not have; the site knows that, so it is not an error. */
const notAvailableInWords = (code: string): string =>
  code.endsWith('wire') ? 'not over this wire' : 'not on this column';

function drawTable(rows: readonly DeviceRow[], print: (line: string) => void): void {
  const width = (of: (row: DeviceRow) => string): number => Math.max(...rows.map((row) => of(row).length), 0);
  const [devices, settings] = [width(({ device }) => device), width(({ setting }) => setting)];
  for (const { device, setting, value, error } of rows)
    print(
      `${device.padEnd(devices)}  ${setting.padEnd(settings)}  ${value ?? (isNotAvailableCode(error!.code) ? notAvailableInWords(error!.code) : `cannot be read: ${error!.message} ${error!.hint} [${error!.code}]`)}`,
    );
}
