import path from 'node:path';
import {
  type Clock,
  DebugKeys,
  FilteredLogger,
  KeyLetters,
  type LogLine,
  type Logger,
  type MagIndex,
  RealClock,
  VirtualClock,
  cameraIndex,
  imageShiftUnits,
  inNanometres,
  vector,
} from '../core/base';
import { Cameras, EftemMode, Scope, Stage, settingsOf } from '../core/devices';
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
  tappingSide,
} from '../core/kernel';
import { ImageAcquisition, Settling, SettlingTimes, WaitingAcquisition } from '../core/acquisition';
import {
  ImageShiftAdjustment,
  ImageShiftCarrying,
  ImageShiftControl,
  MagnificationCarrying,
  NetImageShiftControl,
  Optics,
  createOptics,
} from '../core/optics';
import { type ConfigSection, Settings, loadSettings } from '../core/settings';
import { CalibrationHistory, Calibrations, type Conditions, openCalibrations, openHistory } from '../core/store';
import { builtInPlugins } from './built-in-plugins';
import { problemsOf } from './check-plugins';
import { brokenConfiguration } from './errors';
import { type ImageShiftKnowledge, deviceLimits, imageShiftLimit } from './device-limits';
import { offerProperties } from './property-writing';
import { sessionOf } from './session';
import { version } from './version';

/** Options of an instrument. */
export interface InstrumentOptions {
  readonly configuration: string;
  /** Plugins that the configuration may name by their ids, besides those that come with the program; for tests. */
  readonly plugins?: readonly Plugin[];
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
  readonly clock: Clock;
  readonly log: Logger;
  connect(signal: AbortSignal): Promise<void>;
  /** Calls for every new image. */
  onImage(listen: (image: BufferedImage) => void): void;
  /** Writes what is kept without asking (short-term calibrations), and all calibrations if wanted. */
  finish(options?: { readonly save?: boolean }): Promise<void>;
}

/** Reads a configuration and puts the instrument together; nothing is connected. Throws every fault of the configuration in one error. */
export async function createInstrument(options: InstrumentOptions): Promise<Instrument> {
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
  const clock = options.clock ?? clockFor(settings, options.speed);
  const administrator = new AdministratorMode(settings.get('StartAsAdministrator'));
  // The magnification beside a record is for the human reader; the optics that know it, and the limits of image shift, are made of these very calibrations.
  const known: ImageShiftKnowledge = {};
  const recorder = options.record && new WireRecorder(options.record.file, options.record.images, clock);
  const kernel = new Kernel({
    settings,
    clock,
    log,
    builtIn: knownPlugins(options.plugins),
    limits: { ...deviceLimits(settings), imageShift: imageShiftLimit(known) },
    ...(options.watch && { watch: options.watch }),
    ...(recorder && { recorder }),
  });

  const { files, directory } = calibrationPlaces(settings, options.calibrationDirectory);
  const { calibrations, problems: found } = await openCalibrations({
    ...files,
    clock,
    isAdministrator: () => administrator.on,
    magnificationOf: (magIndex, camera) =>
      known.optics?.at({ magIndex, camera: camera ?? settings.cameras[0]?.index ?? cameraIndex(0) }).magnification,
    ignoreShortTerm: (settings.get('IgnoreShortTermCals') ?? false) || (options.savedCalibrationsOnly ?? false),
    doseLifetimeHours: settings.get('DoseLifetimeInHours'),
  });
  for (const { severity, message } of found) {
    if (severity === 'information') log.info(message);
    else log.warn(message);
  }
  const history = openHistory({ directory, calibrations, settings, clock, version });
  const listeners: ((image: BufferedImage) => void)[] = [];
  const buffers = new RollingBuffers((image) => listeners.forEach((listen) => listen(image)));

  kernel.provide(Settings, settings);
  kernel.provide(DebugKeys, keys);
  kernel.provide(Administrator, administrator);
  kernel.provide(Calibrations, calibrations);
  kernel.provide(CalibrationHistory, history);
  kernel.provide(ImageBuffers, buffers);
  known.optics = provideOptics(kernel, settings, calibrations, clock, buffers, log);
  known.offsetOf = kernel.hooks.imageShiftOffset;
  if (kernel.registry.has(Cameras)) known.cameras = kernel.registry.get(Cameras);

  const find: Session['find'] = (key) => (kernel.registry.has(key) ? kernel.registry.get(key) : undefined);
  const deviceSettings = () => settingsOf(kernel.registry.tokens, find);
  const runner = new Runner({
    menu: kernel.menu,
    hooks: kernel.hooks,
    clock,
    log,
    isAdministrator: () => administrator.on,
    find,
    deviceSettings,
    moreConditions: (read) => opticalConditions(known.optics, read),
    target: { calibrations, settings },
    remember: async (result) => void (await history.append(result)),
    offerProperties: (suggestions, operator) => offerProperties(options.configuration, suggestions, operator),
  });
  const session = sessionOf({
    title: titleOf(settings),
    menu: kernel.menu,
    runner,
    find,
    deviceSettings,
    onSetting: (listen) => kernel.onSetting(listen),
    buffers,
    plugins: () => kernel.plugins.map(({ id, summary }) => ({ id, summary })),
    check: () => problemsOf(options.configuration, knownPlugins(options.plugins)),
    onLog: (listen) => {
      logListeners.add(listen);
      return () => void logListeners.delete(listen);
    },
  });
  kernel.provide(Session, session);
  kernel.activate();
  return {
    settings,
    kernel,
    runner,
    session,
    calibrations,
    history,
    clock,
    log,
    connect: async (signal) => {
      await kernel.connect(signal);
      await suitCamera(kernel, signal);
    },
    onImage: (listen) => void listeners.push(listen),
    finish: async ({ save = false } = {}) => {
      for (const remark of (await calibrations.saveShortTerm()).remarks) log.warn(remark);
      if (save) log.info(`Calibrations saved to ${(await calibrations.save()).path}.`);
    },
    [Symbol.asyncDispose]: async () => {
      await kernel.dispose();
      recorder?.close();
    },
  };
}

/** Provides what the program knows about an instrument that has a column and cameras. */
function provideOptics(
  kernel: Kernel,
  settings: Settings,
  calibrations: Calibrations,
  clock: Clock,
  buffers: ImageBuffers,
  log: Logger,
): Optics | undefined {
  const { registry, hooks } = kernel;
  const taps = tappingSide(hooks, 'eucentric');
  if (!registry.has(Scope) || !registry.has(Cameras)) return undefined;
  const scope = registry.get(Scope);
  const cameras = registry.get(Cameras);
  const stage = registry.has(Stage) ? registry.get(Stage) : undefined;
  const optics = createOptics(settings, calibrations, scope.traits);
  const settling = new SettlingTimes(optics, clock, scope, stage);
  const none = vector(imageShiftUnits(0), imageShiftUnits(0));
  const offsetOf = (magIndex: MagIndex) => hooks.imageShiftOffset.promise(none, magIndex);
  const imageShift = new NetImageShiftControl({
    scope,
    cameras,
    optics,
    settling,
    clock,
    offsetOf,
    seen: kernel.settingSeen,
  });
  const adjustment = () => (registry.has(ImageShiftAdjustment) ? registry.get(ImageShiftAdjustment) : undefined);
  const carrying = new MagnificationCarrying({
    scope,
    cameras,
    optics,
    settling,
    clock,
    offsetOf,
    adjustment,
    magIndex: () => scope.magIndex.read(),
  });
  taps.willChangeMagnification.tap((from, to) => carrying.willChange(from, to));
  taps.didChangeMagnification.tap((from, to) => carrying.didChange(from, to));
  taps.willSelectCamera.tap(async (from, to) => {
    await carrying.willSelectCamera(from, to);
    const eftem = registry.has(EftemMode) ? registry.get(EftemMode).on : undefined;
    const { behindFilter, stem } = optics.camera(to);
    if (eftem && !stem && (await eftem.read()) !== behindFilter) await eftem.write(behindFilter);
  });
  taps.didSelectCamera.tap((from, to) => carrying.didSelectCamera(from, to));
  kernel.provide(Optics, optics);
  kernel.provide(Settling, settling);
  kernel.provide(ImageShiftControl, imageShift);
  kernel.provide(ImageShiftCarrying, carrying);
  kernel.provide(
    ImageAcquisition,
    new WaitingAcquisition({ scope, cameras, optics, settling, imageShift, buffers, log, ...(stage && { stage }) }),
  );
  return optics;
}

/** A column that works for the filter, or does not, when the program starts is not changed: the first camera that it works for is selected. */
async function suitCamera({ registry }: Kernel, signal: AbortSignal): Promise<void> {
  if (!registry.has(EftemMode) || !registry.has(Cameras)) return;
  const cameras = registry.get(Cameras);
  const eftem = await registry.get(EftemMode).on.read(signal);
  const { traits } = cameras.selected;
  const suiting = cameras.all.find((camera) => !camera.traits.stem && camera.traits.behindFilter === eftem);
  if (!traits.stem && traits.behindFilter !== eftem && suiting) await cameras.select(suiting.traits.index, signal);
}

function opticalConditions(optics: Optics | undefined, { magIndex, camera }: Conditions): Partial<Conditions> {
  if (!optics || magIndex === undefined || camera === undefined) return {};
  const pixel = optics.at({ magIndex, camera }).pixelSize;
  return {
    magnification: optics.at({ magIndex, camera }).magnification,
    ...(pixel && { pixelSizeNanometres: inNanometres(pixel.value), pixelSizeSource: pixel.source }),
  };
}

/** Virtual time where everything is simulated or played back, unless a pace is asked for; an instrument of metal has the time that it takes. */
function clockFor(settings: Settings, speed: number | undefined): Clock {
  const replayed = ({ options }: (typeof settings.plugins)[number]): boolean =>
    (options as { wire?: unknown } | undefined)?.wire === 'replay';
  const simulated = settings.plugins.some((plugin) => plugin.id === 'simulator' || replayed(plugin));
  if (!simulated) return new RealClock();
  return speed === undefined || speed === 0 ? new VirtualClock(new Date()) : new RealClock(speed);
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

function calibrationPlaces(settings: Settings, directory: string | undefined) {
  const { calibrationFiles: places } = settings;
  const folder = directory ?? places.directory;
  const names = {
    calibrations: path.basename(places.calibrations),
    'short-term': path.basename(places.shortTerm),
    flyback: path.basename(places.flybackTimes),
  };
  const fileNames =
    directory === undefined
      ? {
          calibrations: path.relative(folder, places.calibrations),
          'short-term': path.relative(folder, places.shortTerm),
          flyback: path.relative(folder, places.flybackTimes),
        }
      : names;
  return { directory: folder, files: { directory: folder, fileNames } };
}

const knownPlugins = (more: readonly Plugin[] = []): BuiltInPlugins => ({
  ...builtInPlugins,
  ...Object.fromEntries(more.map((plugin) => [plugin.id, () => plugin])),
});

function titleOf(settings: Settings): string {
  const name = settings.file === undefined ? 'instrument' : path.basename(settings.file).replace(/\.ya?ml$/, '');
  return `Eucentric ${version}: ${name}`;
}
