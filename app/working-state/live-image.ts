import { type Clock, type Logger, metres } from '../../core/base';
import { LiveImage, LiveImages } from '../../core/acquisition';
import { Cameras, Scope } from '../../core/devices';
import { areaOfSet, ImageBuffers, type Kernel, LowDose, type Session, tappingSide } from '../../core/kernel';
import { ImageShiftControl, Optics } from '../../core/optics';
import type { Settings } from '../../core/settings';
import { lowDoseContext } from './low-dose-context';

/** Provides the live image on an instrument that has a column and cameras; it stops where a run needs the camera, and goes on after it. */
export function provideLiveImage(
  kernel: Kernel,
  find: Session['find'],
  { settings, clock, log }: { settings: Settings; clock: Clock; log: Logger },
): void {
  const { registry } = kernel;
  const [scope, cameras, optics, imageShift] = [find(Scope), find(Cameras), find(Optics), find(ImageShiftControl)];
  const buffers = find(ImageBuffers);
  if (!scope || !cameras || !optics || !imageShift || !buffers) {
    if (scope) registry.lackFor(Cameras, [LiveImage]);
    return;
  }
  const live = new LiveImages({
    cameras,
    settings,
    buffers,
    clock,
    warn: (text) => log.warn(text),
    prepare: async (name, signal) => {
      const lowDose = find(LowDose);
      if (lowDose?.on) await lowDose.goTo(areaOfSet(name), signal);
    },
    context: async (camera) => {
      const magIndex = await scope.magIndex.read();
      const { magnification, pixelSize } = optics.at({ magIndex, camera });
      return {
        magIndex,
        magnification,
        ...(pixelSize && { pixelSize: metres(pixelSize.value) }),
        netImageShift: await imageShift.readAt(magIndex),
        ...lowDoseContext(find(LowDose)),
      };
    },
  });
  kernel.provide(LiveImage, live);
  const taps = tappingSide(kernel.hooks, 'eucentric');
  const held = new Map<string, () => void>();
  taps.willRun.tap(async (id) => {
    // An item that may run beside others needs no camera.
    if (kernel.menu.find(id).declaration?.anytime) return;
    held.get(id)?.();
    held.set(id, await live.yieldCamera());
  });
  taps.didRun.tap((id, _outcome) => {
    held.get(id)?.();
    held.delete(id);
  });
  taps.willDispose.tap(() => live.stop());
}
