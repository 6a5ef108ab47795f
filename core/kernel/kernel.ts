import path from 'node:path';
import { z } from 'zod';
import {
  type CameraIndex,
  type Clock,
  CombinedError,
  Disposables,
  EucentricError,
  type Logger,
  Registry,
  type Token,
  describe,
  otherCopyOf,
} from '../base';
import { type Camera, Cameras, Scope, TimedBlanker, settingsOf, type DeviceToken, type Driver } from '../devices';
import { type PluginSettings, type Problem, type Settings, checkSection } from '../settings';
import { BeamPath } from './guards/beam-path';
import { type CalibratedDoseRate, DetectorDose, DoseLimit } from './guards/dose-limit';
import { kernelErrors } from './errors';
import { CameraList, guardCamera } from './guards/guard-camera';
import { guardDevice, guardProvided } from './guards/guard-device';
import type { DeviceWatcher, Guarding, SettingListener } from './guards/guarding';
import { createHooks, tappingSide } from './hooks';
import type { DeviceLimits } from './guards/limits';
import { type BuiltInPlugins, loadPlugin } from './loader';
import { Menu } from './menu/menu';
import type { Plugin, PluginHost } from './plugin';
import { type WireRecorder, WireReplay } from './recording';

/** Dependencies of the kernel. */
export interface KernelOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly builtIn: BuiltInPlugins;
  readonly limits?: DeviceLimits;
  readonly watch?: DeviceWatcher;
  /** Reason why none of the plugins drives a camera of the site, as the end of a sentence about it. */
  readonly whyUndriven?: (camera: CameraIndex, driven: readonly CameraIndex[]) => string | undefined;
  /** Writes down what passes over the wires. */
  readonly recorder?: WireRecorder;
}

interface Connection {
  readonly plugin: string;
  readonly what: string;
  readonly open: Parameters<PluginHost['connect']>[1];
}

/** Loads, applies, connects and disposes the plugins of a site; the only code that calls them. */
export class Kernel {
  readonly hooks = createHooks();
  readonly registry = new Registry();
  readonly menu = new Menu(this.registry);
  private readonly cameras: { readonly camera: Camera; readonly plugin: string }[] = [];
  private readonly connections: Connection[] = [];
  private readonly undos = new Disposables();
  /** Versions that each plugin can report of its device. */
  readonly versions: { readonly plugin: string; readonly read: Parameters<PluginHost['versions']>[0] }[] = [];
  readonly plugins: readonly Plugin[];
  private readonly dose: DoseLimit;
  /** The way of the beam to the cameras, which is cleared before every exposure. */
  readonly beamPath: BeamPath;
  private readonly settingListeners = new Set<SettingListener>();

  /** Loads and applies all plugins that the settings name. Throws all that is wrong with them together; nothing has touched hardware then. */
  constructor(private readonly options: KernelOptions) {
    this.dose = new DoseLimit(options.limits ?? {});
    const { registry } = this;
    this.beamPath = new BeamPath(() => settingsOf(registry.tokens, (key) => registry.get(key)), options.log);
    const failures: unknown[] = [];
    const loaded: Plugin[] = [];
    for (const written of options.settings.plugins) {
      try {
        const plugin = loadPlugin(written.id, options.builtIn, options.settings.file, written.place);
        failures.push(...checkOptions(plugin, written).map((problem) => new EucentricError(problem)));
        const given = plugin.options
          ? plugin.options.safeParse(written.options ?? {})
          : { success: true, data: written.options };
        if (!given.success) continue;
        this.apply(plugin, given.data);
        loaded.push(plugin);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1)
      throw new CombinedError(
        {
          code: 'plugin/several-failed',
          message: `${failures.length} plugins could not be used:`,
          hint: 'Fix each of them; "check" lists the faults of a configuration.',
        },
        failures,
      );
    this.plugins = loaded;
    if (this.cameras.length > 0) {
      const list = new CameraList(
        this.cameras.map(({ camera }) => camera),
        this.hooks,
        initialCamera(options.settings),
        (index) => this.whyUndriven(index),
      );
      this.registry.provide(Cameras, list, 'kernel');
      this.registry.provide(DetectorDose, this.dose, 'kernel');
    } else {
      const undriven = options.settings.cameras;
      const reasonOf = ({ index, name }: (typeof undriven)[number]): string =>
        `camera ${index} (${name}) cannot be used, ${this.whyUndriven(index)}`;
      if (undriven.length > 0) this.registry.lack(Cameras, () => undriven.map(reasonOf).join('; '));
    }
  }

  private whyUndriven(index: CameraIndex): string {
    const { settings, whyUndriven } = this.options;
    const driven = this.cameras.map(({ camera }) => camera.traits.index);
    if (settings.cameras.some((camera) => camera.index === index))
      return whyUndriven?.(index, driven) ?? 'no plugin in use drives it';
    return settings.parkedCameras.some((camera) => camera.index === index)
      ? 'it is not in ActiveCameraList'
      : 'no camera of the configuration has that number';
  }

  /** Provides something of the program's own, such as the settings. */
  provide<T>(key: Token<T>, value: T): void {
    const earlier = this.registry.provide(key, value, 'eucentric');
    if (earlier !== undefined) throw kernelErrors.duplicateClaim(key.name, earlier, 'eucentric');
  }

  /** Provides a device of the program's own, such as Low Dose; its settings are guarded as those of plugins are. */
  provideDevice<Device>(key: DeviceToken<Device>, driver: Driver<Device>): void {
    this.provide(key, guardDevice(key, driver, this.guarding));
  }

  /** Calls with every value that is read from a setting or written to it; what is returned ends that. */
  onSetting(listen: SettingListener): () => void {
    this.settingListeners.add(listen);
    return () => void this.settingListeners.delete(listen);
  }

  /** Reports a value of a setting that is made of others, and so has no guard. */
  readonly settingSeen: SettingListener = (setting, value) => {
    for (const listen of this.settingListeners) listen(setting, value);
  };

  /** Lets the items tap the hooks through which their calibrations are applied; to be called once everything is provided. */
  activate(): void {
    for (const { item, plugin } of this.menu.instances()) item.listen(tappingSide(this.hooks, plugin));
  }

  /** Opens all connections together; throws every failure in one error, after closing those that did open. */
  async connect(signal: AbortSignal): Promise<void> {
    // One after the other within a plugin, since a camera server may need the scope of the same plugin; plugins side by side.
    const byPlugin = new Map<string, Connection[]>();
    for (const connection of this.connections)
      byPlugin.set(connection.plugin, [...(byPlugin.get(connection.plugin) ?? []), connection]);
    const ends = await Promise.all(
      [...byPlugin.values()].map(async (connections): Promise<EucentricError | undefined> => {
        for (const { plugin, what, open } of connections) {
          try {
            const close = await open(signal);
            if (close) this.undos.add(close);
          } catch (error) {
            return kernelErrors.connectionFailed(plugin, what, error);
          }
        }
        return undefined;
      }),
    );
    const failures = ends.filter((end) => end !== undefined);
    if (failures.length === 0) return;
    // What cannot be closed now must not hide the reason why the connection failed.
    await this.dispose().catch((error: unknown) => {
      const each = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
      for (const reason of each) this.options.log.warn(`Closing a connection failed too: ${describe(reason)}`);
    });
    throw kernelErrors.notConnected(failures);
  }

  /** Closes everything, last-in first-out; may be called twice. */
  async dispose(): Promise<void> {
    await this.hooks.willDispose.promise();
    await this.undos.dispose();
  }

  private apply(plugin: Plugin, options: unknown): void {
    try {
      plugin.apply(this.hostOf(plugin, options));
    } catch (error) {
      throw error instanceof EucentricError ? error : kernelErrors.pluginBroken(plugin.id, describe(error), error);
    }
  }

  /** Has the limit of the dose of detectors go by the calibrations of the beam where no image has shown the dose rate. */
  limitDoseBy(calibrated: CalibratedDoseRate): void {
    this.dose.goBy(calibrated);
  }

  /** Dependencies of the guards. */
  private get guarding(): Guarding {
    const { clock, limits = {}, watch = () => {} } = this.options;
    return {
      hooks: this.hooks,
      limits,
      watch,
      clock,
      seen: this.settingSeen,
      dose: this.dose,
      beamPath: this.beamPath,
      blanker: {
        clock,
        blanked: () => (this.registry.has(Scope) ? this.registry.get(Scope).beamBlanked : undefined),
        timed: () => (this.registry.has(TimedBlanker) ? this.registry.get(TimedBlanker) : undefined),
      },
    };
  }

  private hostOf(plugin: Plugin, options: unknown): PluginHost {
    const { settings, clock, log } = this.options;
    const { guarding } = this;
    const { registry, menu, connections, undos, cameras } = this;
    const own = <T>(key: Token<T>): Token<T> => {
      const copy = otherCopyOf(key);
      if (copy) throw kernelErrors.otherCopy(plugin.id, copy);
      return key;
    };
    const provide = (key: Token<unknown>, value: unknown): void => {
      const earlier = registry.provide(own(key), guardProvided(key, value, plugin.id, guarding), plugin.id);
      if (earlier !== undefined) throw kernelErrors.duplicateClaim(key.name, earlier, plugin.id);
    };
    return {
      id: plugin.id,
      options,
      settings,
      clock,
      log: log.child(plugin.id),
      hooks: tappingSide(this.hooks, plugin.id),
      provide,
      provideDevices: (devices) => {
        for (const device of devices)
          if ('driver' in device) provide(device.token, device.driver);
          else registry.lack(own(device.token), device.lacksBecause);
      },
      provideCamera: (camera) => {
        const earlier = cameras.find((other) => other.camera.traits.index === camera.traits.index);
        if (earlier) throw kernelErrors.duplicateClaim(`camera ${camera.traits.index}`, earlier.plugin, plugin.id);
        cameras.push({ camera: guardCamera(camera, guarding), plugin: plugin.id });
      },
      need: (key) => {
        if (!registry.has(own(key))) throw kernelErrors.missing(plugin.id, key);
        return registry.get(key);
      },
      find: (key) => (registry.has(own(key)) ? registry.get(key) : undefined),
      record: (wire, part) => this.options.recorder?.record(wireName(plugin.id, part), wire) ?? wire,
      replay: (file, part) => {
        if (file === undefined) throw kernelErrors.noRecording(plugin.id);
        return new WireReplay(
          path.resolve(settings.file === undefined ? '.' : path.dirname(settings.file), file),
          clock,
        ).wire(wireName(plugin.id, part));
      },
      connect: (what, open) => void connections.push({ plugin: plugin.id, what, open }),
      versions: (read) => void this.versions.push({ plugin: plugin.id, read }),
      menuItem: (item, place) => menu.add(item, plugin.id, place),
      arrangeMenu: (places) => menu.arrange(places),
      unavailableItem: (item) => menu.addUnavailable(item, plugin.id),
      defer: (undo) => void undos.add(undo),
    };
  }
}

/** Name of a wire in recordings: that of its plugin, and of the wire where the plugin has a second one. */
const wireName = (plugin: string, part: string | undefined): string =>
  part === undefined ? plugin : `${plugin} ${part}`;

const noOptions = z.strictObject({});

/** Problems in the options of one plugin in the configuration, each with its place. */
export function checkOptions(plugin: Plugin, written: PluginSettings): readonly Problem[] {
  return checkSection(plugin.options ?? noOptions, { ...written.section, value: written.options ?? {} }).filter(
    (problem) => problem.severity === 'error',
  );
}

function initialCamera(settings: Settings): CameraIndex | undefined {
  const active = settings.cameras;
  const wanted = settings.get('InitialCurrentCamera');
  return active.find((camera) => camera.index === wanted)?.index ?? active[0]?.index;
}
