import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { builtInPlugins } from '../../app/built-in-plugins';
import { checkPlugins } from '../../app/check-plugins';
import {
  AlphaSelector,
  Cameras,
  IlluminatedArea,
  NeutralImageShift,
  Scope,
  Stage,
  VirtualInstrument,
} from '../../core/devices';
import { BrowserConsole, OperatorConsole, type Plugin, loadPlugin } from '../../core/kernel';
import { parseSettings } from '../../core/settings';
import { projectFolder, virtualInstrument } from '../support/virtual-instrument';
import { type ProbeReport, configurationWith, probe } from './probe';

const tokens = [
  Scope,
  Stage,
  Cameras,
  IlluminatedArea,
  AlphaSelector,
  NeutralImageShift,
  VirtualInstrument,
  OperatorConsole,
  BrowserConsole,
];

/** Holds a built-in plugin to the steps of its life: loading registers nothing, applying touches no hardware, disposing closes everything. */
export function describePlugin(id: string): void {
  describe(`plugin ${id}`, () => {
    const load = (): Plugin => loadPlugin(id, builtInPlugins, undefined);
    const [file, text] = configurationWith(id);
    let report: ProbeReport;

    test('is called what its folder is called, and is described in one sentence', () => {
      const plugin = load();
      expect(plugin.id).toBe(id);
      expect(existsSync(path.join(projectFolder, 'plugins', id, 'index.ts'))).toBe(true);
      expect(plugin.summary).toMatch(/^[A-Z][^.!?]*[.]$/);
    });

    test('says of every option what it is for', () => {
      const { options } = load();
      if (!options) return;
      const { properties = {} } = z.toJSONSchema(options, { unrepresentable: 'any', io: 'input' }) as {
        properties?: Record<string, { description?: string }>;
      };
      for (const [name, { description }] of Object.entries(properties))
        expect({ name, description }).toEqual({ name, description: expect.stringMatching(/^[A-Z].*[.]$/s) as string });
    });

    test('opens nothing before it is connected, and keeps nothing open after it is disposed', async () => {
      report = await probe(id, text);
      const { before, imported, applied, disposed } = report.steps;
      expect(report.globals).toEqual([]);
      expect(imported).toEqual(before);
      expect(applied).toEqual(before);
      expect(disposed).toEqual(before);
    });

    test('shares nothing between two instruments in one program', async () => {
      const configuration = path.join(projectFolder, 'config', file);
      await using first = await virtualInstrument({ configuration, edit: () => text });
      await using second = await virtualInstrument({ configuration, edit: () => text });
      const [one, other] = [first.kernel.registry, second.kernel.registry];
      const both = tokens.filter((key) => one.has(key));
      expect(both.length).toBeGreaterThan(0);
      for (const key of both) expect(one.get<unknown>(key)).not.toBe(other.get<unknown>(key));
      if (!one.has(Scope)) return;
      const before = await other.get(Scope).magIndex.read();
      const [another] = first.settings.magnificationTable
        .map(({ index }) => index)
        .filter((index) => index !== before)
        .slice(-3);
      await one.get(Scope).magIndex.write(another!);
      expect(await one.get(Scope).magIndex.read()).toBe(another);
      expect(await other.get(Scope).magIndex.read()).toBe(before);
    });

    test('says where in the configuration its options are wrong', () => {
      const wrong = text.replace(new RegExp(`^ {2}${id}: .*$`, 'm'), `  ${id}:\n    colour: blue`);
      const line = wrong.split('\n').indexOf('    colour: blue') + 1;
      const { settings } = parseSettings(wrong, 'wrong.yaml');
      // A plugin that cannot be used drives nothing, of which there may be warnings as well.
      expect(checkPlugins(settings).filter(({ severity }) => severity === 'error')).toEqual([
        expect.objectContaining({
          place: { file: 'wrong.yaml', line, column: 5 },
          message: expect.stringContaining('colour') as string,
        }),
      ]);
    });
  });
}
