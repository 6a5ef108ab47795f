import { existsSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Logger, describe } from '../../core/base';
import { readIntoBuffer, saveBuffer } from '../../core/image-files';
import { type BufferedImage, bufferNames, type ImageBuffers } from '../../core/kernel';

/**
 * The buffers between one command and the next: a command line has no program that goes on and holds them. Each is an MRC file with its metadata
 * in a folder beside the calibrations.
 */
export class KeptBuffers {
  private readonly folder: string;
  private readonly known = new Map<string, Pick<BufferedImage, 'frame' | 'context'> | undefined>();

  constructor(
    directory: string,
    private readonly buffers: ImageBuffers,
  ) {
    this.folder = path.join(directory, 'buffers');
  }

  /** Puts the images of earlier commands into the buffers; one that cannot be read is left out, with a line in the log. */
  async load(log: Pick<Logger, 'warn'>): Promise<void> {
    for (const name of bufferNames) {
      const file = this.fileOf(name);
      if (!existsSync(file)) continue;
      try {
        const { context, frame, alignment } = await readIntoBuffer(this.buffers, file, 0, name);
        // An image from a camera is still one: only for this program was it read from a file.
        const { kind: _read, ...taken } = context;
        this.buffers.put(name, frame, taken);
        this.buffers.align(name, alignment);
        this.known.set(name, this.buffers.get(name));
      } catch (error) {
        log.warn(`Buffer ${name} is empty: ${describe(error)}`);
      }
    }
  }

  /** Writes the buffers that hold another image than before. */
  async keep(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    for (const name of bufferNames) {
      const held = this.buffers.get(name);
      const known = this.known.get(name);
      const isSame = held?.frame === known?.frame && held?.context.saved === known?.context.saved;
      if (isSame && (held?.alignment.x ?? 0) === 0 && (held?.alignment.y ?? 0) === 0) continue;
      const file = this.fileOf(name);
      rmSync(file, { force: true });
      rmSync(`${file}.mdoc`, { force: true });
      if (held) await saveBuffer(this.buffers, name, file);
      this.known.set(name, held);
    }
  }

  private fileOf(name: string): string {
    return path.join(this.folder, `${name}.mrc`);
  }
}
