import { type Clock, type Token, throwIfStopped } from '../../base';
import {
  AlphaSelector,
  type Camera,
  type Cameras,
  EftemMode,
  EnergyFilter,
  type Exposure,
  type Frame,
  FreeLensControl,
  IlluminatedArea,
  NeutralImageShift,
  type Readable,
  Scope,
  type Setting,
  Stage,
  type StageMove,
  Stem,
} from '../../devices';
import { kernelErrors } from '../errors';
import type { Hooks } from '../hooks';
import { finite, finitePair, inMagnificationTable, whole, within } from './checks';
import type { DoseLimit } from './dose-limit';
import { type DeviceLimits, ImageShiftLimit, checkDefocus, checkExposure, checkStageMove } from './limits';

/** Sees every call to a device before it is made, by name; throwing keeps the call from being made. */
export type DeviceWatcher = (call: string) => void;

/** What the dose rate on a camera depends on, by the names of the settings. */
const changesBeam: ReadonlySet<string> = new Set([
  'mag index',
  'beam shift',
  'spot size',
  'intensity',
  'illuminated area',
  'alpha',
  'probe mode',
  'EFTEM mode',
  'screen down',
  'beam blanked',
  'energy slit',
  'slit width',
  'energy loss',
]);
/** No column has more: what lies beyond is a slip of the pen. */
const maxAlphas = 15;

/** What the guards need of the kernel. */
export interface Guarding {
  readonly hooks: Hooks;
  readonly limits: DeviceLimits;
  readonly watch: DeviceWatcher;
  readonly clock: Clock;
  /** Is told when the beam changes, and asked before an exposure. */
  readonly dose?: DoseLimit;
}

const guardReading =
  <Value>(setting: Readable<Value>, watch: DeviceWatcher): Readable<Value>['read'] =>
  async (signal) => {
    watch(`read ${setting.name}`);
    return setting.read(signal);
  };

/** Wraps a setting so that each call is seen, checked and followed by what depends on it. */
function guardSetting<Value>(
  setting: Setting<Value>,
  { watch, dose }: Guarding,
  around: {
    check?: (value: Value) => unknown;
    before?: (from: Value, to: Value) => Promise<void>;
    after?: (from: Value, to: Value) => Promise<void>;
  } = {},
): Setting<Value> {
  return {
    name: setting.name,
    read: guardReading(setting, watch),
    write: async (value, signal) => {
      if (signal) throwIfStopped(signal);
      await around.check?.(value);
      const from = around.before || around.after ? await setting.read(signal) : value;
      await around.before?.(from, value);
      watch(`write ${setting.name}`);
      if (changesBeam.has(setting.name)) dose?.forget();
      await setting.write(value, signal);
      await around.after?.(from, value);
    },
  };
}

/** The column as everybody but its vendor sees it: limits are checked and the hooks are called around each change. */
export function guardScope(scope: Scope, guarding: Guarding): Scope {
  const { hooks, limits, watch } = guarding;
  const plain = <Value>(setting: Setting<Value>): Setting<Value> => guardSetting(setting, guarding);
  const shiftLimit = new ImageShiftLimit(limits, () => scope.magIndex.read());
  const imageShift = guardSetting(scope.imageShift, guarding, { check: (value) => shiftLimit.check(value) });
  return {
    traits: scope.traits,
    magIndex: guardSetting(scope.magIndex, guarding, {
      check: (index) => limits.magIndexes && inMagnificationTable(index, limits.magIndexes),
      before: (from, to) => hooks.willChangeMagnification.promise(from, to),
      after: (from, to) => hooks.didChangeMagnification.promise(from, to),
    }),
    imageShift: { ...imageShift, read: async (signal) => shiftLimit.remember(await imageShift.read(signal)) },
    beamShift: guardSetting(scope.beamShift, guarding, { check: (value) => finitePair('beam shift', value) }),
    defocus: guardSetting(scope.defocus, guarding, { check: (value) => checkDefocus(value, limits) }),
    absoluteFocus: guardSetting(scope.absoluteFocus, guarding, { check: (value) => finite('absolute focus', value) }),
    spotSize: guardSetting(scope.spotSize, guarding, {
      check: (spot) => whole('spot size', spot, 1, scope.traits.spotSizes),
      after: (from, to) => hooks.didChangeSpot.promise(from, to),
    }),
    intensity: guardSetting(scope.intensity, guarding, { check: (value) => within('intensity', value, 0, 1) }),
    probeMode: guardSetting(scope.probeMode, guarding, {
      after: (from, to) => hooks.didChangeProbeMode.promise(from, to),
    }),
    screenDown: plain(scope.screenDown),
    beamBlanked: plain(scope.beamBlanked),
    highTension: { name: scope.highTension.name, read: guardReading(scope.highTension, watch) },
    normalize: async (group, signal) => {
      if (signal) throwIfStopped(signal);
      watch(`normalize ${group}`);
      await scope.normalize(group, signal);
    },
    lastNormalized: () => scope.lastNormalized(),
  };
}

/** The stage as everybody but its vendor sees it: no target outside the limits is ever sent, not even on the way for backlash. */
export function guardStage(stage: Stage, guarding: Guarding): Stage {
  const { hooks, limits, watch } = guarding;
  const check = (move: StageMove): void => checkStageMove(move, limits);
  return {
    position: { name: stage.position.name, read: guardReading(stage.position, watch) },
    move: async (move, signal) => {
      if (signal) throwIfStopped(signal);
      check(move);
      const changed = await hooks.willMoveStage.promise(move, await stage.position.read(signal));
      check(changed);
      watch('move stage');
      await stage.move(changed, signal);
      await hooks.didMoveStage.promise(await stage.position.read(signal));
    },
    stop: async () => {
      watch('stop stage');
      return stage.stop();
    },
    lastMoved: () => stage.lastMoved(),
  };
}

/** What a plugin provides under a token, as everybody but that plugin sees it: the devices are watched and listen to STOP, all else is handed on. */
export function guardProvided(key: Token<unknown>, value: unknown, guarding: Guarding): unknown {
  const setting = <Value>(each: Setting<Value>): Setting<Value> => guardSetting(each, guarding);
  const { watch } = guarding;
  switch (key.symbol) {
    case Scope.symbol:
      return guardScope(value as Scope, guarding);
    case Stage.symbol:
      return guardStage(value as Stage, guarding);
    case AlphaSelector.symbol:
      return {
        alpha: guardSetting((value as AlphaSelector).alpha, guarding, {
          check: (alpha) => whole('alpha', alpha, 0, maxAlphas),
        }),
      } satisfies AlphaSelector;
    case IlluminatedArea.symbol:
      return {
        illuminatedArea: guardSetting((value as IlluminatedArea).illuminatedArea, guarding, {
          check: (area) => finite('illuminated area', area),
        }),
      } satisfies IlluminatedArea;
    case NeutralImageShift.symbol: {
      const { neutral } = value as NeutralImageShift;
      return { neutral: { name: neutral.name, read: guardReading(neutral, watch) } } satisfies NeutralImageShift;
    }
    case Stem.symbol:
      return { enabled: setting((value as Stem).enabled) } satisfies Stem;
    case EftemMode.symbol:
      return { on: setting((value as EftemMode).on) } satisfies EftemMode;
    case EnergyFilter.symbol: {
      const { limits, slitInserted, slitWidth, energyLoss } = value as EnergyFilter;
      return {
        limits,
        slitInserted: setting(slitInserted),
        slitWidth: guardSetting(slitWidth, guarding, {
          check: (width) => within('slit width in eV', width, ...limits.slitWidth),
        }),
        energyLoss: guardSetting(energyLoss, guarding, {
          check: (loss) => within('energy loss in eV', loss, ...limits.energyLoss),
        }),
      } satisfies EnergyFilter;
    }
    case FreeLensControl.symbol:
      return guardLenses(value as FreeLensControl, guarding);
    default:
      return value;
  }
}

function guardLenses(lenses: FreeLensControl, { watch }: Guarding): FreeLensControl {
  return {
    setLens: async (lens, value, signal) => {
      if (signal) throwIfStopped(signal);
      finite(`lens ${lens}`, value);
      watch(`set lens ${lens}`);
      await lenses.setLens(lens, value, signal);
    },
    release: async (lens, signal) => {
      if (signal) throwIfStopped(signal);
      watch(`release lens ${lens}`);
      await lenses.release(lens, signal);
    },
  };
}

/** A camera as everybody but its vendor sees it. */
export function guardCamera(camera: Camera, guarding: Guarding): Camera {
  const { hooks, limits, watch } = guarding;
  const { traits } = camera;
  const check = (exposure: Exposure): void => {
    checkExposure(exposure, traits, limits);
    guarding.dose?.check(exposure, traits.index);
  };
  return {
    traits,
    fit: (wanted) => camera.fit(wanted),
    acquire: async (exposure, signal): Promise<Frame> => {
      if (signal) throwIfStopped(signal);
      const changed = await hooks.willAcquire.promise(exposure, traits.index);
      check(changed);
      watch(`acquire camera ${traits.index}`);
      const frame = await camera.acquire(changed, signal);
      guarding.dose?.remember(frame);
      await hooks.didAcquire.promise(frame);
      return frame;
    },
    ...(camera.watch && {
      watch: async (
        exposure: Exposure,
        show: (frame: Frame) => void | Promise<void>,
        signal: AbortSignal,
      ): Promise<void> => {
        throwIfStopped(signal);
        const changed = await hooks.willAcquire.promise(exposure, traits.index);
        check(changed);
        watch(`watch camera ${traits.index}`);
        await camera.watch!(changed, show, signal);
      },
    }),
    ...(camera.deferredSum && {
      deferredSum: async (signal?: AbortSignal): Promise<Frame> => {
        if (signal) throwIfStopped(signal);
        watch(`fetch the deferred sum of camera ${traits.index}`);
        return camera.deferredSum!(signal);
      },
    }),
    stop: async () => {
      watch(`stop camera ${traits.index}`);
      return camera.stop();
    },
  };
}

/** All cameras of the instrument, with the one that is selected. */
export class CameraList implements Cameras {
  private chosen: Camera;

  constructor(
    readonly all: readonly Camera[],
    private readonly hooks: Pick<Hooks, 'willSelectCamera' | 'didSelectCamera'>,
    initial?: number,
  ) {
    const first = all.find((camera) => camera.traits.index === initial) ?? all[0];
    if (!first) throw new Error('A list of cameras needs at least one.');
    this.chosen = first;
  }

  get selected(): Camera {
    return this.chosen;
  }

  async select(index: number, signal?: AbortSignal): Promise<void> {
    const wanted = this.all.find((camera) => camera.traits.index === index);
    if (!wanted)
      throw kernelErrors.outOfRange(
        'camera',
        String(index),
        `one of ${this.all.map((camera) => camera.traits.index).join(', ')}`,
      );
    if (wanted === this.chosen) return;
    if (signal) throwIfStopped(signal);
    const from = this.chosen.traits.index;
    await this.hooks.willSelectCamera.promise(from, index);
    await this.chosen.stop();
    this.chosen = wanted;
    await this.hooks.didSelectCamera.promise(from, index);
  }
}
