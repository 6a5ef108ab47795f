import type * as SimulatorModule from '../../plugins/simulator';
import { inDegrees, inMicrometres } from '../../core/base';
import { Cameras, EftemMode, EnergyFilter, Scope, Stage } from '../../core/devices';
import { BrowserConsole, OperatorConsole } from '../../core/kernel';
import { noConsole, noTerminal, noSimulation } from '../errors';
import { exitCodes } from '../output';
import type { CommandContext } from './context';

/** The options of `start`. */
export interface StartOptions {
  readonly speed?: number;
  /** Whether the console in the terminal is wanted. */
  readonly terminal?: boolean;
  /** Whether a browser is to be opened. */
  readonly open: boolean;
}

/** `start`: opens the operator's console on the instrument, in a browser unless a terminal is asked for. */
export async function startCommand({ open, output }: CommandContext, options: StartOptions): Promise<number> {
  const atTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (options.terminal && !atTerminal) throw noTerminal();
  await using instrument = await open({ speed: options.speed ?? 4 });
  const { session } = instrument;
  const inBrowser = options.terminal ? undefined : session.find(BrowserConsole);
  const inTerminal = inBrowser ? undefined : session.find(OperatorConsole);
  if (!inBrowser && !inTerminal) throw noConsole();
  if (inTerminal && !atTerminal) throw noTerminal();
  const leaving = new AbortController();
  const leave = (): void => {
    instrument.runner.stop();
    leaving.abort();
  };
  process.once('SIGTERM', leave);
  process.once('SIGHUP', leave);
  if (inBrowser) process.once('SIGINT', leave);
  await instrument.connect(leaving.signal);
  const tell = (text: string): void => {
    output.emit({ event: 'log', text });
    output.print(text);
  };
  if (inBrowser) await inBrowser.serve(session, leaving.signal, { open: options.open && atTerminal, tell });
  else await inTerminal?.serve(session, leaving.signal);
  await instrument.finish();
  const unsaved = inBrowser && session.unsaved();
  if (unsaved) output.remark('Calibrations that were not saved are in the history, from which they can be brought back.');
  output.remark('The program has ended; the microscope is as you left it.');
  return exitCodes.done;
}

/** `devices`: connects, reads everything once, changes nothing. */
export async function devicesCommand({ open, output }: CommandContext): Promise<number> {
  await using instrument = await open();
  await instrument.connect(new AbortController().signal);
  const { session, kernel } = instrument;
  const rows: { device: string; setting: string; value: string }[] = [];
  const add = (device: string, setting: string, value: unknown): void => void rows.push({ device, setting, value: String(value) });
  const scope = session.find(Scope);
  if (scope) {
    add('column', 'model', scope.traits.model);
    add('column', 'mag index', await scope.magIndex.read());
    const { x, y } = await scope.imageShift.read();
    add('column', 'image shift', `${x.toFixed(4)}, ${y.toFixed(4)} units`);
    const beam = await scope.beamShift.read();
    add('column', 'beam shift', `${beam.x.toFixed(4)}, ${beam.y.toFixed(4)} units`);
    add('column', 'defocus', `${inMicrometres(await scope.defocus.read()).toFixed(3)} um`);
    add('column', 'spot size', await scope.spotSize.read());
    add('column', 'intensity', (await scope.intensity.read()).toFixed(5));
    add('column', 'probe mode', await scope.probeMode.read());
    add('column', 'screen', (await scope.screenDown.read()) ? 'down' : 'up');
    add('column', 'beam', (await scope.beamBlanked.read()) ? 'blanked' : 'on');
    add('column', 'high tension', `${(await scope.highTension.read()) / 1000} kV`);
  }
  const stage = session.find(Stage);
  if (stage) {
    const { x, y, z, tilt } = await stage.position.read();
    add('stage', 'position', `${[x, y, z].map((each) => inMicrometres(each).toFixed(3)).join(', ')} um`);
    add('stage', 'tilt', `${inDegrees(tilt).toFixed(2)} degrees`);
  }
  for (const { traits } of session.find(Cameras)?.all ?? []) {
    add(`camera ${traits.index}`, 'name', traits.name);
    add(`camera ${traits.index}`, 'size', `${traits.width} x ${traits.height} pixels, binnings ${traits.binnings.join(' ')}`);
  }
  const eftem = session.find(EftemMode);
  if (eftem) add('column', 'EFTEM mode', (await eftem.on.read()) ? 'on' : 'off');
  const filter = session.find(EnergyFilter);
  if (filter) {
    add('filter', 'slit', `${(await filter.slitInserted.read()) ? 'in' : 'out'}, ${(await filter.slitWidth.read()).toFixed(1)} eV`);
    add('filter', 'energy loss', `${(await filter.energyLoss.read()).toFixed(1)} eV`);
  }
  for (const plugin of kernel.plugins) add('plugin', plugin.id, plugin.summary);
  for (const row of rows) {
    output.emit(row);
    output.print(`${row.device.padEnd(10)} ${row.setting.padEnd(14)} ${row.value}`);
  }
  return exitCodes.done;
}

/** `truth`: what a perfect calibration of the virtual microscope would store; for checking only. */
export async function truthCommand({ open, output }: CommandContext, seed: number | undefined): Promise<number> {
  await using instrument = await open(seed === undefined ? {} : { seed });
  const { SimulatedTruth } = require('../../plugins/simulator') as typeof SimulatorModule;
  const truth = instrument.session.find(SimulatedTruth);
  if (!truth) throw noSimulation();
  for (const record of truth.records) {
    output.emit(record);
    output.print(Object.entries(record).map(([name, value]) => (name === 'record' ? value : `${name}=${typeof value === 'number' ? Number(value.toPrecision(7)) : String(value)}`)).join(' '));
  }
  return exitCodes.done;
}
