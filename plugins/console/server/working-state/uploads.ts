import { largestFile } from '../../protocol';
import { consoleErrors } from '../errors';

interface Upload {
  readonly file: number;
  readonly name: string;
  readonly parts: Buffer[];
  size: number;
}

/** A file that a page has sent. */
export interface SentFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Files that pages send in parts, because a command is short; the last one of each browser. */
export class Uploads {
  private readonly byVisitor = new Map<number, Upload>();

  /** Takes the next part. Throws `console/file-incomplete` for one out of its turn, or `console/file-too-large`. */
  add(visitor: number, { file, name, at, content }: { file: number; name: string; at: number; content: string }): void {
    const present = this.byVisitor.get(visitor);
    const upload: Upload = at === 0 ? { file, name, parts: [], size: 0 } : present!;
    if (upload?.file !== file || upload.size !== at) throw consoleErrors.fileIncomplete();
    const part = Buffer.from(content, 'base64');
    if (upload.size + part.length > largestFile) {
      this.byVisitor.delete(visitor);
      throw consoleErrors.fileTooLarge(largestFile);
    }
    upload.parts.push(part);
    upload.size += part.length;
    this.byVisitor.set(visitor, upload);
  }

  /** The file as far as it has come. Throws `console/file-incomplete`. */
  get(visitor: number, file: number): SentFile {
    const upload = this.byVisitor.get(visitor);
    if (upload?.file !== file) throw consoleErrors.fileIncomplete();
    return { name: upload.name, bytes: Buffer.concat(upload.parts) };
  }

  /** Forgets the files of the browsers that have left. */
  keepOnly(visitors: ReadonlySet<number>): void {
    for (const visitor of this.byVisitor.keys()) if (!visitors.has(visitor)) this.byVisitor.delete(visitor);
  }
}
