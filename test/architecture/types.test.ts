import { type Metres, type Seconds, token } from '../../core/base';
import { Scope } from '../../core/devices';
import { Calibrations } from '../../core/store';
import { type Hooks, type MenuItem, type PluginHost, type TappableHooks, menuItem } from '../../core/kernel';
import type { Settings } from '../../core/settings';

/**
 * What must not compile. `npm run types` fails here when one of these mistakes passes; nothing of it is ever run.
 */
const mistakes = {
  'an item that takes its needs in another order': () => {
    // @ts-expect-error -- Scope comes first in needs
    @menuItem({ id: 'x/y', menu: [], label: 'X', summary: 'X.', needs: [Scope, Calibrations] })
    class Swapped implements MenuItem {
      constructor(
        readonly calibrations: Calibrations,
        readonly scope: Scope,
      ) {}
      async run(): Promise<void> {}
    }
    return Swapped;
  },
  'an item that takes more than it needs': () => {
    // @ts-expect-error -- nothing is there for the second parameter
    @menuItem({ id: 'x/y', menu: [], label: 'X', summary: 'X.', needs: [Scope] })
    class Greedy implements MenuItem {
      constructor(
        readonly scope: Scope,
        readonly calibrations: Calibrations,
      ) {}
      async run(): Promise<void> {}
    }
    return Greedy;
  },
  'a value of another type under a token': (host: PluginHost) => {
    const Number = token<number>('Number');
    // @ts-expect-error -- a text is no number
    host.provide(Number, 'one');
  },
  'a plain number where a unit is wanted': (scope: Scope, wait: (time: Seconds) => void) => {
    // @ts-expect-error -- metres, by name
    void scope.defocus.write(-1e-6);
    // @ts-expect-error -- metres are no seconds
    wait(1 as Metres);
  },
  'a plugin that calls a hook': (hooks: TappableHooks) => {
    // @ts-expect-error -- the tapping side has no promise()
    void hooks.willRun.promise;
  },
  'a tap that answers with another type': (hooks: TappableHooks) => {
    // @ts-expect-error -- an exposure is wanted back
    hooks.willAcquire.tap(() => 5);
  },
  'a hook that does not exist': (hooks: Hooks) => {
    // @ts-expect-error -- a misspelt hook
    void hooks.willRunn;
  },
  'a property that SerialEM does not have': (settings: Settings) => {
    // @ts-expect-error -- a misspelt property
    void settings.get('ImageShiftLimits');
  },
  'a change of what is only to be read': (settings: Settings, scope: Scope) => {
    // @ts-expect-error -- readonly
    settings.plugins = [];
    // @ts-expect-error -- high tension can be read, not written
    void scope.highTension.write;
  },
};

test.each(Object.keys(mistakes))('%s does not compile', (name) => {
  expect(mistakes[name as keyof typeof mistakes]).toBeInstanceOf(Function);
});
