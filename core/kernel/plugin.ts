import type { ZodType } from 'zod';
import { type Clock, type Logger, type Token, type Undo, markCopy } from '../base';
import type { Camera, DrivenDevice, LackingDevice, Provision } from '../devices';
import type { CameraSettings, Settings } from '../settings';
import type { TappableHooks } from './hooks';
import type { GivenPlace, MenuPlace, UnavailableItem } from './menu/menu';
import type { ItemDefinition } from './menu/define-item';

/**
 * A plugin: a declaration and one function. Loading it registers nothing; `apply` says what it provides and which hooks it taps;
 * nothing touches hardware before the functions given to `host.connect` are called.
 */
export interface Plugin<Options = unknown> {
  /** The same as its place below `plugins/`, or its npm package name. */
  readonly id: string;
  /** One sentence for people. */
  readonly summary: string;
  /** Checks and documents what a site may write under the plugin's name; omitted for a plugin without options. */
  readonly options?: ZodType<Options>;
  /**
   * True for a camera that this plugin drives beside the other active ones; `check` names those that none drives. Omitted for a plugin without
   * cameras. The options are those of the site; undefined for a plugin that the site does not use.
   */
  drivesCamera?(camera: CameraSettings, active: readonly CameraSettings[], options?: Options): boolean;
  apply(host: PluginHost<Options>): void;
}

/** A plugin's view of the program: a narrow interface, never the kernel itself. */
export interface PluginHost<Options = unknown> {
  readonly id: string;
  readonly options: Options;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hooks: TappableHooks;
  /**
   * Provides a capability: how the settings of a device are read and written, or a service. A second claim of one token
   * is an error that names both plugins, and a token that is marked neither as device nor as service is refused.
   */
  provide<Key extends Token<unknown>>(token: Key, value: Provision<Key>): void;
  /** Provides the devices of an instrument, and says why it lacks others: `devices` and the menu show the reason. */
  provideDevices(devices: readonly (DrivenDevice | LackingDevice)[]): void;
  /** Adds a camera to `Cameras`. A second camera of one number is an error that names both plugins. */
  provideCamera(camera: Camera): void;
  /**
   * A capability of another plugin; call it in `connect` or later, when all plugins have been applied. Throws naming
   * this plugin when it is missing.
   */
  need<T>(token: Token<T>): T;
  /** A capability of another plugin, or undefined. */
  find<T>(token: Token<T>): T | undefined;
  /** The plugin's wire, recorded where the site wants that; every plugin hands its wires through here. @param part name of a second wire */
  record<Transport extends object>(wire: Transport, part?: string): Transport;
  /** The plugin's wire out of a recording, named from the folder of the configuration file. Throws when it is missing or not one. */
  replay<Transport extends object>(file: string | undefined, part?: string): Transport;
  /** Says how to reach the hardware. All are called together; what they return closes the connection. */
  connect(what: string, open: (signal: AbortSignal) => Promise<Undo | void>): void;
  /** Says what it is connected to: versions of programs and instruments by name, asked for only once everything is connected. Reading them changes nothing. */
  versions(read: (signal?: AbortSignal) => Promise<Readonly<Record<string, string>>>): void;
  /** Adds an item to the menu; `place` overrides the one that the item declares. */
  menuItem(item: ItemDefinition, place?: GivenPlace): void;
  /** Says in which order the menu shows items and submenus, by their labels. */
  arrangeMenu(places: readonly MenuPlace[]): void;
  /** Shows an item in the menu that cannot run, with the reason, until a plugin brings the item itself. */
  unavailableItem(item: UnavailableItem): void;
  /** Something to be undone when the program ends, last-in first-out. */
  defer(undo: Undo): void;
}

/** Gives a plugin its type, and marks it as made for this copy of the program; the default export of a plugin's `index.ts`. */
export const definePlugin = <Options = unknown>(plugin: Plugin<Options>): Plugin<Options> => markCopy(plugin);
