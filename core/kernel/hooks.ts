import { AsyncSeriesHook, AsyncSeriesWaterfallHook } from 'tapable';
import { type CameraIndex, EucentricError, type ImageShiftUnits, type MagIndex, type Vector, describe } from '../base';
import type { Exposure, Frame, StageMove, StagePosition } from '../devices';
import type { CalibrationResult } from '../store';

/** End of a run. */
export type Outcome = 'done' | 'stopped' | 'failed';

/**
 * Every place where a plugin can step in, on one screen. `will...` is called before: a tap may wait, change the value it is given
 * (where one is returned) or refuse by throwing. `did...` only tells. Taps run in the order in which the plugins are listed.
 *
 * | hook | given | returns | called by, when |
 * | --- | --- | --- | --- |
 * | willRun | item id | - | runner, before a menu item starts; throwing refuses the run |
 * | didRun | item id, outcome | - | runner, after everything is restored |
 * | willStore | result | - | runner, before a result is stored; throwing refuses it |
 * | didStore | result | - | runner, after a result is stored |
 * | willChangeMagnification | from, to (mag index) | - | guarded scope, before the change is sent |
 * | didChangeMagnification | from, to (mag index) | - | guarded scope, after it |
 * | didChangeSpot | from, to (spot size) | - | guarded scope |
 * | didChangeProbeMode | from, to | - | guarded scope |
 * | didChangeAlpha | from, to (alpha from 0) | - | guarded scope |
 * | willSelectCamera | from, to (camera) | - | cameras, before another one is selected; throwing refuses it |
 * | didSelectCamera | from, to (camera) | - | cameras, after it |
 * | imageShiftOffset | offset so far, mag index | offset | net image shift, at each reading and writing: offsets that the operator does not see |
 * | willShiftImage | mag index | - | net image shift, before a new value is worked out and sent: what it rests on can be checked |
 * | willMoveStage | move, position | move | guarded stage, after the limits were checked and before it is sent; the result is checked again |
 * | didMoveStage | position | - | guarded stage |
 * | willAcquire | exposure, camera | exposure | guarded camera |
 * | didAcquire | frame | - | guarded camera |
 * | willDispose | - | - | kernel, before connections are closed |
 */
export function createHooks() {
  return Object.freeze({
    willRun: new AsyncSeriesHook<[item: string]>(['item'], 'willRun'),
    didRun: new AsyncSeriesHook<[item: string, outcome: Outcome]>(['item', 'outcome'], 'didRun'),
    willStore: new AsyncSeriesHook<[result: CalibrationResult]>(['result'], 'willStore'),
    didStore: new AsyncSeriesHook<[result: CalibrationResult]>(['result'], 'didStore'),
    willChangeMagnification: new AsyncSeriesHook<[from: MagIndex, to: MagIndex]>(
      ['from', 'to'],
      'willChangeMagnification',
    ),
    didChangeMagnification: new AsyncSeriesHook<[from: MagIndex, to: MagIndex]>(
      ['from', 'to'],
      'didChangeMagnification',
    ),
    didChangeSpot: new AsyncSeriesHook<[from: number, to: number]>(['from', 'to'], 'didChangeSpot'),
    didChangeProbeMode: new AsyncSeriesHook<[from: string, to: string]>(['from', 'to'], 'didChangeProbeMode'),
    didChangeAlpha: new AsyncSeriesHook<[from: number, to: number]>(['from', 'to'], 'didChangeAlpha'),
    willSelectCamera: new AsyncSeriesHook<[from: CameraIndex, to: CameraIndex]>(['from', 'to'], 'willSelectCamera'),
    didSelectCamera: new AsyncSeriesHook<[from: CameraIndex, to: CameraIndex]>(['from', 'to'], 'didSelectCamera'),
    imageShiftOffset: new AsyncSeriesWaterfallHook<[offset: Vector<ImageShiftUnits>, magIndex: MagIndex]>(
      ['offset', 'magIndex'],
      'imageShiftOffset',
    ),
    willShiftImage: new AsyncSeriesHook<[magIndex: MagIndex]>(['magIndex'], 'willShiftImage'),
    willMoveStage: new AsyncSeriesWaterfallHook<[move: StageMove, position: StagePosition]>(
      ['move', 'position'],
      'willMoveStage',
    ),
    didMoveStage: new AsyncSeriesHook<[position: StagePosition]>(['position'], 'didMoveStage'),
    willAcquire: new AsyncSeriesWaterfallHook<[exposure: Exposure, camera: CameraIndex]>(
      ['exposure', 'camera'],
      'willAcquire',
    ),
    didAcquire: new AsyncSeriesHook<[frame: Frame]>(['frame'], 'didAcquire'),
    willDispose: new AsyncSeriesHook<[]>([], 'willDispose'),
  });
}

/** The hooks as the kernel calls them. */
export type Hooks = ReturnType<typeof createHooks>;
/** The name of a hook. */
export type HookName = keyof Hooks;

type Arguments<Hook> =
  Hook extends AsyncSeriesWaterfallHook<infer T> ? T : Hook extends AsyncSeriesHook<infer T> ? T : never;
type Answer<Hook> =
  Hook extends AsyncSeriesWaterfallHook<infer T> ? (T extends [infer First, ...unknown[]] ? First : never) : void;

/** The side of a hook that a plugin sees: it can tap, not call. */
export interface Tappable<Name extends HookName> {
  tap(
    listen: (...given: Arguments<Hooks[Name]> & unknown[]) => Answer<Hooks[Name]> | Promise<Answer<Hooks[Name]>>,
  ): void;
}
/** All hooks, tapping side only. */
export type TappableHooks = { readonly [Name in HookName]: Tappable<Name> };

/** The tapping side of the hooks for one plugin; a tap that fails is reported with the plugin and the hook. */
export function tappingSide(hooks: Hooks, plugin: string): TappableHooks {
  const sides = Object.entries(hooks).map(([name, hook]) => {
    const tap = (listen: (...given: unknown[]) => unknown): void => {
      const attributed = async (...given: unknown[]): Promise<unknown> => {
        try {
          return await listen(...given);
        } catch (error) {
          if (error instanceof EucentricError) throw attribute(error, plugin, name);
          throw new EucentricError({
            code: 'plugin/tap-failed',
            message: `Plugin ${plugin} failed in hook ${name}: ${describe(error)}`,
            hint: `Switch the plugin ${plugin} off in the configuration if this persists, and report it to its author.`,
            cause: error,
          });
        }
      };
      // tapPromise only: tapable does not wait for an async function given to tap.
      (hook as AsyncSeriesHook<unknown[]>).tapPromise(plugin, attributed as (...given: unknown[]) => Promise<void>);
    };
    return [name, Object.freeze({ tap })] as const;
  });
  return Object.freeze(Object.fromEntries(sides)) as unknown as TappableHooks;
}

const attribute = (error: EucentricError, plugin: string, hook: string): EucentricError =>
  new EucentricError({
    ...error,
    code: error.code,
    hint: error.hint,
    message: `${error.message} (plugin ${plugin}, hook ${hook})`,
    cause: error,
  });
