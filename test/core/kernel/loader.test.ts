import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EucentricError, FilteredLogger, VirtualClock, describePlace, type token } from '../../../core/base';
import { Kernel, type Plugin, definePlugin, loadPlugin } from '../../../core/kernel';
import { parseSettings } from '../../../core/settings';
import { z } from 'zod';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a module below the folder and returns where its configuration would lie. */
function written(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return path.join(folder, 'instrument.yaml');
}

const plugin = (id: string): string =>
  `module.exports = { id: '${id}', summary: 'A plugin for the test.', apply() {} };`;
const codeOf = (load: () => unknown): { code: string; message: string; hint: string } => {
  try {
    load();
  } catch (error) {
    if (error instanceof EucentricError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('It was loaded.');
};

describe('a plugin is loaded', () => {
  test('by the id of a built-in one, and only when it is asked for', () => {
    const load = jest.fn(() => ({ default: definePlugin({ id: 'alpha', summary: 'First.', apply: () => {} }) }));
    const never = jest.fn();
    expect(loadPlugin('alpha', { alpha: load, beta: never }, undefined).id).toBe('alpha');
    expect(load).toHaveBeenCalledTimes(1);
    expect(never).not.toHaveBeenCalled();
  });

  test('by a path from the folder of the configuration', () => {
    const configuration = written('plugins/mine/index.js', plugin('mine'));
    expect(loadPlugin('./plugins/mine', {}, configuration).id).toBe('mine');
    expect(loadPlugin(path.join(folder, 'plugins', 'mine'), {}, undefined).id).toBe('mine');
  });

  test('from an npm package that is installed next to the configuration', () => {
    written('node_modules/eucentric-plugin/package.json', '{ "name": "eucentric-plugin", "main": "main.js" }');
    const configuration = written(
      'node_modules/eucentric-plugin/main.js',
      `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = { id: 'eucentric-plugin', summary: 'From a package.', apply() {} };`,
    );
    expect(loadPlugin('eucentric-plugin', {}, configuration).summary).toBe('From a package.');
  });
});

describe('a plugin that was made for another copy of the program', () => {
  let other: { readonly definePlugin: typeof definePlugin; readonly token: typeof token };
  beforeAll(() =>
    jest.isolateModules(() => {
      other = { ...require('../../../core/kernel'), ...require('../../../core/base') } as typeof other;
    }),
  );
  const told = {
    code: 'plugin/other-copy',
    message: expect.stringMatching(/Plugin stranger .*another copy of eucentric \(\d+\.\d+\.\d+ in .+\)/) as string,
    hint: expect.stringContaining('peerDependencies') as string,
  };

  test('is refused when it is loaded, and distinguished from one of this copy', () => {
    const made = { id: 'stranger', summary: 'A stranger.', apply: () => {} };
    expect(
      codeOf(() => loadPlugin('stranger', { stranger: () => other.definePlugin({ ...made }) }, undefined)),
    ).toEqual(told);
    expect(loadPlugin('stranger', { stranger: () => definePlugin({ ...made }) }, undefined).id).toBe('stranger');
  });

  test.each(['need', 'find', 'provide'] as const)(
    'is refused when only its tokens are of the other copy: %s',
    (call) => {
      const apply: Plugin['apply'] = (host) => {
        const key = other.token<string>('Scope');
        if (call === 'provide') host.provide(key, 'a column');
        else host[call](key);
      };
      const builtIn = { stranger: () => definePlugin({ id: 'stranger', summary: 'A stranger.', apply }) };
      const { settings } = parseSettings('plugins:\n  stranger: {}\n', 'site.yaml');
      const make = () =>
        new Kernel({ settings, clock: new VirtualClock(), log: new FilteredLogger(() => {}), builtIn });
      expect(codeOf(make)).toEqual(told);
    },
  );
});

describe('what cannot be loaded is reported by its name', () => {
  test('an unknown one, with its place in the configuration', () => {
    const place = { file: 'instrument.yaml', line: 3, column: 3 };
    const error = (() => {
      try {
        return loadPlugin('fey', {}, path.join(folder, 'instrument.yaml'), place);
      } catch (reason) {
        return reason as EucentricError;
      }
    })();
    expect(error).toMatchObject({ code: 'plugin/not-found', message: 'Plugin fey was not found.', place });
  });

  test.each([
    ['of another shape', 'module.exports = { name: 1 };', /does not export a plugin/],
    ['without a summary', "module.exports = { id: 'x', apply() {} };", /does not export a plugin/],
    ['empty', '', /does not export a plugin/],
    ['null', 'module.exports = null;', /does not export a plugin/],
    ['failing', "throw new Error('no licence');", /no licence/],
    ['that lacks a package of its own', "require('a-package-that-nobody-has');", /a-package-that-nobody-has/],
    ['with a mistake in it', 'const x = ;', /Unexpected token/],
  ])('one %s', (name, text, message) => {
    const configuration = written(`broken-${name.replace(/\W/g, '-')}.js`, text);
    const error = codeOf(() => loadPlugin(`./broken-${name.replace(/\W/g, '-')}.js`, {}, configuration));
    expect(error.code).toBe('plugin/broken');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('./broken-');
  });

  test('a built-in one that calls itself otherwise', () => {
    expect(
      codeOf(() =>
        loadPlugin('fei', { fei: () => ({ default: { id: 'jeol', summary: 'Wrong.', apply: () => {} } }) }, undefined),
      ),
    ).toMatchObject({ code: 'plugin/broken', message: expect.stringContaining('calls itself jeol') as string });
  });
});

describe('the options of plugins', () => {
  const apply = jest.fn();
  const withOptions = definePlugin({
    id: 'optioned',
    summary: 'Takes options.',
    options: z.strictObject({
      wire: z.enum(['simulated', 'socket']).default('simulated').describe('The wire.'),
      port: z.number().int().optional().describe('The port.'),
    }),
    apply: (host) => void apply(host.options),
  }) as Plugin;
  const kernelOf = (
    yaml: string,
    builtIn: Readonly<Record<string, () => unknown>> = { optioned: () => ({ default: withOptions }) },
  ) =>
    new Kernel({
      settings: parseSettings(yaml, 'site.yaml').settings,
      clock: new VirtualClock(),
      log: new FilteredLogger(() => {}),
      builtIn,
    });

  beforeEach(() => apply.mockClear());

  test('arrive checked and with their defaults', () => {
    kernelOf('plugins:\n  optioned: { port: 5 }\n');
    expect(apply).toHaveBeenCalledWith({ wire: 'simulated', port: 5 });
  });

  test('that are wrong keep the plugin from being applied, and name the place and the nearest right name', () => {
    const error = (() => {
      try {
        return kernelOf('plugins:\n  optioned:\n    wier: socket\n');
      } catch (reason) {
        return reason as EucentricError;
      }
    })() as EucentricError;
    expect(error.message).toContain('wier');
    expect(error.hint).toContain('wire');
    expect(describePlace(error.place!)).toBe('site.yaml:3:5');
    expect(apply).not.toHaveBeenCalled();
  });

  test('all faults of all plugins come in one error', () => {
    const load = () => kernelOf('plugins:\n  optioned: { wire: rope }\n  nobody: {}\n  ./nowhere: {}\n');
    expect(codeOf(load)).toMatchObject({ code: 'plugin/several-failed' });
    for (const word of ['plugins.optioned.wire', 'nobody', './nowhere']) expect(codeOf(load).message).toContain(word);
  });
});
