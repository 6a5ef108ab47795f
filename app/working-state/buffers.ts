import { BufferControl, BufferWork } from '../../core/buffers';
import { Scope } from '../../core/devices';
import { type ImageBuffers, type Kernel, LowDose, type Session } from '../../core/kernel';
import { ImageShiftControl, Optics } from '../../core/optics';
import type { UserSettings } from '../../core/user-settings';

/** Provides the work with buffers; the image shift of a column follows an alignment where there is one. */
export function provideBufferWork(
  kernel: Kernel,
  find: Session['find'],
  { buffers, userSettings }: { buffers: ImageBuffers; userSettings: UserSettings },
): void {
  const [scope, optics, imageShift] = [find(Scope), find(Optics), find(ImageShiftControl)];
  const column = scope && optics && imageShift && { scope, optics, imageShift };
  kernel.provide(
    BufferWork,
    new BufferControl({
      buffers,
      userSettings,
      lowDose: () => find(LowDose),
      ...(column && { column: { ...column, magIndex: (signal) => column.scope.magIndex.read(signal) } }),
    }),
  );
}
