import type { Clock, Logger } from '../../core/base';
import { LiveImage, LiveImages } from '../../core/acquisition';
import { Cameras, Scope } from '../../core/devices';
import { areaOfSet, ImageBuffers, type Kernel, LowDose, type Session, tappingSide } from '../../core/kernel';
import { ImageShiftControl, Optics, pixelSizeAt } from '../../core/optics';
import type { Settings } from '../../core/settings';
import type { HighDefocusNow } from './high-defocus-of-images';
import { lowDoseContext } from './low-dose-context';

/** Provides the live image on an instrument that has a column and cameras; it stops where a run needs the camera, and goes on after it. */
export function provideLiveImage(
  kernel: Kernel,
  find: Session['find'],
  { settings, clock, log, highDefocus }: { settings: Settings; clock: Clock; log: Logger; highDefocus: HighDefocusNow },
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
      const change = await highDefocus({ magIndex, camera });
      return {
        magIndex,
        magnification,
        ...(pixelSize && { pixelSize: pixelSizeAt(pixelSize.value, change) }),
        ...(change && { highDefocus: change }),
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
