import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, EucentricError, type ErrorContents } from '../../base';
import { backupName, readWhole, tryWriting, writeWhole } from './atomic-write';
import { whileLocked } from './file-lock';
import { maxFileBytes } from '../serialem';

/** Remarks on a save that went well on the whole. */
export interface WriteReport {
  readonly remarks: readonly string[];
}

/** A file that this program reads once and writes now and then, while other programs may write it too. */
export class FileOnDisk {
  private known: string | undefined;
  private last: Uint8Array | undefined;
  private backedUp = false;
  private refusal?: ErrorContents;

  /** @param protection gives the reason why what is there must not be written over at all */
  constructor(
    readonly path: string,
    private readonly protection: (present: Uint8Array) => ErrorContents | undefined = () => undefined,
  ) {}

  /** Reads the file; `undefined` if there is none. Throws `store/too-large` or `store/read-failed`. */
  async read(): Promise<Buffer | undefined> {
    const bytes = await readWhole(this.path);
    this.known = digest(bytes);
    this.last = bytes;
    return bytes;
  }

  /** The bytes that were read or written last; undefined when there was no file. */
  get lastBytes(): Uint8Array | undefined {
    return this.last;
  }

  /** Remembers that the content could not be understood, so that it is not written over by accident. */
  refuse(fault: ErrorContents): void {
    this.refusal = fault;
  }

  /**
   * Writes the file whole or not at all; before the first time the file that is there becomes the .bak file.
   * Throws `store/changed-on-disk` or `store/unread-on-disk` unless the caller passes `overwrite`, or `store/write-failed`.
   */
  async write(bytes: Uint8Array, overwrite = false): Promise<WriteReport> {
    return this.locked(async () => this.put(bytes, await this.present(overwrite)));
  }

  /**
   * Writes what becomes of the file that another program has changed; the other one becomes the .bak file. Where nobody
   * has changed it, `join` is not asked. Throws as `write` does.
   */
  async writeJoined(bytes: () => Uint8Array, join: (present: Uint8Array) => void): Promise<WriteReport> {
    return this.locked(async () => {
      if (this.refusal) throw this.notRead(this.refusal);
      const present = await this.present(true);
      if (present && this.isUnexpected(present)) join(present);
      return this.put(bytes(), present);
    });
  }

  /** Throws what would keep `write` from succeeding now. Nothing stays on the disk. */
  async check(bytes: Uint8Array, overwrite = false): Promise<void> {
    await this.present(overwrite);
    await tryWriting(this.path, bytes);
  }

  private async locked<Result>(work: () => Promise<Result>): Promise<Result> {
    await mkdir(dirname(this.path), { recursive: true }).catch(() => undefined);
    return whileLocked(this.path, work);
  }

  private async put(bytes: Uint8Array, present: Buffer | undefined): Promise<WriteReport> {
    const remarks: string[] = [];
    if (present && Buffer.compare(present, bytes) !== 0) {
      const remark = await this.backUp(present);
      if (remark) remarks.push(remark);
    }
    await writeWhole(this.path, bytes);
    this.known = digest(bytes);
    this.last = bytes;
    delete this.refusal;
    return { remarks };
  }

  private isUnexpected(present: Uint8Array): boolean {
    return digest(present) !== this.known;
  }

  private async present(overwrite: boolean): Promise<Buffer | undefined> {
    if (this.refusal && !overwrite) throw this.notRead(this.refusal);
    const present = await readWhole(this.path, 8 * maxFileBytes);
    const forbidden = present && this.protection(present);
    if (forbidden) throw new EucentricError(forbidden);
    if (present && this.isUnexpected(present) && !overwrite) throw this.changed();
    return present;
  }

  private async backUp(present: Uint8Array): Promise<string | undefined> {
    // What another program has written is kept as well.
    if (this.backedUp && !this.isUnexpected(present)) return undefined;
    try {
      await writeWhole(backupName(this.path), present);
      this.backedUp = true;
      return undefined;
    } catch (error) {
      return `The backup could not be made: ${describe(error)}`;
    }
  }

  private changed(): EucentricError {
    return new EucentricError({
      code: 'store/changed-on-disk',
      message: `${this.path} was changed by another program since it was read. Nothing was written.`,
      hint: savingAgain,
    });
  }

  private notRead(refusal: ErrorContents): EucentricError {
    return new EucentricError({
      code: 'store/unread-on-disk',
      message: `${this.path} could not be read, so saving would replace what is in it. ${refusal.message}`,
      hint: 'Repair it or move it away, or choose Save Calibrations to overwrite it (it is kept as .bak then) or to save in another file; on the command line, --if-changed says which.',
    });
  }
}

const savingAgain =
  'Choose Save Calibrations to merge the two, to overwrite the other one (it is kept as .bak then), or to save in another file; on the command line, --if-changed says which. "calibrations diff" compares the two.';

const digest = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && createHash('sha256').update(bytes).digest('hex');
