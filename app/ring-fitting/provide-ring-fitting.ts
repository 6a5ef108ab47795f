import type { Kernel } from '../../core/kernel';
import { RingFitting } from '../../core/tuning';
import { RingThread } from './ring-thread';

/** Provides the fits of Thon rings, on a thread that ends with the program. */
export function provideRingFitting(kernel: Kernel): void {
  const thread = new RingThread();
  kernel.provide(RingFitting, thread);
  kernel.hooks.willDispose.tapPromise('ring-fitting', () => thread.dispose());
}
