import {
  type ImageShiftUnits,
  type MagIndex,
  type Vector,
  apply,
  inMicrometres,
  inverse,
  length,
  scale,
  subtract,
} from '../base';
import { readIntoBuffer, type SavedImage, saveBuffer } from '../image-files';
import { type BufferedImage, bufferNames, type ImageBuffers, type LowDose } from '../kernel';
import { atHighDefocus, type ImageShiftControl, type Optics } from '../optics';
import type { UserSettings } from '../user-settings';
import type { AlignOptions, BufferAlignment, BufferWork } from './buffer-work';
import { measureShift } from './comparison';
import { bufferErrors } from './errors';
import { unsavedLoss } from './unsaved-images';

/** Dependencies of the work with buffers. */
export interface BufferParts {
  readonly buffers: ImageBuffers;
  readonly userSettings: UserSettings;
  readonly lowDose: () => Pick<LowDose, 'on'> | undefined;
  /** The column whose image shift follows an alignment; undefined on an instrument without one. */
  readonly column?: {
    readonly magIndex: (signal?: AbortSignal) => Promise<MagIndex>;
    readonly optics: Pick<Optics, 'at' | 'canTransferImageShift' | 'transferImageShift'>;
    readonly imageShift: Pick<ImageShiftControl, 'net' | 'write'>;
  };
}

/** The image in A that was aligned last, and the change of image shift that came of it, at the magnification at which it was made. */
interface Aligned {
  readonly image: BufferedImage['frame'];
  readonly change: Vector<ImageShiftUnits>;
  readonly magIndex: MagIndex;
}

/** Parameter sets whose images are of the place of interest in Low Dose. */
const setsOfRecord = ['Record', 'Preview'];

/** The work with the buffers of the program. */
export class BufferControl implements BufferWork {
  private aligned: Aligned | undefined;

  constructor(private readonly parts: BufferParts) {
    const { buffers, userSettings } = parts;
    const roll = (): void => {
      buffers.rollCount = userSettings.get('BuffersToRollOnAcquire');
    };
    roll();
    userSettings.onChange(roll);
  }

  get alignmentBuffer(): string {
    const { buffers, lowDose } = this.parts;
    const inA = buffers.get('A')?.context;
    const isCaptured = inA !== undefined && (inA.kind ?? 'acquired') === 'acquired';
    const isBeside = lowDose()?.on && isCaptured && !setsOfRecord.includes(inA.parameterSet ?? '');
    return letter(buffers.rollCount + (isBeside ? 2 : 1));
  }

  get readingBuffer(): string {
    const { buffers, userSettings, lowDose } = this.parts;
    const chosen = userSettings.get('BufferToReadInto');
    // In Low Dose one buffer more is in use for aligning, and the one after it takes its place.
    return letter(lowDose()?.on && chosen === buffers.rollCount + 2 ? chosen + 1 : chosen);
  }

  atRisk(into?: string): BufferedImage | undefined {
    const { buffers, userSettings } = this.parts;
    return userSettings.get('ProtectRecordImages') ? unsavedLoss(buffers, into) : undefined;
  }

  protect(into: string | undefined, mayDrop = false): void {
    const lost = mayDrop ? undefined : this.atRisk(into);
    if (lost) throw bufferErrors.unsavedRecord(lost.buffer);
  }

  copy(from: string, to: string): BufferedImage {
    const { buffers } = this.parts;
    const { frame, context, alignment } = this.imageIn(from);
    buffers.put(to, frame, context);
    buffers.align(to, alignment);
    return this.imageIn(to);
  }

  save(buffer: string, file: string): Promise<SavedImage> {
    const { buffers } = this.parts;
    this.imageIn(buffer);
    return saveBuffer(buffers, buffer, file).then((saved) => {
      buffers.markSaved(buffer);
      return saved;
    });
  }

  read(
    file: string,
    { section = 0, buffer = this.readingBuffer }: { readonly section?: number; readonly buffer?: string } = {},
  ): Promise<BufferedImage> {
    return readIntoBuffer(this.parts.buffers, file, section, buffer);
  }

  async align(options: AlignOptions = {}): Promise<BufferAlignment> {
    const { buffers, userSettings } = this.parts;
    const { buffer = this.alignmentBuffer, leaveColumn = false, limit, signal } = options;
    const { keepBorders = userSettings.get('DisableAutoTrim') } = options;
    const { erasePeriodic = userSettings.get('ErasePeriodicPeaks') } = options;
    const [later, reference] = [this.imageIn('A'), this.imageIn(buffer)];
    const { shift, standardError, correlation } = measureShift(later, reference, { keepBorders, erasePeriodic });
    const { binning } = later.frame.exposure;
    const unbinned = scale(shift, binning);
    const { pixelSize } = later.context;
    const onSpecimen = pixelSize === undefined ? undefined : scale(shift, inMicrometres(pixelSize));
    if (limit !== undefined) {
      if (!onSpecimen)
        throw bufferErrors.notComparable(
          buffer,
          'the size of its pixels is not known, so that no limit on the specimen can be held',
          'Align without a limit.',
        );
      if (length(onSpecimen) > limit) throw bufferErrors.tooFar(buffer, length(onSpecimen), limit);
    }
    const measured = { buffer, shift, standardError, unbinned, correlation, ...(onSpecimen && { onSpecimen }) };
    const imageShiftChange = leaveColumn ? undefined : await this.moveColumn(later, unbinned, signal);
    buffers.align('A', shift);
    return { ...measured, ...(imageShiftChange && { imageShiftChange }) };
  }

  async clearAlignment({
    leaveColumn = false,
    signal,
  }: { readonly leaveColumn?: boolean; readonly signal?: AbortSignal } = {}): Promise<void> {
    const { buffers, column } = this.parts;
    const { aligned } = this;
    const { frame } = this.imageIn('A');
    if (!leaveColumn && aligned && column && aligned.image === frame) {
      const back = await this.transferred(aligned.change, aligned.magIndex, frame.camera, signal);
      await column.imageShift.write(subtract(await column.imageShift.net.read(signal), back), signal && { signal });
      this.aligned = undefined;
    }
    buffers.align('A', { x: 0, y: 0 });
  }

  /** Changes image shift so that the detail of an image moves by unbinned pixels; returns the change. */
  private async moveColumn(
    { frame, context: { magIndex, highDefocus } }: BufferedImage,
    unbinned: Vector,
    signal?: AbortSignal,
  ): Promise<Vector<ImageShiftUnits>> {
    const { column } = this.parts;
    if (!column) throw bufferErrors.noColumn();
    const toCamera = column.optics.at({ magIndex, camera: frame.camera }).imageShiftToCamera;
    // At a high defocus image shift moves the image less far and in another direction.
    const back =
      toCamera && inverse(highDefocus ? atHighDefocus(toCamera.matrix, highDefocus.ofImageShift) : toCamera.matrix);
    if (!back) throw bufferErrors.noMatrix(frame.camera);
    // The matrix says how the shift that aligns an image changes, which is opposite to the way that its detail goes.
    const there = scale(apply(back, unbinned), -1) as Vector<ImageShiftUnits>;
    const now = await this.transferred(there, magIndex, frame.camera, signal);
    const before = await column.imageShift.net.read(signal);
    const writtenAt = await column.imageShift.write(
      { x: (before.x + now.x) as ImageShiftUnits, y: (before.y + now.y) as ImageShiftUnits },
      signal && { signal },
    );
    this.aligned = { image: frame, change: now, magIndex: writtenAt };
    return now;
  }

  /** A change of image shift in units at the present magnification. */
  private async transferred(
    change: Vector<ImageShiftUnits>,
    from: MagIndex,
    camera: BufferedImage['frame']['camera'],
    signal?: AbortSignal,
  ): Promise<Vector<ImageShiftUnits>> {
    const { optics, magIndex } = this.parts.column!;
    const now = await magIndex(signal);
    if (now === from) return change;
    if (!optics.canTransferImageShift(from, now, camera)) throw bufferErrors.noMatrix(camera);
    return optics.transferImageShift(change, from, now, camera);
  }

  private imageIn(buffer: string): BufferedImage {
    const image = this.parts.buffers.get(buffer);
    if (!image) throw bufferErrors.empty(buffer);
    return image;
  }
}

const letter = (index: number): string => bufferNames[Math.min(index, bufferNames.length - 1)]!;
