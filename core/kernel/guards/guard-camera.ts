import { type CameraIndex, throwIfStopped } from '../../base';
import type { Camera, Cameras, Exposure, Frame } from '../../devices';
import { kernelErrors } from '../errors';
import type { Hooks } from '../hooks';
import { blankerTiming, exposeWithBlanker } from './blanker-during-exposure';
import type { Guarding } from './guarding';
import { checkExposure } from './limits';

/** A camera as everybody but its vendor sees it. */
export function guardCamera(camera: Camera, guarding: Guarding): Camera {
  const { hooks, limits, watch } = guarding;
  const { traits } = camera;
  const check = async (exposure: Exposure): Promise<void> => {
    checkExposure(exposure, traits, limits);
    await guarding.dose?.check(exposure, traits.index);
  };
  const inClearBeam = async <Result>(
    signal: AbortSignal | undefined,
    expose: () => Promise<Result>,
  ): Promise<Result> => {
    const close = await guarding.beamPath?.clear(traits, signal);
    try {
      return await expose();
    } finally {
      await close?.();
    }
  };
  return {
    traits,
    fit: (wanted) => camera.fit(wanted),
    acquire: async (exposure, signal): Promise<Frame> => {
      if (signal) throwIfStopped(signal);
      const changed = await hooks.willAcquire.promise(exposure, traits.index);
      await check(changed);
      const frame = await inClearBeam(signal, async () => {
        watch(`acquire camera ${traits.index}`);
        const timing = blankerTiming(changed, traits, guarding.blanker?.timed() !== undefined);
        if (!timing) return camera.acquire(changed, signal);
        if (!guarding.blanker) throw kernelErrors.noTimedBlanker();
        return exposeWithBlanker(timing, guarding.blanker, () => camera.acquire(changed, signal));
      });
      // What was asked of the blanker decides, whether or not the camera repeats it.
      guarding.dose?.remember(
        { ...frame, exposure: { ...frame.exposure, ...(changed.blanker && { blanker: changed.blanker }) } },
        traits.deadTime,
      );
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
        await check(changed);
        await inClearBeam(signal, async () => {
          watch(`watch camera ${traits.index}`);
          await camera.watch!(changed, show, signal);
        });
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
    initial?: CameraIndex,
    /** Says why the list lacks a camera. */
    private readonly whyNot: (index: CameraIndex) => string = () => 'it is not there',
  ) {
    const first = all.find((camera) => camera.traits.index === initial) ?? all[0];
    if (!first) throw new Error('A list of cameras needs at least one.');
    this.chosen = first;
  }

  get selected(): Camera {
    return this.chosen;
  }

  async select(index: CameraIndex, signal?: AbortSignal): Promise<void> {
    const wanted = this.all.find((camera) => camera.traits.index === index);
    if (!wanted)
      throw kernelErrors.noSuchCamera(
        index,
        this.whyNot(index),
        this.all.map(({ traits }) => `${traits.index} (${traits.name})`),
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
