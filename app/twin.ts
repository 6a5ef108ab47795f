import { type GeneralName, type Settings, definitions } from '../core/settings';
import { builtInPlugins } from './built-in-plugins';
import { drivesCamera } from './undriven-cameras';

/**
 * The sections that make a digital twin of imported properties: the plugins of the hardware that the properties name, a virtual
 * microscope that follows the site's own properties and calibrations, and where those calibrations are.
 */
export function twinSections(settings: Settings): string {
  const plugins = ['simulator', columnOf(settings), ...camerasOf(settings), 'calibrations', 'console', 'terminal'];
  return [
    'plugins:',
    ...plugins.flatMap((id) => (id === 'simulator' ? simulatorFor(settings) : [`  ${id}: {}`])),
    'simulator:',
    '  truth: site',
    '  # No property gives the high tension. 200 suits most columns that are not of the largest kind.',
    `  voltageKilovolts: ${kilovoltsOf[columnOf(settings)] ?? usualKilovolts}`,
    'calibrations:',
    '  # The calibrations of the site, beside this file. They are only read; the twin keeps its own in a folder.',
    '  siteFile: SerialEMcalibrations.txt',
    '  directory: twin',
    '',
  ].join('\n');
}

/** High tension of a twin, in kilovolts, where its make is not that of the others. */
const kilovoltsOf: Readonly<Record<string, number>> = { hitachi: 100 };
const usualKilovolts = 300;

/** The simulator, which also stands in for the cameras that no plugin drives. */
function simulatorFor(settings: Settings): readonly string[] {
  const left = plainCamerasOf(settings);
  if (left.length === 0) return ['  simulator: {}'];
  const names = left.map(({ name }) => name).join(', ');
  return [
    `  # No plugin drives ${names}: ${left.length === 1 ? 'a plain simulated camera stands' : 'plain simulated cameras stand'} in.`,
    `  simulator: { cameras: [${left.map(({ index }) => index).join(', ')}] }`,
  ];
}

/** The active cameras that a twin has as plain ones, because no plugin drives them. */
export const plainCamerasOf = (settings: Settings): Settings['cameras'] =>
  settings.cameras.filter(
    (camera) => !camera.isStem && !Object.keys(builtInPlugins).some((id) => drivesCamera(id, camera, settings.cameras)),
  );

/** Wire to the hardware for each plugin of hardware. */
const wires: Readonly<Record<string, string>> = {
  fei: 'com',
  jeol: 'com',
  hitachi: 'tcp',
  'gatan-k2k3': 'socket',
  'falcon-ceta': 'com',
};

/** The section that switches on the plugins which suit imported properties, each with the wire to its hardware. */
export function siteSections(settings: Settings): string {
  const hardware = [columnOf(settings), ...camerasOf(settings)];
  return [
    'plugins:',
    '  # docs/wires.md describes the wires. "eucentric devices" connects, reads everything once and changes nothing.',
    ...hardware.map((id) => `  ${id}: { wire: ${wires[id] ?? 'simulated'} }`),
    ...['calibrations', 'console', 'terminal'].map((id) => `  ${id}: {}`),
    '',
  ].join('\n');
}

/** The column: properties that only one make has tell which it is; without any it is FEI, the make that needs none. */
function columnOf(settings: Settings): string {
  const written = (make: RegExp): boolean =>
    definitions.general.some(({ name }) => make.test(name) && settings.has(name as GeneralName));
  if (written(/^Hitachi/i)) return 'hitachi';
  return written(/^JEOL/i) ? 'jeol' : 'fei';
}

/** The plugins that drive one of the active cameras. */
const camerasOf = (settings: Settings): readonly string[] =>
  Object.keys(builtInPlugins).filter((id) =>
    settings.cameras.some((camera) => drivesCamera(id, camera, settings.cameras)),
  );
