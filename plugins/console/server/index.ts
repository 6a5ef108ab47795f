import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Clock, Logger } from '../../../core/base';
import { Administrator, type BrowserConsoleOptions, type Session } from '../../../core/kernel';
import { instrumentNow } from '../../../core/optics';
import { Settings } from '../../../core/settings';
import { CalibrationHistory, Calibrations, type InstrumentNow, changedSince } from '../../../core/store';
import type { ConsoleOptions } from '../options';
import { Access } from './web/access';
import { perform } from './commands';
import { consoleErrors } from './errors';
import { coverageOf } from './guide/coverage';
import { contradictionsOf, findingStates, findingsByItem, guideOf, inForceIn } from './guide/guide';
import { Images } from './images/images';
import { Rings } from './images/rings';
import { InstrumentControl } from './instrument-control';
import { menuState } from './menu-state';
import { HeavyWork } from './heavy-work';
import { PlainActions } from './plain-actions';
import { openBrowser } from './web/open-browser';
import { builtPage } from './web/page-build';
import { RunControl } from './run-control';
import { SettingsPanel } from './settings-panel';
import { SharedState } from './shared-state';
import { Visitors } from './web/visitors';
import { createWebServer } from './web/web-server';
import { BufferPanel } from './working-state/buffer-panel';
import { LivePanel } from './working-state/live-panel';
import { LowDosePanel } from './working-state/low-dose-panel';
import { ParameterSetsPanel } from './working-state/parameter-sets-panel';
import { Uploads } from './working-state/uploads';
import { UserSettingsPanel } from './working-state/user-settings-panel';

/** Dependencies of a console in the browser. */
export interface ConsoleParts {
  readonly session: Session;
  readonly options: ConsoleOptions;
  readonly clock: Clock;
  readonly log: Logger;
  /** Calls with the id of every item that has stored something; the returned function ends that. */
  readonly onStored: (listen: (item: string) => void) => () => void;
}

const lookMilliseconds = 1000;
const guideEveryLooks = 60;

/**
 * Serves browsers until the signal fires; `tell` gets the addresses. Throws `console/page-not-built` or
 * `console/cannot-listen`.
 */
export async function serveConsole(
  { session, options, clock, log, onStored }: ConsoleParts,
  signal: AbortSignal,
  { open = false, tell = () => {} }: BrowserConsoleOptions,
): Promise<void> {
  const page = await builtPage(tell);
  const state = new SharedState(() => clock.date());
  const actions = new PlainActions(state);
  const settings = new SettingsPanel(session, state, () => !runs.isMeasuring, actions);
  const instrument = new InstrumentControl(session, actions, clock);
  const access = new Access(options);
  const working = {
    sets: new ParameterSetsPanel(session, state),
    userSettings: new UserSettingsPanel(session, state),
    lowDose: new LowDosePanel(session, state, actions),
    live: new LivePanel(session, state),
    buffers: new BufferPanel(session, state, actions),
    uploads: new Uploads(),
  };
  const showWorkingState = (): void => {
    working.sets.show();
    working.lowDose.show();
    working.live.show();
    working.buffers.show();
  };

  let now: InstrumentNow | undefined;
  const showGuide = async (): Promise<void> => {
    // A run that measures has the wire to itself.
    if (!now || !runs.isMeasuring) now = await instrumentNow((token) => session.find(token));
    const history = (await session.find(CalibrationHistory)?.list()) ?? [];
    const contradictions = contradictionsOf(session, clock.date());
    const findings = findingStates(session, contradictions);
    const inForce = inForceIn(session.find(Calibrations), session.find(Settings));
    const coverage = coverageOf({ session, history, findings: contradictions, now: clock.date(), inForce });
    state.set('findings', findings);
    state.set('coverage', coverage.tables);
    state.set(
      'guide',
      guideOf(
        session.menu(),
        history,
        clock.date(),
        session.find(Calibrations)?.unsaved ?? false,
        findingsByItem(findings),
        inForce,
        changedSince(now),
        (item) => coverage.of(item),
      ),
    );
  };
  const showMenu = (): void => {
    state.set('menu', menuState([...session.menu(), ...session.tasks()]));
    state.set('instrument', {
      title: session.title,
      simulated: session.simulated,
      administrator: session.find(Administrator)?.on ?? false,
      unsaved: session.find(Calibrations)?.unsaved ?? false,
      carriedOver: session.find(Calibrations)?.carriedOver ?? 0,
      plugins: session.plugins(),
    });
  };
  const refresh = (): void => {
    showMenu();
    showGuide().catch((error: unknown) => log.warn(`The guide could not be brought up to date: ${String(error)}`));
    showWorkingState();
    void settings.refresh();
  };
  const runs: RunControl = new RunControl(session, state, refresh, (devices) => settings.idsOf(devices));
  const images = new Images(session, state, () => {
    showMenu();
    working.buffers.show();
  });
  const endings = [
    session.onLog(({ level, text }) => state.log(level, text)),
    onStored((item) => runs.noteStored(item)),
    settings.dispose,
    working.userSettings.dispose,
    working.lowDose.dispose,
    working.live.dispose,
  ];

  const server = createWebServer(page, access);
  const visitors: Visitors = new Visitors(
    server.server,
    access,
    state,
    (command, visitor) => perform(command, visitor, parts),
    randomBytes(8).toString('hex'),
    refresh,
  );
  const parts = {
    session,
    runs,
    images,
    rings: new Rings(
      session,
      state,
      images,
      () => !runs.isMeasuring,
      () => clock.date(),
    ),
    settings,
    instrument,
    actions,
    heavy: new HeavyWork(),
    working,
    visitors: () => visitors,
    refresh,
  };
  refresh();

  let looks = 0;
  const looking = setInterval(() => {
    working.live.look(visitors.size);
    if (visitors.size === 0) return;
    looks += 1;
    void settings.refresh();
    showMenu();
    showWorkingState();
    if (looks % guideEveryLooks === 0) refresh();
  }, lookMilliseconds);
  try {
    const port = await listen(server, options);
    access.servedOn(options.host, port, options.names);
    if (options.port !== 0 && port !== options.port)
      tell(`Port ${options.port} is taken by another program; the console is on port ${port}.`);
    announce(access, options, session.find(Administrator)?.allowed ?? false, { open, tell });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    actions.stop();
    await working.live.stop();
    await runs.idle();
  } finally {
    clearInterval(looking);
    for (const end of endings) end();
    await images.dispose();
    visitors.close();
    await server.close();
  }
}

/** Listens on the port of the site, or on one that the system chooses if that is taken. Returns the port. */
async function listen(server: FastifyInstance, { host, port }: ConsoleOptions): Promise<number> {
  for (const wanted of port === 0 ? [0] : [port, 0]) {
    try {
      await server.listen({ host, port: wanted });
      const address = server.server.address();
      return typeof address === 'object' && address !== null ? address.port : wanted;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || wanted === 0)
        throw consoleErrors.cannotListen(host, wanted, error as Error);
    }
  }
  throw consoleErrors.cannotListen(host, port, new Error('no port is free'));
}

function announce(
  access: Access,
  { host, names }: ConsoleOptions,
  administrator: boolean,
  { open, tell }: { readonly open: boolean; readonly tell: (text: string) => void },
): void {
  const name = names[0] ?? (host === '0.0.0.0' || host === '::' ? 'localhost' : host);
  const own = access.address(name, administrator ? 'administrator' : 'operator');
  tell(`The console is at\n\n  ${own}\n`);
  if (administrator) tell(`For operators who may not save: ${access.address(name, 'operator')}`);
  tell(`To watch only: ${access.address(name, 'observer')}`);
  tell(
    open && openBrowser(own)
      ? 'A browser is being opened. Ctrl-C ends the program.'
      : 'Open the address in a browser on this computer. Ctrl-C ends the program.',
  );
}
