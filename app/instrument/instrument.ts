import path from 'node:path';
import {
  type Clock,
  DebugKeys,
  FilteredLogger,
  KeyLetters,
  type LogLine,
  type Logger,
  RealClock,
  VirtualClock,
  cameraIndex,
} from '../../core/base';
import { Cameras, settingsOf } from '../../core/devices';
import {
  Administrator,
  AdministratorMode,
  type BufferedImage,
  type BuiltInPlugins,
  type DeviceWatcher,
  ImageBuffers,
  Kernel,
  type Plugin,
  RollingBuffers,
  Runner,
  Session,
  WireRecorder,
} from '../../core/kernel';
import { Optics, instrumentNow } from '../../core/optics';
import { RegistrationPointList, RegistrationPoints } from '../../core/registration';
import { type ConfigSection, ConfigurationWriting, Settings, loadSettings } from '../../core/settings';
import { CalibrationHistory, Calibrations, openCalibrations, openHistory } from '../../core/store';
import { UserSettings } from '../../core/user-settings';
import { lockInstrument } from './instrument-lock';
import { saveIfChanged } from './save-if-changed';
import { calibrationPlaces } from './calibration-places';
import { builtInPlugins } from '../built-in-plugins';
import { changesOf, problemsOf } from '../check-plugins';
import { brokenConfiguration } from '../errors';
import { type ImageShiftKnowledge, deviceLimits, imageShiftLimit } from './device-limits';
import { offerProperties } from '../property-writing';
import { opticalConditions, provideOptics, suitCamera } from './instrument-optics';
import { sessionOf } from './session';
import { provideRingFitting } from '../ring-fitting/provide-ring-fitting';
import { undrivenCameras } from '../undriven-cameras';
import { LiveImage } from '../../core/acquisition';
import { configurationWriting } from '../working-state/configuration-writing';
import { provideBufferWork } from '../working-state/buffers';
import { highDefocusNow } from '../working-state/high-defocus-of-images';
import { provideLiveImage } from '../working-state/live-image';
import { provideLowDose } from '../working-state/low-dose';
import { type OpenedUserSettings, openUserSettings } from '../working-state/user-settings';
import { version } from '../version';

/** Options of an instrument. */
export interface InstrumentOptions {
  readonly configuration: string;
  /** Plugins that the configuration may name by their ids, besides those that come with the program; for tests. */
  readonly plugins?: readonly Plugin[];
  /** Command of this program, which others see while it has the instrument; `eucentric` by default. */
  readonly doing?: string;
  /** Receiver of the lines of the log. */
  readonly log: (line: LogLine) => void;
  /** Overrides the seed of the virtual microscope. */
  readonly seed?: number;
  /**
   * Speed of time when everything is simulated: 0 as fast as possible, 1 real time. A real instrument always has real
   * time.
   */
  readonly speed?: number;
  /** Sees every call to a device; for tests. */
  readonly watch?: DeviceWatcher;
  /** Overrides values of the `simulator:` section; for tests. */
  readonly simulator?: Readonly<Record<string, unknown>>;
  /** Overrides the folder of the calibrations. */
  readonly calibrationDirectory?: string;
  readonly clock?: Clock;
  /** Writes every call and answer of every wire to a file; images as references with a hash, or whole. */
  readonly record?: { readonly file: string; readonly images: boolean };
  /** Starts without what earlier runs measured and nobody saved, so that a run can be repeated to the last digit. */
  readonly savedCalibrationsOnly?: boolean;
}

/** A site's instrument: its plugins, and what the program adds to them. */
export interface Instrument extends AsyncDisposable {
  readonly settings: Settings;
  readonly kernel: Kernel;
  readonly runner: Runner;
  readonly session: Session;
  readonly calibrations: Calibrations;
  readonly history: CalibrationHistory;
  readonly user: OpenedUserSettings;
  /** Folder in which the program keeps what it writes by itself. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes the instrument for this program alone; connecting does so first. Throws `instrument/in-use`. */
  lock(): void;
  connect(signal: AbortSignal): Promise<void>;
  /** Calls for every new image. */
  onImage(listen: (image: BufferedImage) => void): void;
  /** Writes what is kept without asking (short-term calibrations), and all calibrations if wanted. */
  finish(options?: { readonly save?: boolean; readonly ifChanged?: string | undefined }): Promise<void>;
}

/** Reads a configuration and puts the instrument together; nothing is connected. Throws every error of the configuration together. */
export async function createInstrument(options: InstrumentOptions): Promise<Instrument> {
  const site = readSite(options);
  const loaded = loadPlugins(site, options);
  const stored = await openStores(site, loaded, options);
  const optics = provideServices(site, loaded, stored);
  return assemble(site, loaded, stored, optics, options);
}

/** The settings of a site, with its clock and its log. */
interface Site {
  readonly settings: Settings;
  /** True when a virtual microscope, or a recording, stands in for the instrument. */
  readonly simulated: boolean;
  readonly keys: KeyLetters;
  readonly clock: Clock;
  readonly log: Logger;
  readonly logListeners: Set<(line: LogLine) => void>;
  readonly administrator: AdministratorMode;
  /** Says when the configuration on the disk is not the one that was read. */
  readonly changes: ReturnType<typeof changesOf>;
}

/** First step: reads the configuration. */
function readSite(options: InstrumentOptions): Site {
  const changes = changesOf(options.configuration);
  const { settings: read, problems } = loadSettings(options.configuration);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (!read || errors.length > 0) throw brokenConfiguration(options.configuration, errors);
  const settings = withSimulator(read, {
    ...options.simulator,
    ...(options.seed !== undefined && { seed: options.seed }),
  });
  const keys = new KeyLetters(String(settings.get('DebugOutput') ?? ''));
  const logListeners = new Set<(line: LogLine) => void>();
  const log = new FilteredLogger((line) => {
    options.log(line);
    for (const listen of logListeners) listen(line);
  }, keys);
  for (const problem of problems) log.warn(`${problem.message} ${problem.hint}`);
  const simulated = isSimulated(settings);
  const clock = options.clock ?? clockFor(simulated, options.speed);
  const administrator = new AdministratorMode(settings.get('StartAsAdministrator'));
  return { settings, simulated, keys, clock, log, logListeners, administrator, changes };
}

/** The plugins of a site in their kernel. */
interface Loaded {
  readonly kernel: Kernel;
  readonly find: Session['find'];
  readonly recorder: WireRecorder | undefined;
  /** True once the hardware is connected, so that settings can be read. */
  readonly connection: { made: boolean };
}

/** Second step: loads and applies the plugins. */
function loadPlugins({ settings, simulated, clock, log }: Site, options: InstrumentOptions): Loaded {
  const recorder =
    options.record && new WireRecorder(options.record.file, options.record.images, clock, log, simulated);
  const kernel: Kernel = new Kernel({
    settings,
    clock,
    log,
    builtIn: knownPlugins(options.plugins),
    // The limit of image shift is made of optics that are provided later, over the plugins' own column.
    limits: { ...deviceLimits(settings), imageShift: imageShiftLimit(() => shiftKnowledge(kernel)) },
    whyUndriven: (index, driven) =>
      undrivenCameras(settings, (camera) => driven.includes(camera.index)).find((camera) => camera.index === index)
        ?.reason,
    ...(options.watch && { watch: options.watch }),
    ...(recorder && { recorder }),
  });
  const find: Session['find'] = (key) => (kernel.registry.has(key) ? kernel.registry.get(key) : undefined);
  const driven = new Set(find(Cameras)?.all.map(({ traits }) => traits.index));
  if (settings.plugins.length > 0)
    for (const { index, name, reason, hint } of undrivenCameras(
      settings,
      (camera) => driven.has(camera.index),
      builtInOnes(settings),
    ))
      log.warn(`Camera ${index} (${name}) cannot be used: ${reason}. ${hint}`);
  return { kernel, find, recorder, connection: { made: false } };
}

/** The plugins of the program that a site has switched on. A start loads no other one, not even to say what it would drive; `check` does. */
function builtInOnes({ plugins }: Settings): BuiltInPlugins {
  return Object.fromEntries(
    Object.entries(builtInPlugins).filter(([id]) => plugins.some((plugin) => plugin.id === id)),
  );
}

function shiftKnowledge({ registry, hooks }: Kernel): ImageShiftKnowledge | undefined {
  if (!registry.has(Optics) || !registry.has(Cameras)) return undefined;
  return { optics: registry.get(Optics), cameras: registry.get(Cameras), offsetOf: hooks.imageShiftOffset };
}

/** The calibrations of a site, their history, and the image buffers. */
interface Stored {
  readonly directory: string;
  readonly calibrations: Calibrations;
  readonly history: CalibrationHistory;
  readonly user: OpenedUserSettings;
  readonly buffers: RollingBuffers;
  readonly imageListeners: ((image: BufferedImage) => void)[];
}

/** Third step: opens the calibrations and their history. */
async function openStores(
  { settings, simulated, clock, log, administrator }: Site,
  { find, connection }: Loaded,
  options: InstrumentOptions,
): Promise<Stored> {
  const places = calibrationPlaces(settings, { directory: options.calibrationDirectory, simulated });
  const { directory, siteFile } = places;
  const { calibrations, problems } = await openCalibrations({
    ...places,
    simulated,
    clock,
    isAdministrator: () => administrator.on,
    // The magnification beside a record is for the human reader.
    magnificationOf: (magIndex, camera) =>
      find(Optics)?.at({ magIndex, camera: camera ?? settings.cameras[0]?.index ?? cameraIndex(0) }).magnification,
    ignoreShortTerm: (settings.get('IgnoreShortTermCals') ?? false) || (options.savedCalibrationsOnly ?? false),
    doseLifetimeHours: settings.get('DoseLifetimeInHours'),
  });
  for (const { severity, message } of problems) {
    if (severity === 'information') log.info(message);
    else log.warn(message);
  }
  if (siteFile !== undefined)
    log.info(`${siteFile} is only read: this is a simulation, and keeps its calibrations in ${directory}.`);
  const history = openHistory({
    directory,
    calibrations,
    settings,
    clock,
    version,
    simulated,
    instrumentNow: () => instrumentNow(find, connection.made),
  });
  const user = await openUserSettings(settings, {
    directory,
    simulated,
    elsewhere: options.calibrationDirectory !== undefined,
    history,
    log,
  });
  const imageListeners: ((image: BufferedImage) => void)[] = [];
  const buffers = new RollingBuffers((image) => imageListeners.forEach((listen) => listen(image)));
  return { directory, calibrations, history, user, buffers, imageListeners };
}

/** Fourth step: provides what the program itself knows and does; returns the optics of an instrument that has a column and cameras. */
function provideServices(
  { settings, keys, clock, log, administrator }: Site,
  { kernel, find }: Loaded,
  { directory, calibrations, history, user, buffers }: Stored,
): Optics | undefined {
  kernel.provide(Settings, settings);
  kernel.provide(DebugKeys, keys);
  kernel.provide(Administrator, administrator);
  kernel.provide(Calibrations, calibrations);
  kernel.provide(CalibrationHistory, history);
  kernel.provide(UserSettings, user.userSettings);
  kernel.provide(ImageBuffers, buffers);
  const points = new RegistrationPointList(path.join(directory, 'registration-points.yaml'));
  if (points.problem) log.warn(`${points.problem.message} ${points.problem.hint}`);
  kernel.provide(RegistrationPoints, points);
  const highDefocus = highDefocusNow(find, calibrations);
  const optics = provideOptics(kernel, settings, calibrations, clock, buffers, log, highDefocus);
  provideLowDose(kernel, find, { settings, user, calibrations, clock, log });
  provideLiveImage(kernel, find, { settings, clock, log, highDefocus });
  provideRingFitting(kernel);
  provideBufferWork(kernel, find, { buffers, userSettings: user.userSettings });
  return optics;
}

/** Last step: the runner, the session, and the instrument made of all. */
function assemble(
  { settings, simulated, clock, log, logListeners, administrator, changes }: Site,
  { kernel, find, recorder, connection }: Loaded,
  { directory, calibrations, history, user, buffers, imageListeners }: Stored,
  optics: Optics | undefined,
  options: InstrumentOptions,
): Instrument {
  const deviceSettings = () => settingsOf(kernel.registry.tokens, find);
  const runner = new Runner({
    menu: kernel.menu,
    hooks: kernel.hooks,
    clock,
    log,
    isAdministrator: () => administrator.on,
    find,
    deviceSettings,
    simulated,
    beamPath: kernel.beamPath,
    moreConditions: (read) => opticalConditions(optics, read, highDefocusNow(find, calibrations)),
    target: { calibrations, settings },
    showLive: async ({ set, look }) => (await find(LiveImage)?.showBeside(set, look)) ?? (() => Promise.resolve()),
    remember: async (result) => void (await history.append(result)),
    offerProperties: (suggestions, operator) => offerProperties(options.configuration, suggestions, operator),
  });
  const session = sessionOf({
    title: titleOf(settings),
    simulated,
    menu: kernel.menu,
    runner,
    find,
    deviceSettings,
    onSetting: (listen) => kernel.onSetting(listen),
    buffers,
    plugins: () => kernel.plugins.map(({ id, summary }) => ({ id, summary })),
    check: () => [...changes(), ...problemsOf(options.configuration, knownPlugins(options.plugins))],
    onLog: (listen) => {
      logListeners.add(listen);
      return () => void logListeners.delete(listen);
    },
  });
  kernel.provide(Session, session);
  const writing = configurationWriting(options.configuration, { settings, history, simulated, log });
  kernel.provide(ConfigurationWriting, writing);
  kernel.activate();
  let unlock: (() => void) | undefined;
  const lock = (): void => void (unlock ??= lockInstrument(directory, options.doing ?? 'eucentric', log));
  return {
    settings,
    kernel,
    runner,
    session,
    calibrations,
    history,
    user,
    directory,
    clock,
    log,
    lock,
    connect: async (signal) => {
      lock();
      await kernel.connect(signal);
      connection.made = true;
      await suitCamera(kernel, signal);
    },
    onImage: (listen) => void imageListeners.push(listen),
    finish: async ({ save = false, ifChanged } = {}) => {
      for (const remark of (await calibrations.saveShortTerm()).remarks) log.warn(remark);
      if (save) log.info(`Calibrations saved to ${await saveIfChanged(calibrations, ifChanged)}.`);
    },
    [Symbol.asyncDispose]: async () => {
      try {
        await kernel.dispose();
      } finally {
        recorder?.close();
        unlock?.();
      }
    },
  };
}

/** True where a virtual microscope is switched on, or a recording is played back in place of a wire. */
function isSimulated({ plugins }: Settings): boolean {
  const replayed = ({ options }: (typeof plugins)[number]): boolean =>
    (options as { wire?: unknown } | undefined)?.wire === 'replay';
  return plugins.some((plugin) => plugin.id === 'simulator' || replayed(plugin));
}

/** Virtual time where everything is simulated or played back, unless a pace is asked for; an instrument of metal has the time that it takes. */
function clockFor(simulated: boolean, speed: number | undefined): Clock {
  if (!simulated) return new RealClock();
  return speed === undefined || speed === 0 ? new VirtualClock(() => new Date()) : new RealClock(speed);
}

/** The settings with some values of the `simulator:` section replaced. */
function withSimulator(settings: Settings, values: Readonly<Record<string, unknown>>): Settings {
  if (Object.keys(values).length === 0) return settings;
  const written = settings.section('simulator');
  const section: ConfigSection = {
    name: 'simulator',
    place: (steps) => written?.place(steps) ?? { file: settings.file ?? 'simulator', line: 1, column: 1 },
    value: { ...(written?.value as object | undefined), ...values },
  };
  const original = (name: string) => settings.section(name);
  return Object.create(settings, {
    section: { value: (name: string) => (name === 'simulator' ? section : original(name)) },
  }) as Settings;
}

const knownPlugins = (more: readonly Plugin[] = []): BuiltInPlugins => ({
  ...builtInPlugins,
  ...Object.fromEntries(more.map((plugin) => [plugin.id, () => plugin])),
});

function titleOf(settings: Settings): string {
  const name = settings.file === undefined ? 'instrument' : path.basename(settings.file).replace(/\.ya?ml$/, '');
  return `Eucentric ${version}: ${name}`;
}
