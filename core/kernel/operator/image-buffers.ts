import { type ImageShiftUnits, type MagIndex, type Metres, type Vector, service } from '../../base';
import type { Frame, StagePosition } from '../../devices';
import type { HighDefocusOfImage } from '../../optics';
import type { Conditions } from '../../store';
import type { LowDoseAreaName } from '../low-dose';

/** Something that was found in an image, for drawing it over the image and telling it beside. Lengths are in raster pixels of the image, Y down. */
export interface ImageDrawing {
  /** Ellipses with their centres; the direction of the long half axis is in degrees counter-clockwise from X. */
  readonly outlines: readonly ImageOutline[];
  /** Numbers beside it, in the order in which people want them. */
  readonly numbers: readonly { readonly label: string; readonly text: string }[];
  /** Reason for which it cannot be used as it is, in one sentence. */
  readonly trouble?: string;
}

/** An ellipse in an image. */
interface ImageOutline {
  readonly x: number;
  readonly y: number;
  readonly long: number;
  readonly short: number;
  readonly direction: number;
}

/** State of the microscope when an image was taken. */
export interface ImageContext {
  readonly magIndex: MagIndex;
  readonly magnification: number;
  /** Of one pixel of this image, binning and the change by a high defocus included; undefined when nothing is known about it. */
  readonly pixelSize?: Metres;
  /** Changes by the high defocus of the area of Low Dose in which it was taken, as far as they are calibrated. */
  readonly highDefocus?: HighDefocusOfImage;
  readonly netImageShift?: Vector<ImageShiftUnits>;
  readonly stage?: StagePosition;
  readonly title?: string;
  /** Share of its pixels that the camera has cut off at its highest count; undefined where none are. */
  readonly saturated?: number;
  /** The parameter set that it was taken with, where it was taken with one. */
  readonly parameterSet?: string;
  /** The area of Low Dose in which it was taken; undefined outside of Low Dose. */
  readonly lowDoseArea?: LowDoseAreaName;
  /** Micrometres that this area had added to the defocus; undefined where it adds none. */
  readonly lowDoseDefocusOffset?: number;
  /** Settings of the column when it was taken, where they were read. */
  readonly conditions?: Conditions;
  readonly takenAt?: Date;
  /** True for an image of a live view, whose place the next one takes. */
  readonly live?: boolean;
  /** True once the image was saved in a file. */
  readonly saved?: boolean;
  /** Kind of the image; without it, an image from a camera. */
  readonly kind?: ImageKind;
  /** The counts to be shown black and white, where they are not to be chosen from the image. */
  readonly contrast?: { readonly black: number; readonly white: number };
  /** A point to be shown marked, in raster pixels of this image. */
  readonly marker?: { readonly x: number; readonly y: number };
  /** Something that was found in it. */
  readonly drawing?: ImageDrawing;
  /** Points to be shown, such as the peaks of an autocorrelation, in raster pixels of this image. */
  readonly points?: readonly { readonly x: number; readonly y: number }[];
}

/** Kinds of images that do not come from a camera. */
export type ImageKind =
  | 'acquired'
  | 'read from file'
  | 'montage centre'
  | 'montage overview'
  | 'autocorrelation of overview'
  | 'processed'
  | 'Fourier transform';

/** An image in one of the buffers A, B, C... */
export interface BufferedImage {
  readonly buffer: string;
  readonly frame: Frame;
  readonly context: ImageContext;
  /** Shift that aligns it with its predecessor, in binned pixels, X right and Y up. */
  readonly alignment: Vector;
}

/** The image buffers: a new image goes into A and the older ones roll on to B, C... */
export interface ImageBuffers {
  /** Puts an image into A; at least `roll` older ones are kept rolling. */
  add(frame: Frame, context: ImageContext, roll?: number): BufferedImage;
  /** Puts an image into A in place of the one that is there; no buffer rolls. */
  replace(frame: Frame, context: ImageContext): BufferedImage;
  /** Puts an image into a buffer in place of the one that is there; no buffer rolls. Throws `buffers/no-such-buffer`. */
  put(buffer: string, frame: Frame, context: ImageContext): BufferedImage;
  get(buffer: string): BufferedImage | undefined;
  all(): readonly BufferedImage[];
  /** Notes the shift that aligns the image in a buffer; for display only. */
  align(buffer: string, shift: Vector): void;
  /** Copies an image with all that is known of it. Nothing happens where there is no such buffer. */
  copy(from: string, to: string): void;
  /** Notes that the image in a buffer was saved, wherever else it stands, too. */
  markSaved(buffer: string): void;
  /** Number of buffers that roll, not counting A, outside of runs. */
  rollCount: number;
  /** Calls after every change of any buffer; what it returns ends that. */
  onChange(listen: () => void): () => void;
}
/** The letters of the image buffers, in their order. */
export const bufferNames: readonly string[] = 'ABCDEFGHIJKLMNOPQRSTUV'.split('');
/** The token of the image buffers. */
export const ImageBuffers = service<ImageBuffers>('ImageBuffers');
