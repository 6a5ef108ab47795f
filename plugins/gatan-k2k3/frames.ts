import { inNanometres } from '../../core/base';
import type { Exposure, FrameSaving, FrameSeries } from '../../core/devices';
import { type RequestOf, packText } from '../../wires';
import type { CameraModel, FrameFormat } from './camera-model';
import type { gatanFunctions } from './protocol/functions';

/** Bits of the flags of `SetupFileSaving2`. */
export const savingFlags = {
  lzwTiff: 8,
  zipTiff: 0x10,
  synchronous: 0x20,
  earlyReturn: 0x80,
  deferredSum: 0x4000,
} as const;
const formatFlags: Readonly<Record<FrameFormat, number>> = {
  mrc: 0,
  'tiff-lzw': savingFlags.lzwTiff,
  'tiff-zip': savingFlags.zipTiff,
};
/** The turn of saved frames in the numbers of DigitalMicrograph, whose quarter turns go the other way round. */
const fileTurns: readonly number[] = [0, 3, 2, 1, 4, 5, 6, 7];

/** Number of frames of an exposure. */
export const frameCount = ({ exposure }: Pick<Exposure, 'exposure'>, { frameTime }: FrameSeries): number =>
  Math.max(1, Math.round(exposure / frameTime));

/** Request to the server about the files of an exposure. */
export function savingOf(
  model: CameraModel,
  { folder, name, pixelSize, returnAfter }: FrameSaving,
): RequestOf<typeof gatanFunctions.SetupFileSaving2> {
  const early = returnAfter === undefined ? 0 : savingFlags.earlyReturn | savingFlags.deferredSum;
  // The server cannot return early from a saving that it has to wait for.
  const synchronous = model.savesSynchronously && !early ? savingFlags.synchronous : 0;
  return {
    rotationFlip: model.turnedBy === 'DigitalMicrograph' ? 0 : fileTurns[model.rotationFlip]!,
    flags: formatFlags[model.frameFormat] | synchronous | early,
    filePerImage: false,
    pixelSize: pixelSize === undefined ? 0 : 10 * inNanometres(pixelSize),
    grabAndSum: returnAfter ?? 0,
    threshold: 0,
    thresholdPlus: 0,
    spare: 0,
    array: packText(folder, name),
  };
}
