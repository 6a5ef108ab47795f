import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFrameStack } from './frame-file';
import { errorNumbers } from './acquisition';
import { savingFlags } from '../frames';
import type { Picture } from '../picture-source';
import { rotateFlip } from '../rotate-flip';

const largestCount = 65535;
/** Of the number of frames to add up, the bits above these say how many frames to keep in memory. */
const sumBits = 0xffff;
/** Quarter turns of saved frames are clockwise here, those of images counter-clockwise. */
const imageTurns: readonly number[] = [0, 3, 2, 1, 4, 5, 6, 7];

/** Place and form of the files, as `SetupFileSaving` and its newer form tell them. */
export interface FrameSavingRequest {
  readonly folder: string;
  readonly name: string;
  readonly rotationFlip: number;
  readonly flags: number;
  readonly filePerImage: boolean;
  /** Angstroms. */
  readonly pixelSize: number;
  readonly grabAndSum: number;
}

/** The frames of a stand-in server: adds them up, saves them as MRC whatever the format asked for, and may return before it has them all. */
export class StandInFrames {
  /** Frames in the sum that was returned last. */
  taken = 0;
  private saving: FrameSavingRequest | undefined;
  private last: Promise<{ readonly saved: number; readonly error: number }> = Promise.resolve({ saved: 0, error: 0 });
  private sum: Promise<Picture | undefined> | undefined;

  /** Remembers where to save. @returns 0, or what is wrong with the place */
  async prepare(saving: FrameSavingRequest): Promise<number> {
    const { folder, name, flags, filePerImage } = saving;
    if ((flags & savingFlags.earlyReturn) > 0 && (flags & savingFlags.synchronous) > 0)
      return errorNumbers.earlyAndSynchronous;
    const top = filePerImage ? join(folder, '..') : folder;
    const found = await stat(top).catch(() => undefined);
    if (!found) return errorNumbers.noFolder;
    if (!found.isDirectory()) return errorNumbers.folderIsFile;
    if (filePerImage) {
      const made = await mkdir(folder).then(
        () => true,
        () => false,
      );
      if (!made) return errorNumbers.folderExists;
    } else if (await stat(fileOf(folder, name)).catch(() => undefined)) return errorNumbers.exists;
    this.saving = saving;
    return 0;
  }

  /** True when the next frames return before they were all taken, without a sum. */
  returnsNothing(save: boolean): boolean {
    const saving = save ? this.saving : undefined;
    return !!saving && (saving.flags & savingFlags.earlyReturn) > 0 && (saving.grabAndSum & sumBits) === 0;
  }

  /**
   * Takes the frames one after the other and gives their sum, or that of the first ones where the server is to return
   * early; undefined where it is to return before the first one.
   */
  async take(
    count: number,
    save: boolean,
    frame: (place: number, signal: AbortSignal) => Promise<Picture>,
    closing: AbortSignal,
  ): Promise<Picture | undefined> {
    const saving = save ? this.saving : undefined;
    const early =
      saving && (saving.flags & savingFlags.earlyReturn) > 0 ? Math.min(count, saving.grabAndSum & sumBits) : count;
    const kept: Picture[] = [];
    const sum = new FrameSum();
    const add = async (place: number): Promise<void> => {
      const picture = await frame(place, closing);
      sum.add(picture);
      // A K3 fills the memory in a minute when frames are kept that nobody wants.
      if (saving) kept.push(picture);
    };
    for (let place = 0; place < early; place++) await add(place);
    const first = early > 0 ? sum.picture() : undefined;
    this.taken = early;
    const rest = async (): Promise<void> => {
      for (let place = early; place < count; place++) await add(place);
    };
    const all = rest();
    this.sum =
      saving && (saving.flags & savingFlags.deferredSum) > 0
        ? all.then(
            () => sum.picture(),
            () => undefined,
          )
        : undefined;
    this.last = saving
      ? all.then(() => this.save(kept, saving)).catch(() => ({ saved: 0, error: errorNumbers.cannotWrite }))
      : all.then(
          () => ({ saved: 0, error: 0 }),
          () => ({ saved: 0, error: 0 }),
        );
    return first;
  }

  /** Result of the last saving, when it has ended. */
  result(): Promise<{ readonly saved: number; readonly error: number }> {
    return this.last;
  }

  /** The sum of all frames, once. */
  async deferredSum(): Promise<Picture | undefined> {
    const { sum } = this;
    this.sum = undefined;
    return sum;
  }

  private async save(
    frames: readonly Picture[],
    { folder, name, rotationFlip, pixelSize, filePerImage }: FrameSavingRequest,
  ): Promise<{ readonly saved: number; readonly error: number }> {
    const turned = frames.map((frame) => rotateFlip(frame, imageTurns[rotationFlip] ?? 0));
    if (!filePerImage) await writeFrameStack(fileOf(folder, name), turned, pixelSize);
    else
      for (const [at, frame] of turned.entries())
        await writeFrameStack(fileOf(folder, `${name}_${String(at + 1).padStart(3, '0')}`), [frame], pixelSize);
    return { saved: frames.length, error: 0 };
  }
}

const fileOf = (folder: string, name: string): string => join(folder, `${name}.mrc`);

class FrameSum {
  private sum: Picture | undefined;

  add(frame: Picture): void {
    const { width, height, data } = frame;
    this.sum ??= { width, height, data: new Uint16Array(width * height) };
    const total = this.sum.data;
    for (let at = 0; at < data.length; at++) total[at] = Math.min(largestCount, total[at]! + data[at]!);
  }

  /** The sum so far, as a picture of its own. */
  picture(): Picture {
    const { width, height, data } = this.sum!;
    return { width, height, data: data.slice() };
  }
}
