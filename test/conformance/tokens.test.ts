import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { builtInPlugins } from '../../app/built-in-plugins';
import { Registry } from '../../core/base';
import { projectFolder, virtualInstrument } from '../support/virtual-instrument';
import { configurations } from './probe';

/** The suite that each capability has to pass, and where it is called: in the tests of the plugin, or in one file for all. */
const suites: Readonly<Record<string, { readonly suite: string; readonly file?: string }>> = {
  Scope: { suite: 'describeScope' },
  Stage: { suite: 'describeStage' },
  Cameras: { suite: 'describeCamera' },
  IlluminatedArea: { suite: 'describeIlluminatedArea', file: 'test/conformance/capabilities.test.ts' },
  EftemMode: { suite: 'describeEftemMode', file: 'test/conformance/capabilities.test.ts' },
  EnergyFilter: { suite: 'describeEnergyFilter', file: 'test/conformance/capabilities.test.ts' },
  AlphaSelector: { suite: 'describeAlphaSelector', file: 'test/conformance/capabilities.test.ts' },
  NeutralImageShift: { suite: 'describeNeutralImageShift', file: 'test/conformance/capabilities.test.ts' },
};

/** What is no capability of a device: handed from one plugin to another within the program, with the file that shows what it is held to. */
const services: Readonly<Record<string, string>> = {
  VirtualInstrument: 'test/plugins/simulator/plugin.test.ts',
  SimulatedTruth: 'test/plugins/simulator/plugin.test.ts',
  ShiftCalibrationMemory: 'test/plugins/calibrations/image-and-stage-shift/image-shift.test.ts',
  ImageShiftAdjustment: 'test/plugins/calibrations/image-and-stage-shift/mag-is-offsets.test.ts',
  LatticeMemory: 'test/plugins/calibrations/pixel-size/find-pixel-size.test.ts',
  OperatorConsole: 'test/plugins/terminal/console.test.ts',
  BrowserConsole: 'test/plugins/console/session.test.ts',
  CalibrationDoubts: 'test/plugins/calibrations/doubts.test.ts',
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

  beforeAll(async () => {
    const spy = jest.spyOn(Registry.prototype, 'provide');
    for (const [file, text] of Object.entries(configurations)) {
      await using instrument = await virtualInstrument({
        configuration: path.join(projectFolder, 'config', file),
        edit: () => text,
      });
      for (const [key, , owner] of spy.mock.calls)
        if (owner in builtInPlugins) provided.set(key.name, (provided.get(key.name) ?? new Set()).add(owner));
      spy.mockClear();
      // Cameras come one by one; the kernel gathers them.
      const cameraPlugins = ['gatan-k2k3', 'falcon-ceta'].filter((plugin) =>
        instrument.settings.plugins.some(({ id }) => id === plugin),
      );
      for (const plugin of cameraPlugins) provided.set('Cameras', (provided.get('Cameras') ?? new Set()).add(plugin));
    }
    spy.mockRestore();
  });

  test('the configurations bring the columns and cameras of all vendors', () => {
    expect([...provided.get('Scope')!].sort()).toEqual(['fei', 'hitachi', 'jeol', 'serialem']);
    expect([...provided.get('Cameras')!].sort()).toEqual(['falcon-ceta', 'gatan-k2k3']);
  });

  test('each token has a suite', () => {
    expect([...provided.keys()].filter((name) => !(name in suites) && !(name in services))).toEqual([]);
    for (const place of Object.values(services))
      expect({ place, exists: existsSync(path.join(projectFolder, place)) }).toEqual({ place, exists: true });
  });

  test('each provider is called in it', () => {
    const missing = [...provided].flatMap(([name, plugins]) =>
      [...plugins].flatMap((plugin) => {
        const wanted = suites[name];
        if (!wanted) return [];
        const text = wanted.file ? textOf(wanted.file) : testsOf(plugin);
        const called = wanted.file ? calledFor(text, wanted.suite, plugin) : text.includes(`${wanted.suite}(`);
        return called
          ? []
          : [
              `${plugin} provides ${name}, but ${wanted.file ?? `test/plugins/${plugin}`} does not call ${wanted.suite} for it.`,
            ];
      }),
    );
    expect(missing).toEqual([]);
  });

  /** Whether a suite is called with a configuration that switches the plugin on. */
  const calledFor = (text: string, suite: string, plugin: string): boolean =>
    [...text.matchAll(new RegExp(`^${suite}\\('([^']+)'`, 'gm'))].some((match) =>
      new RegExp(`^ {2}${plugin}: `, 'm').test(configurations[match[1]!] ?? ''),
    );
});
