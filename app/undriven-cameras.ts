import type { CameraIndex } from '../core/base';
import { type BuiltInPlugins, loadPlugin, type Plugin } from '../core/kernel';
import type { CameraSettings, Problem, Settings } from '../core/settings';
import { builtInPlugins } from './built-in-plugins';

/** An active camera that no plugin in use drives. */
export interface UndrivenCamera {
  readonly index: CameraIndex;
  readonly name: string;
  /** Reason in words, as the end of a sentence about the camera. */
  readonly reason: string;
  readonly hint: string;
}

/** Makes of cameras, by the property that tells them. */
const makes = [
  ['DECameraType', 'a camera of Direct Electron'],
  ['TietzCameraType', 'a camera of TVIPS'],
  ['AMTCameraType', 'a camera of AMT'],
  ['DectrisCameraType', 'a camera of Dectris'],
  ['OneViewType', 'a Gatan camera of the OneView family'],
  ['K2Type', 'a Gatan K2 or K3'],
  ['FEICameraType', 'a camera of FEI'],
] as const;

function makeOf(camera: CameraSettings): string {
  if (camera.isStem) return 'a STEM camera (STEMCamera)';
  const plugin = camera.get('PluginName');
  if (plugin) return `a camera behind the SerialEM plugin ${plugin} (PluginName)`;
  const [property, make] = makes.find(([name]) => camera.get(name) !== 0) ?? [];
  return make === undefined ? 'a camera of which no property tells the make' : `${make} (${property})`;
}

/** Names the active cameras that no plugin in use drives, each with the reason. */
export function undrivenCameras(
  settings: Settings,
  isDriven: (camera: CameraSettings) => boolean,
  known: BuiltInPlugins = builtInPlugins,
): readonly UndrivenCamera[] {
  return settings.cameras
    .filter((camera) => !isDriven(camera))
    .map((camera) => ({ index: camera.index, name: camera.name, ...whyUndriven(camera, settings, known) }));
}

function whyUndriven(
  camera: CameraSettings,
  settings: Settings,
  known: BuiltInPlugins,
): Pick<UndrivenCamera, 'reason' | 'hint'> {
  const make = makeOf(camera);
  const isOn = (id: string): boolean => settings.plugins.some((plugin) => plugin.id === id);
  const drivers = Object.keys(known).filter((id) => drivesCamera(id, camera, [camera], known));
  const [on, off] = [drivers.find(isOn), drivers.find((id) => !isOn(id))];
  if (on !== undefined)
    return {
      reason: `it is ${make}, and the plugin ${on} reaches the other cameras in another way`,
      hint: 'It cannot be used beside them. Compare UseSocket of the cameras, or take one out of ActiveCameraList.',
    };
  if (off !== undefined)
    return {
      reason: `it is ${make}, and the plugin ${off}, which drives it, is not switched on`,
      hint: `Add "${off}: {}" to plugins.`,
    };
  return {
    reason: `it is ${make}, which no plugin in use drives`,
    hint: 'It cannot be used here. Take it out of ActiveCameraList, or add a plugin that drives it; "check" names one where there is one.',
  };
}

/** True when a plugin that comes with the program drives a camera beside the other active ones. */
export function drivesCamera(
  id: string,
  camera: CameraSettings,
  active: readonly CameraSettings[],
  known: BuiltInPlugins = builtInPlugins,
): boolean {
  const { default: plugin } = known[id]!() as { readonly default?: Plugin };
  return plugin?.drivesCamera?.(camera, active) ?? false;
}

/** Warnings about active cameras that no plugin of a configuration drives. Nothing is said where a plugin does not tell what it drives. */
export function checkDrivenCameras(settings: Settings, known: BuiltInPlugins = builtInPlugins): readonly Problem[] {
  if (settings.plugins.length === 0) return [];
  const plugins = settings.plugins.flatMap(({ id, place }) => {
    try {
      return [loadPlugin(id, known, settings.file, place)];
    } catch {
      // A plugin that cannot be loaded is a problem of its own.
      return [];
    }
  });
  if (plugins.length < settings.plugins.length || plugins.some((plugin) => mayDriveAny(plugin, known))) return [];
  const isDriven = (camera: CameraSettings): boolean =>
    plugins.some((plugin) => plugin.drivesCamera?.(camera, settings.cameras, optionsOf(plugin, settings)));
  return undrivenCameras(settings, isDriven, known).map(({ index, name, reason, hint }) => ({
    severity: 'warning',
    code: 'settings/undriven-camera',
    message: `Camera ${index} (${name}) is active, but ${reason}.`,
    hint,
    place: settings.cameras.find((camera) => camera.index === index)!.place,
  }));
}

/** The options of a site for a plugin; undefined where they are wrong, which is a problem of its own. */
function optionsOf(plugin: Plugin, settings: Settings): unknown {
  const written = settings.plugins.find(({ id }) => id === plugin.id)?.options;
  return plugin.options?.safeParse(written ?? {}).data;
}

/** True for a plugin from outside that does not say which cameras it drives. */
const mayDriveAny = (plugin: Plugin, known: BuiltInPlugins): boolean =>
  known[plugin.id] === undefined && plugin.drivesCamera === undefined;
