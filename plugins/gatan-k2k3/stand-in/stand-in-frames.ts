import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type RequestOf, unpackText } from '../../../wires';
import { writeFrameStack } from './frame-file';
import { savingFlags } from '../frames';
import type { gatanFunctions } from '../protocol/functions';
import type { Picture } from '../picture-source';
import { rotateFlip } from '../rotate-flip';

/** Numbers of `GetLastError` and `GetFileSaveResult`. */
const failures = { cannotWrite: 8, noFolder: 13, folderIsFile: 14, exists: 16 } as const;
const largestCount = 65535;
/** Quarter turns of saved frames are clockwise here, those of images counter-clockwise. */
const imageTurns: readonly number[] = [0, 3, 2, 1, 4, 5, 6, 7];

type Saving = RequestOf<typeof gatanFunctions.SetupFileSaving2>;

/** The frames of a stand-in server: adds them up, saves them as MRC whatever the format asked for, and may return before it has them all. */
export class StandInFrames {
  /** True when the next exposure will be saved. */
  saves = false;
  /** Frames in the sum that was returned last. */
  taken = 0;
  private saving: Saving | undefined;
  private last: Promise<{ readonly saved: number; readonly error: number }> = Promise.resolve({ saved: 0, error: 0 });
  private sum: Promise<Picture | undefined> | undefined;

  /** Remembers where to save. @returns 0, or what is wrong with the place */
  async prepare(saving: Saving): Promise<number> {
    const [folder = '', name = ''] = unpackText(saving.array);
    const found = await stat(folder).catch(() => undefined);
    if (!found) return failures.noFolder;
    if (!found.isDirectory()) return failures.folderIsFile;
    if (await stat(this.fileOf(folder, name)).catch(() => undefined)) return failures.exists;
    this.saving = saving;
    return 0;
  }

  /** Takes the frames one after the other and gives their sum, or that of the first ones where the server is to return early. */
  async take(
    count: number,
    frame: (place: number, signal: AbortSignal) => Promise<Picture>,
    gone: AbortSignal,
  ): Promise<Picture> {
    const saving = this.saves ? this.saving : undefined;
    const early = saving && (saving.flags & savingFlags.earlyReturn) > 0 ? Math.min(count, saving.grabAndSum) : count;
    const kept: Picture[] = [];
    const sum = new FrameSum();
    const add = async (place: number, signal: AbortSignal): Promise<void> => {
      const picture = await frame(place, signal);
      sum.add(picture);
      // A K3 fills the memory in a minute when frames are kept that nobody wants.
      if (saving) kept.push(picture);
    };
    for (let place = 0; place < early; place++) await add(place, gone);
    const first = sum.picture();
    this.taken = early;
    // What goes on after the answer does not end with the connection.
    const rest = async (): Promise<void> => {
      for (let place = early; place < count; place++) await add(place, new AbortController().signal);
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
      ? all.then(() => this.save(kept, saving)).catch(() => ({ saved: 0, error: failures.cannotWrite }))
      : Promise.resolve({ saved: 0, error: 0 });
    this.saving = undefined;
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
    { array, rotationFlip, pixelSize }: Saving,
  ): Promise<{ readonly saved: number; readonly error: number }> {
    const [folder = '', name = ''] = unpackText(array);
    const turned = frames.map((frame) => rotateFlip(frame, imageTurns[rotationFlip] ?? 0));
    await writeFrameStack(this.fileOf(folder, name), turned, pixelSize);
    return { saved: frames.length, error: 0 };
  }

  private fileOf(folder: string, name: string): string {
    return join(folder, `${name}.mrc`);
  }
}

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
