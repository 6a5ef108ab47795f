import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, EucentricError, type ErrorContents } from '../base';
import { backupName, readWhole, tryWriting, writeWhole } from './atomic-write';
import { type CalibrationFile, maxFileBytes } from './serialem';

/** Remarks on a save that went well on the whole. */
export interface WriteReport {
  readonly remarks: readonly string[];
}

/** A file that this program reads once and writes now and then, while other programs may write it too. */
export class FileOnDisk {
  private known: string | undefined;
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
    return bytes;
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
    const present = await this.present(overwrite);
    const remarks: string[] = [];
    if (present && Buffer.compare(present, bytes) !== 0) {
      const remark = await this.backUp(present);
      if (remark) remarks.push(remark);
    }
    await mkdir(dirname(this.path), { recursive: true }).catch(() => undefined);
    await writeWhole(this.path, bytes);
    this.known = digest(bytes);
    delete this.refusal;
    return { remarks };
  }

  /** Throws what would keep `write` from succeeding now. Nothing stays on the disk. */
  async check(bytes: Uint8Array): Promise<void> {
    await this.present(false);
    await tryWriting(this.path, bytes);
  }

  private async present(overwrite: boolean): Promise<Buffer | undefined> {
    if (this.refusal && !overwrite) throw this.notRead(this.refusal);
    const present = await readWhole(this.path, 8 * maxFileBytes);
    const forbidden = present && this.protection(present);
    if (forbidden) throw new EucentricError(forbidden);
    const unexpected = present !== undefined && digest(present) !== this.known;
    if (unexpected && !overwrite) throw this.changed();
    return present;
  }

  private async backUp(present: Uint8Array): Promise<string | undefined> {
    if (this.backedUp) return undefined;
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
      hint: 'Compare the two (calibrations diff), then restart to take over the other one, or save again and choose to overwrite it.',
    });
  }

  private notRead(refusal: ErrorContents): EucentricError {
    return new EucentricError({
      code: 'store/unread-on-disk',
      message: `${this.path} could not be read, so saving would replace what is in it. ${refusal.message}`,
      hint: 'Repair it or move it away, or save again and choose to overwrite it; it is kept as .bak then.',
    });
  }
}

/** A file in memory and on disk. */
export interface StoredFile {
  readonly content: CalibrationFile;
  readonly disk: FileOnDisk;
  /** True when memory and disk differ. */
  changed: boolean;
  /** Number of times that it was written. */
  saves: number;
}

/** The three files of a store. */
export interface StoredFiles {
  readonly main: StoredFile;
  readonly shortTerm: StoredFile;
  readonly flyback: StoredFile;
}

const digest = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && createHash('sha256').update(bytes).digest('hex');
