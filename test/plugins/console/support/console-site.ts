import { BrowserConsole } from '../../../../core/kernel';
import { type VirtualInstrumentOptions, virtualInstrument } from '../../../support/virtual-instrument';

const { build } = require('../../../../scripts/build') as { build: () => number };

type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** A virtual instrument that serves its console. */
export interface ConsoleSite extends AsyncDisposable {
  readonly instrument: Instrument;
  /** The addresses that `start` would print. */
  readonly administrator: string;
  readonly operator: string;
  readonly observer: string;
  /** Such as 127.0.0.1:40123. */
  readonly host: string;
}

/** Serves the console of a virtual instrument on a port that the system chooses. */
export async function serveSite(
  options: VirtualInstrumentOptions & { readonly consoleOptions?: string } = {},
): Promise<ConsoleSite> {
  // Images are made on a thread of its own, which runs compiled.
  build();
  const { consoleOptions = '{ port: 0 }', edit = (yaml: string) => yaml, ...others } = options;
  const instrument = await virtualInstrument({
    ...others,
    edit: (yaml) => edit(yaml.replace('  console: {}', `  console: ${consoleOptions}`)),
  });
  const leaving = new AbortController();
  const told: string[] = [];
  let ready = (): void => {};
  const started = new Promise<void>((resolve) => (ready = resolve));
  const serving = instrument.session.find(BrowserConsole)!.serve(instrument.session, leaving.signal, {
    tell: (text) => {
      told.push(text);
      if (text.startsWith('Open the address')) ready();
    },
  });
  try {
    await Promise.race([started, serving]);
  } catch (error) {
    await instrument[Symbol.asyncDispose]();
    throw error;
  }
  const addresses = told.join('\n').match(/http:\/\/\S+/g) ?? [];
  const [administrator = '', operator = '', observer = ''] = addresses;
  return {
    instrument,
    administrator,
    operator,
    observer,
    host: new URL(administrator).host,
    [Symbol.asyncDispose]: async () => {
      instrument.runner.stop();
      leaving.abort();
      await serving;
      await instrument[Symbol.asyncDispose]();
    },
  };
}

/** Lets a run wait before it takes an image, the first being 1, until somebody stops it: a page has the time that it needs to show how far it is. */
export function holdUntilStopped({ instrument }: ConsoleSite, image: number): void {
  const { kernel, runner } = instrument;
  let release = (): void => {};
  const stopped = new Promise<void>((resolve) => (release = resolve));
  let taken = 0;
  kernel.hooks.willAcquire.tapPromise('test', async (exposure) => {
    if (++taken === image) await stopped;
    return exposure;
  });
  const stop = runner.stop.bind(runner);
  runner.stop = () => {
    stop();
    release();
  };
}
