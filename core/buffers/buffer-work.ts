import { type Vector, service } from '../base';
import type { SavedImage } from '../image-files';
import type { BufferedImage } from '../kernel';

/** Options of aligning the image in A with another one. */
export interface AlignOptions {
  /** The buffer of the other image; the one of the usual rule by default. */
  readonly buffer?: string;
  /** Only notes the shift in A; the column stays as it is. */
  readonly leaveColumn?: boolean;
  /** Keeps dark borders, which are left out of the comparison otherwise. */
  readonly keepBorders?: boolean;
  /** Leaves out what repeats across the images, such as a lattice; by default as the user setting ErasePeriodicPeaks says. */
  readonly erasePeriodic?: boolean;
  /** Largest shift on the specimen in micrometres. A larger one is refused. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** Shift that aligns the image in A with another one. */
export interface BufferAlignment {
  readonly buffer: string;
  /** Pixels of the image in A, X to the right and Y up: how far its detail has to move. */
  readonly shift: Vector;
  readonly standardError: Vector;
  /** The same in unbinned pixels. */
  readonly unbinned: Vector;
  /** Micrometres on the specimen; undefined where the pixel size is not known. */
  readonly onSpecimen?: Vector;
  /** Change that was made to image shift, in units; undefined where the column was left as it is. */
  readonly imageShiftChange?: Vector;
  readonly correlation: number;
}

/**
 * Work with the images in buffers as operators, the command line and scripts ask for it: the letters of the usual rules, copying, saving and reading
 * with metadata, and aligning. The images themselves, and what changes in them, are those of `ImageBuffers`.
 */
export interface BufferWork {
  /** The letter of the buffer with which A is aligned by the usual rule; it follows the number of buffers that roll, Low Dose and what is in A. */
  readonly alignmentBuffer: string;
  /** The letter of the buffer into which images are read from files. */
  readonly readingBuffer: string;
  /**
   * The unsaved Record image that would be lost if an image came into a buffer, or into A from the camera; undefined where there is none, or where the user
   * setting ProtectRecordImages is off.
   */
  atRisk(into?: string): BufferedImage | undefined;
  /** Throws `buffers/unsaved-record` where an image is at risk, unless it may be dropped. */
  protect(into: string | undefined, mayDrop?: boolean): void;
  /** Copies an image with all that is known of it. Throws `buffers/empty` or `buffers/no-such-buffer`. */
  copy(from: string, to: string): BufferedImage;
  /** Saves an image as MRC or TIFF, with its metadata beside it. Throws `buffers/empty`, or what `saveBuffer` throws. */
  save(buffer: string, file: string): Promise<SavedImage>;
  /** Reads an image from a file into the reading buffer or another one. Throws `image-file/unreadable`. */
  read(file: string, options?: { readonly section?: number; readonly buffer?: string }): Promise<BufferedImage>;
  /**
   * Measures the shift between A and another image, notes it in A, and moves the image by image shift through the guards so that it
   * stands as in the other one. Throws before anything moves where the shift is doubtful (`buffers/doubtful-alignment`), where the images cannot
   * be compared (`buffers/not-comparable`), or where it would be too far.
   */
  align(options?: AlignOptions): Promise<BufferAlignment>;
  /** Sets the shift of A to nothing, and takes the change of image shift back that the last alignment of it made. */
  clearAlignment(options?: { readonly leaveColumn?: boolean; readonly signal?: AbortSignal }): Promise<void>;
}
/** The token of the work with buffers. */
export const BufferWork = service<BufferWork>('BufferWork');
