import {
  CombinedError,
  EucentricError,
  FilteredLogger,
  VirtualClock,
  cameraIndex,
  service,
  token,
} from '../../../core/base';
import { type Camera, type CameraTraits, Cameras, Scope } from '../../../core/devices';
import { Kernel, type PluginHost, defineItem, definePlugin } from '../../../core/kernel';
import { parseSettings } from '../../../core/settings';

const Thing = service<{ readonly name: string }>('Thing');
const never = new AbortController().signal;

/** A kernel with plugins made of nothing but their `apply`. */
function kernelOf(plugins: Readonly<Record<string, (host: PluginHost) => void>>, more = '') {
  const yaml = `plugins:\n${Object.keys(plugins)
    .map((id) => `  ${id}: {}\n`)
    .join('')}${more}`;
  const builtIn = Object.fromEntries(
    Object.entries(plugins).map(([id, apply]) => [
      id,
      () => ({ default: definePlugin({ id, summary: `Is ${id}.`, apply }) }),
    ]),
  );
  return new Kernel({
    settings: parseSettings(yaml, 'site.yaml').settings,
    clock: new VirtualClock(),
    log: new FilteredLogger(() => {}),
    builtIn,
  });
}

const failureOf = async (doing: () => unknown): Promise<CombinedError> => {
  try {
    await doing();
  } catch (error) {
    return error as CombinedError;
  }
  throw new Error('It did not fail.');
};

const camera = (index: number): Camera => ({
  traits: { index, name: `camera ${index}`, binnings: [1], width: 10, height: 10 } as unknown as CameraTraits,
  fit: (wanted) => wanted,
  acquire: async () => Promise.reject(new Error('not here')),
  stop: async () => {},
});

const Item = defineItem({
  id: 'test/item',
  place: { menu: [], label: 'Item', summary: 'Does nothing.' },
  needs: {},
  forecast: 'nothing',
  run: async () => {},
});

test('a plugin that fails while it is applied is named, with what it said; an error that knows what to do is left as it is', async () => {
  const broken = await failureOf(() => kernelOf({ lab: () => (undefined as unknown as { x: () => void }).x() }));
  expect(broken).toMatchObject({
    code: 'plugin/broken',
    message: expect.stringMatching(/^Plugin lab .*undefined/) as string,
  });
  const told = new EucentricError({ code: 'lab/no-camera', message: 'There is none.', hint: 'Describe one.' });
  const refuse = (): void => {
    throw told;
  };
  expect(await failureOf(() => kernelOf({ lab: refuse }))).toBe(told);
});

describe('what two plugins claim', () => {
  test.each([
    ['a token', (host: PluginHost) => host.provide(Thing, { name: host.id }), 'Thing'],
    ['a camera number', (host: PluginHost) => host.provideCamera(camera(2)), 'camera 2'],
    ['a menu item', (host: PluginHost) => host.menuItem(Item), 'the menu item test/item'],
  ])('%s: the error names both, in either order', async (_, claim, what) => {
    for (const [first, second] of [
      ['left', 'right'],
      ['right', 'left'],
    ] as const) {
      const error = await failureOf(() => kernelOf({ [first]: claim, [second]: claim }));
      expect(error).toMatchObject({
        code: 'plugin/duplicate-claim',
        message: `Plugins ${first} and ${second} both provide ${what}.`,
      });
      expect(error.hint).not.toBe('');
    }
  });

  test('what the program itself provides is named as its own', async () => {
    const kernel = kernelOf({ left: (host) => host.provide(Thing, { name: 'left' }) });
    expect((await failureOf(() => kernel.provide(Thing, { name: 'own' }))).message).toBe(
      'Plugins left and eucentric both provide Thing.',
    );
  });

  test('what nobody provides is named with the one who needs it', async () => {
    const kernel = kernelOf({ hungry: (host) => host.connect('dinner', async () => void host.need(Thing)) });
    const error = await failureOf(() => kernel.connect(never));
    expect(error.message).toContain('Plugin hungry needs Thing, but no plugin that is switched on provides it.');
  });
});

describe('what no guard knows', () => {
  const unmarked = token<{ readonly name: string }>('Unmarked');
  test.each<[string, (host: PluginHost) => void, RegExp]>([
    ['says neither', (host) => host.provide(unmarked, { name: 'x' }), /device\(\.\.\.\).*service\(\.\.\.\)/],
    [
      'is said to be no device but holds a setting',
      (host) => host.provide(Thing, { name: 'x', turn: { read: async () => 1, write: async () => {} } } as never),
      /device\(\.\.\.\) instead of service/,
    ],
    ['is the list of cameras', (host) => host.provide(Cameras, {} as never), /provideCamera/],
  ])('a token that %s does not load', async (_, apply, hint) => {
    const error = await failureOf(() => kernelOf({ careless: apply }));
    expect(error).toMatchObject({
      code: 'kernel/unguarded',
      message: expect.stringMatching(/^Plugin careless provides /) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  test('nothing of a driver gets through a guard but what its contract names', () => {
    const kernel = kernelOf({
      column: (host) =>
        host.provide(Scope, {
          traits: { model: 'M' },
          wire: 'secret',
          magIndex: { read: async () => 1, write: async () => {} },
        } as never),
    });
    const scope = kernel.registry.get(Scope);
    expect(Object.keys(scope).sort()).toEqual(['magIndex', 'traits']);
    expect(scope.magIndex).toMatchObject({ name: 'mag index', traits: { label: 'Mag index', changesBeam: true } });
  });
});

describe('connecting', () => {
  test('reports all devices that could not be reached together, and closes those that were', async () => {
    const steps: string[] = [];
    const kernel = kernelOf({
      good: (host) => host.connect('the column', async () => () => void steps.push('column closed')),
      bad: (host) => host.connect('camera A', async () => Promise.reject(new Error('no route to host'))),
      worse: (host) =>
        host.connect('camera B', async () => {
          throw new EucentricError({ code: 'test/off', message: 'It is switched off.', hint: 'Switch it on.' });
        }),
    });
    const error = await failureOf(() => kernel.connect(never));
    expect(error.code).toBe('devices/not-connected');
    expect(error.message.split('\n')).toEqual([
      '2 devices could not be reached:',
      '  - bad: camera A: no route to host',
      '  - worse: camera B: It is switched off.',
    ]);
    expect(error.errors.map((each) => (each as EucentricError).code)).toEqual([
      'devices/connection-failed',
      'devices/connection-failed',
    ]);
    expect((error.errors[1] as EucentricError).hint).toBe('Switch it on.');
    expect(steps).toEqual(['column closed']);
  });

  test('goes one after the other within a plugin, side by side across plugins, and ends at the first failure of a plugin', async () => {
    const steps: string[] = [];
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const kernel = kernelOf({
      slow: (host) => {
        host.connect('first', async () => {
          await held;
          steps.push('slow first');
        });
        host.connect('second', async () => void steps.push('slow second'));
      },
      quick: (host) => {
        host.connect('first', async () => {
          steps.push('quick first');
          letGo();
        });
      },
    });
    await kernel.connect(never);
    expect(steps).toEqual(['quick first', 'slow first', 'slow second']);
  });

  test('closes last-in first-out, everything even if one fails, and once', async () => {
    const closed: string[] = [];
    const kernel = kernelOf({
      only: (host) => {
        host.defer(() => void closed.push('deferred'));
        host.connect('one', async () => () => void closed.push('one'));
        host.connect('two', async () => () => {
          closed.push('two');
          throw new Error('stuck');
        });
        host.connect('three', async () => () => void closed.push('three'));
      },
    });
    await kernel.connect(never);
    await expect(kernel.dispose()).rejects.toThrow(/1 of the things to be undone failed/);
    await kernel.dispose();
    expect(closed).toEqual(['three', 'two', 'one', 'deferred']);
  });
});

describe('the cameras', () => {
  const withCameras = (more = '') =>
    kernelOf({ left: (host) => host.provideCamera(camera(3)), right: (host) => host.provideCamera(camera(1)) }, more);

  test('are there in the order in which the plugins bring them, the first one selected', () => {
    const cameras = withCameras().registry.get(Cameras);
    expect(cameras.all.map(({ traits }) => traits.index)).toEqual([3, 1]);
    expect(cameras.selected.traits.index).toBe(3);
  });

  test('are nothing where nobody brings one', () => {
    expect(kernelOf({ none: () => {} }).registry.has(Cameras)).toBe(false);
  });

  test('change places by their number, and the one that is left is stopped', async () => {
    const stopped: number[] = [];
    const watched = (index: number): Camera => ({ ...camera(index), stop: async () => void stopped.push(index) });
    const { registry } = kernelOf({ only: (host) => [0, 5].forEach((index) => host.provideCamera(watched(index))) });
    const cameras = registry.get(Cameras);
    await cameras.select(cameraIndex(5));
    await cameras.select(cameraIndex(5));
    expect([cameras.selected.traits.index, stopped]).toEqual([5, [0]]);
    await expect(cameras.select(cameraIndex(2))).rejects.toMatchObject({
      code: 'kernel/no-such-camera',
      message: 'Camera 2 cannot be selected: no camera of the configuration has that number.',
      hint: expect.stringMatching(/can be selected are 0 \(.*\), 5 \(.*\)\./) as string,
    });
    expect(cameras.selected.traits.index).toBe(5);
  });
});
