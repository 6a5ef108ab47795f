import { type Metres, type Seconds, token } from '../../core/base';
import { type Cameras, Scope } from '../../core/devices';
import type { OpticalPlace } from '../../core/optics';
import type { Calibrations } from '../../core/store';
import { type Hooks, type PluginHost, type TappableHooks, defineItem, value } from '../../core/kernel';
import type { Settings } from '../../core/settings';

/** Mistakes that must not compile. `npm run types` fails here when one of them passes; none of them is ever run. */
const mistakes = {
  'an item that uses what it does not need': () =>
    defineItem({
      id: 'x/y',
      needs: { scope: Scope },
      forecast: 'nothing',
      // @ts-expect-error -- the calibrations are not among its needs
      run: async ({ calibrations }) => void calibrations,
    }),
  'an item that asks or reports what it does not declare': () =>
    defineItem({
      id: 'x/y',
      needs: { scope: Scope },
      questions: { rounds: { kind: 'number', integer: true, why: 'How often each image is repeated.' } },
      results: {
        rate: value.quantity('Rate.', { unit: 'counts per second' }),
        spots: value.table('Spots.', { spot: value.quantity('Spot size.') }, { optional: true }),
      },
      forecast: 'nothing',
      async run(_, run) {
        const rounds: number = await run.ask('rounds', { text: 'Rounds', default: 2 });
        // @ts-expect-error -- a question that is not declared
        await run.ask('round', { text: 'Rounds', default: 2 });
        // @ts-expect-error -- a default of another kind
        await run.ask('rounds', { text: 'Rounds', default: 'two' });
        // @ts-expect-error -- an answer of another kind
        const answer: string = await run.ask('rounds', { text: 'Rounds', default: 2 });
        // @ts-expect-error -- a value that is not declared
        run.report({ summary: answer, values: { rat: rounds } });
        // @ts-expect-error -- a value that is missing
        run.report({ summary: '', values: {} });
        // @ts-expect-error -- a column of another kind
        run.report({ summary: '', values: { rate: 1, spots: [{ spot: 'one' }] } });
        return run.report({ summary: '', values: { rate: rounds } });
      },
    }),
  'a value of another type under a token': (host: PluginHost) => {
    const Number = token<number>('Number');
    // @ts-expect-error -- a text is not a number
    host.provide(Number, 'one');
  },
  'a plain number in place of a unit': (scope: Scope, wait: (time: Seconds) => void) => {
    // @ts-expect-error -- metres, by name
    void scope.defocus.write(-1e-6);
    // @ts-expect-error -- metres are not seconds
    wait(1 as Metres);
  },
  'mag index and camera in the wrong order': (calibrations: Calibrations, place: OpticalPlace) => {
    // @ts-expect-error -- the mag index comes first
    void calibrations.imageShift.get(place.camera, place.magIndex);
  },
  'a mag index as a camera, or a plain number as either': async (scope: Scope, cameras: Cameras) => {
    // @ts-expect-error -- a mag index is not a camera
    void cameras.select(await scope.magIndex.read());
    // @ts-expect-error -- a camera is not a mag index
    void scope.magIndex.write(cameras.selected.traits.index);
    // @ts-expect-error -- a plain number is neither
    void scope.magIndex.write(22);
  },
  'a plugin that calls a hook': (hooks: TappableHooks) => {
    // @ts-expect-error -- the tapping side has no promise()
    void hooks.willRun.promise;
  },
  'a tap that answers with another type': (hooks: TappableHooks) => {
    // @ts-expect-error -- the tap must return an exposure
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
