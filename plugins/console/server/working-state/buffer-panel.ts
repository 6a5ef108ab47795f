import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { BufferWork } from '../../../../core/buffers';
import { bufferNames, type Session } from '../../../../core/kernel';
import { Calibrations } from '../../../../core/store';
import type { AlignedState, Answers } from '../../protocol';
import { consoleErrors } from '../errors';
import type { PlainActions } from '../plain-actions';
import type { SharedState } from '../shared-state';

const maxListed = 500;
const alignLimitMilliseconds = 180_000;

/** The work with the buffers: copying, aligning, and files in one folder on the computer of the program. */
export class BufferPanel {
  private readonly work: BufferWork | undefined;

  constructor(
    private readonly session: Pick<Session, 'find'>,
    private readonly state: SharedState,
    private readonly actions: PlainActions,
  ) {
    this.work = session.find(BufferWork);
    this.show();
  }

  /** Shows which buffers there are, and those of the usual rules. */
  show(): void {
    const { work, state } = this;
    state.set('bufferRules', {
      names: bufferNames,
      ...(work && { alignment: work.alignmentBuffer, reading: work.readingBuffer }),
    });
  }

  /** Throws `buffers/unsaved-record` where an image that comes into a buffer, or into A from the camera, drops one that its operator may want. */
  protect(into: string | undefined, drop = false): void {
    this.work?.protect(into, drop);
  }

  /** Copies an image with all that is known of it. Throws `buffers/empty`, `buffers/no-such-buffer` or `buffers/unsaved-record`. */
  copy(from: string, to: string, drop?: boolean): void {
    if (from !== to) this.protect(to, drop);
    this.required.copy(from, to);
  }

  /** Aligns the image in A with another one; the column follows on request. Throws what `BufferWork.align` throws. */
  async align(buffer: string | undefined, leaveColumn: boolean, who: string): Promise<AlignedState> {
    const work = this.required;
    const found = await this.actions.perform('Align A', alignLimitMilliseconds, (signal) =>
      work.align({ leaveColumn, signal, ...(buffer !== undefined && { buffer }) }),
    );
    const { x, y } = found.shift;
    const nanometres = found.onSpecimen && 1000 * Math.hypot(found.onSpecimen.x, found.onSpecimen.y);
    const moved = found.imageShiftChange ? ', image shift followed' : '';
    this.state.log(
      'said',
      `A was aligned with ${found.buffer}: ${x.toFixed(1)}, ${y.toFixed(1)} pixels${moved}, by ${who}.`,
    );
    return {
      buffer: found.buffer,
      shift: { x, y },
      moved: found.imageShiftChange !== undefined,
      correlation: found.correlation,
      ...(nanometres !== undefined && { nanometres }),
    };
  }

  /** Takes the last alignment of A back. */
  async clear(leaveColumn: boolean): Promise<void> {
    const work = this.required;
    await this.actions.perform('Clear alignment', alignLimitMilliseconds, (signal) =>
      work.clearAlignment({ leaveColumn, signal }),
    );
  }

  /** The folder, and the names of the images in it. */
  list(): Answers['image-files'] {
    const { folder } = this;
    const files = existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /\.(mrc|st|map|tiff?)$/i.test(name))
          .sort()
          .slice(0, maxListed)
      : [];
    return { folder, files };
  }

  /** Saves the image in a buffer, with what is known of it beside it. Throws what `BufferWork.save` throws. */
  async save(buffer: string, file: string, who: string): Promise<Answers['save-buffer']> {
    const { folder } = this;
    await mkdir(folder, { recursive: true });
    const saved = await this.required.save(buffer, path.join(folder, file));
    this.state.log('said', `${buffer} was saved as section ${saved.section} of ${saved.path}, by ${who}.`);
    return saved;
  }

  /** Reads an image into the buffer for that; returns its letter. Throws what `BufferWork.read` throws. */
  async read(file: string, section: number, drop?: boolean): Promise<string> {
    this.protect(this.required.readingBuffer, drop);
    return (await this.required.read(path.join(this.folder, file), { section })).buffer;
  }

  private get required(): BufferWork {
    if (!this.work) throw consoleErrors.noCamera();
    return this.work;
  }

  private get folder(): string {
    const calibrations = this.session.find(Calibrations);
    if (!calibrations) throw consoleErrors.noCamera();
    return path.join(path.dirname(calibrations.path), 'images');
  }
}
