import type { Vector } from '../../base';
import type { Frame } from '../../devices';
import { kernelErrors } from '../errors';
import { type BufferedImage, bufferNames, type ImageBuffers, type ImageContext } from './image-buffers';

/** Image buffers A to V in memory, which report each new image. */
export class RollingBuffers implements ImageBuffers {
  rollCount = 2;
  private readonly listeners = new Set<() => void>();
  private readonly held: (Omit<BufferedImage, 'buffer'> | undefined)[] = bufferNames.map(() => undefined);

  constructor(private readonly onAdd: (image: BufferedImage) => void = () => {}) {}

  add(frame: Frame, context: ImageContext, roll = 0): BufferedImage {
    // A live image is nobody's to keep: the next image takes its place.
    if (this.held[0]?.context.live) return this.replace(frame, context);
    const last = Math.min(bufferNames.length - 1, Math.max(this.rollCount, roll));
    for (let index = last; index > 0; index--) this.held[index] = this.held[index - 1];
    return this.replace(frame, context);
  }

  replace(frame: Frame, context: ImageContext): BufferedImage {
    return this.put('A', frame, context);
  }

  put(buffer: string, frame: Frame, context: ImageContext): BufferedImage {
    const index = bufferNames.indexOf(buffer);
    if (index < 0) throw kernelErrors.noSuchBuffer(buffer);
    this.held[index] = { frame, context, alignment: { x: 0, y: 0 } };
    const image = this.get(buffer)!;
    this.onAdd(image);
    this.changed();
    return image;
  }

  get(buffer: string): BufferedImage | undefined {
    const held = this.held[bufferNames.indexOf(buffer)];
    return held && { buffer, ...held };
  }

  all(): readonly BufferedImage[] {
    return bufferNames.flatMap((name) => this.get(name) ?? []);
  }

  align(buffer: string, alignment: Vector): void {
    const index = bufferNames.indexOf(buffer);
    const held = this.held[index];
    if (!held) return;
    this.held[index] = { ...held, alignment };
    this.changed();
  }

  copy(from: string, to: string): void {
    const target = bufferNames.indexOf(to);
    if (target < 0) return;
    this.held[target] = this.held[bufferNames.indexOf(from)];
    this.changed();
  }

  markSaved(buffer: string): void {
    const frame = this.get(buffer)?.frame;
    if (!frame) return;
    for (const [index, held] of this.held.entries())
      if (held?.frame === frame) this.held[index] = { ...held, context: { ...held.context, saved: true } };
    this.changed();
  }

  onChange(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  private changed(): void {
    for (const listen of this.listeners) listen();
  }
}
