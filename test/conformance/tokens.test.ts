import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { builtInPlugins } from '../../app/built-in-plugins';
import { Registry } from '../../core/base';
import { type DeviceToken, Scope, isDevice } from '../../core/devices';
import { projectFolder, virtualInstrument } from '../support/virtual-instrument';
import { configurations } from './probe';

/** Devices with more than settings have a suite besides, called in the tests of each plugin that provides them. */
const suites: Readonly<Record<string, string>> = {
  Scope: 'describeScope',
  Stage: 'describeStage',
  Cameras: 'describeCamera',
};
/** The suite of every other device that is part of the column. */
const suiteOfColumn = 'describeColumn';

/**
 * Tokens that are not a capability of a device, but are passed between plugins within the program; each with the file
 * of its contract.
 */
const services: Readonly<Record<string, string>> = {
  VirtualInstrument: 'test/plugins/simulator/plugin.test.ts',
  SimulatedTruth: 'test/plugins/simulator/plugin.test.ts',
  MeasuredCurves: 'test/plugins/calibrations/focus-and-tuning/focus-series/autofocus.test.ts',
  CarriedChanges: 'test/plugins/calibrations/image-and-stage-shift/image-shift/image-shift.test.ts',
  WholeImageCorrelation: 'test/plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift.test.ts',
  ZeroOffsetMode: 'test/plugins/calibrations/image-and-stage-shift/offsets/mag-is-offsets-modes.test.ts',
  ImageShiftAdjustment: 'test/plugins/calibrations/image-and-stage-shift/offsets/mag-is-offsets.test.ts',
  HighDefocusMemory: 'test/plugins/calibrations/whole-scope/high-defocus-is.test.ts',
  DistortionMemory: 'test/plugins/calibrations/whole-scope/distortion.test.ts',
  DistortionOverlaps: 'test/plugins/calibrations/whole-scope/set-overlaps.test.ts',
  TimingMemory: 'test/plugins/calibrations/timing/camera-timing.test.ts',
  LatticeMemory: 'test/plugins/calibrations/pixel-size/find-pixel-size.test.ts',
  TuningPlans: 'test/plugins/calibrations/focus-and-tuning/plans.test.ts',
  OperatorConsole: 'test/plugins/terminal/console.test.ts',
  BrowserConsole: 'test/plugins/console/session.test.ts',
  CalibrationFindings: 'test/plugins/calibrations/shared/report-contradictions.test.ts',
};

const textOf = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8');

/** The tests of a plugin as one text. */
function testsOf(plugin: string): string {
  const folder = path.join('test', 'plugins', plugin);
  if (!existsSync(path.join(projectFolder, folder))) return '';
  return readdirSync(path.join(projectFolder, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => textOf(path.join(folder, file)))
    .join('\n');
}

describe('every capability that a plugin provides has passed the suite of its token', () => {
  const provided = new Map<string, Set<string>>();
  const devices = new Map<string, DeviceToken<unknown>>();

  beforeAll(async () => {
    const spy = jest.spyOn(Registry.prototype, 'provide');
    for (const [file, text] of Object.entries(configurations)) {
      await using instrument = await virtualInstrument({
        configuration: path.join(projectFolder, 'config', file),
        edit: () => text,
      });
      for (const [key, , owner] of spy.mock.calls) {
        if (isDevice(key)) devices.set(key.name, key);
        if (owner in builtInPlugins) provided.set(key.name, (provided.get(key.name) ?? new Set()).add(owner));
      }
      spy.mockClear();
      // Cameras come one by one; the kernel gathers them.
      const cameraPlugins = ['gatan-k2k3', 'falcon-ceta', 'jeol'].filter((plugin) =>
        instrument.settings.plugins.some(({ id }) => id === plugin),
      );
      for (const plugin of cameraPlugins) provided.set('Cameras', (provided.get('Cameras') ?? new Set()).add(plugin));
    }
    spy.mockRestore();
  });

  test('the configurations bring the columns and cameras of all vendors', () => {
    expect([...provided.get('Scope')!].sort()).toEqual(['fei', 'hitachi', 'jeol', 'serialem']);
    expect([...provided.get('Cameras')!].sort()).toEqual(['falcon-ceta', 'gatan-k2k3', 'jeol']);
  });

  test('each service names the file that shows what it is held to; every device is tried in devices.test.ts', () => {
    expect([...provided.keys()].filter((name) => !devices.has(name) && !(name in services))).toEqual([]);
    for (const place of Object.values(services))
      expect({ place, exists: existsSync(path.join(projectFolder, place)) }).toEqual({ place, exists: true });
  });

  test('each provider of a device with a suite of its own is called in it', () => {
    const ofColumn = [...devices.values()].filter(({ name, part }) => part === Scope.part && !(name in suites));
    expect(ofColumn.length).toBeGreaterThan(5);
    const wanted = { ...suites, ...Object.fromEntries(ofColumn.map(({ name }) => [name, suiteOfColumn])) };
    const missing = Object.entries(wanted).flatMap(([name, suite]) =>
      [...provided.get(name)!]
        .filter((plugin) => !testsOf(plugin).includes(`${suite}(`))
        .map((plugin) => `${plugin} provides ${name}, but test/plugins/${plugin} does not call ${suite} for it.`),
    );
    expect(missing).toEqual([]);
  });
});
