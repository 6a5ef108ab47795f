import type * as SimulatorModule from '../../plugins/simulator';
import { BrowserConsole, OperatorConsole } from '../../core/kernel';
import { noConsole, noTerminal, noSimulation } from '../errors';
import { exitCodes } from '../output';
import type { CommandContext } from './base/context';

/** The options of `start`. */
export interface StartOptions {
  readonly speed?: number;
  /** Selects the console in the terminal. */
  readonly terminal?: boolean;
  /** Opens a browser. */
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
  const inUse = inBrowser && session.unsavedInUse('start');
  if (inUse !== undefined) output.remark(inUse);
  const tell = (text: string): void => {
    output.emit({ event: 'log', text });
    output.print(text);
  };
  if (inBrowser) await inBrowser.serve(session, leaving.signal, { open: options.open && atTerminal, tell });
  else await inTerminal?.serve(session, leaving.signal);
  await instrument.finish();
  const unsaved = inBrowser && session.unsaved();
  if (unsaved) output.remark('Calibrations that were not saved are in the history, from which they can be restored.');
  const kept = session.unsavedInUse('end');
  if (kept !== undefined) output.remark(kept);
  output.remark('The program has ended; the microscope is as you left it.');
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
    output.print(
      Object.entries(record)
        .map(([name, value]) =>
          name === 'record'
            ? value
            : `${name}=${typeof value === 'number' ? Number(value.toPrecision(7)) : String(value)}`,
        )
        .join(' '),
    );
  }
  return exitCodes.done;
}
