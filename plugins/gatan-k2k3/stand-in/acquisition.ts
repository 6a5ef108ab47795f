import type { CameraArea, Processing, ReadMode } from '../../../core/devices';
import type { RequestOf } from '../../../wires';
import type { StandInCamera } from '../picture-source';
import type { GatanFunctions } from '../protocol/functions';

/** Numbers that the server gives for errorNumbers. */
export const errorNumbers = {
  cannotWrite: 8,
  folderExists: 11,
  noFolder: 13,
  folderIsFile: 14,
  exists: 16,
  earlyAndSynchronous: 21,
  continuousEnded: 22,
  badReduction: 24,
  clientScript: 25,
  script: 26,
  noChannel: 28,
  noDeferredSum: 29,
} as const;
/** Bits of the flags of `SetK2Parameters2`. */
const flagBits = { antialias: 7, subarea: 8 } as const;
/** Bits of `processing` from which on it is about continuous mode. */
const processingBits = 7;
const heightUnit = 100_000;
const highestMode = 4;
const k3Linear = 3;

/** A read mode in the terms of the detector. */
export interface Mode {
  readonly readMode: ReadMode;
  /** Pixels of the image along one pixel of the chip: 2 in super-resolution. */
  readonly fine: 1 | 2;
}
const modes: Readonly<Record<number, Mode>> = {
  0: { readMode: 'linear', fine: 1 },
  1: { readMode: 'counting', fine: 1 },
  2: { readMode: 'super-resolution', fine: 2 },
  [k3Linear]: { readMode: 'linear', fine: 1 },
  4: { readMode: 'counting', fine: 2 },
};
const processings: readonly Processing[] = ['unprocessed', 'dark subtracted', 'gain normalized'];
const fullCorrection = 6;

/** Parameters of `SetK2Parameters2`; those that `SetK2Parameters` lacks may be absent. */
export type K2Parameters = Partial<RequestOf<GatanFunctions['SetK2Parameters2']>> &
  RequestOf<GatanFunctions['SetK2Parameters']>;
/** Request for an image, ordinary or dark. */
export type ImageRequest = RequestOf<GatanFunctions['GetAcquiredImage']>;

/** The part of the chip that an image shows, and its columns and rows. */
export interface Plan {
  /** Physical pixels. */
  readonly area: CameraArea;
  readonly width: number;
  readonly height: number;
}

/** Settings for the next acquisitions, kept from call to call as the server keeps them. */
export class AcquisitionSettings {
  readMode = -1;
  scaling = 1;
  rotationFlip = 0;
  doseFractions = false;
  saveFrames = false;
  frameTime = 0;
  private hardwareProcessing = 0;
  private antialias = 0;
  private final = { width: 0, height: 0 };
  private subarea = false;

  /** `SetReadMode`: a negative mode ends frames; rotation and reduction stay. */
  setReadMode(mode: number, scaling: number): void {
    this.readMode = Math.min(highestMode, mode);
    // Counting sends its scaling for linear mode, too.
    this.scaling = this.readMode <= 0 ? Math.min(1, scaling) : scaling;
    if (mode < 0) this.saveFrames = this.doseFractions = false;
  }

  /** `SetK2Parameters` and its newer form, which refuse nothing. */
  setParameters(given: K2Parameters): void {
    this.setReadMode(given.readMode, given.scaling);
    this.hardwareProcessing = Math.max(0, Math.min(fullCorrection, given.hardwareProcessing));
    this.doseFractions = given.readMode >= 0 && given.doseFractions;
    this.saveFrames = given.readMode >= 0 && given.saveFrames;
    this.frameTime = given.frameTime;
    const { rotationFlip = -1, flags = 0, reducedSizes = 0, fullSizes = 0 } = given;
    if (rotationFlip >= 0) this.rotationFlip = rotationFlip % 8;
    this.antialias = flags & flagBits.antialias;
    const height = Math.round(reducedSizes / heightUnit);
    if (this.antialias > 0) this.final = { width: Math.round(reducedSizes - heightUnit * height), height };
    this.subarea = (flags & flagBits.subarea) > 0 && fullSizes > 0;
  }

  /** Forgets what holds for one image only. */
  clearOnce(): void {
    this.antialias = 0;
    this.subarea = false;
  }

  get mode(): Mode {
    return modes[this.readMode] ?? { readMode: 'linear', fine: 1 };
  }
  get correctedInCamera(): boolean {
    return this.hardwareProcessing === fullCorrection;
  }

  /** The counts of a K3 in linear mode as the server makes them of what the detector gives; undefined in other modes. */
  pedestal(): { readonly perMillisecond: number; readonly scale: number } | undefined {
    if (this.readMode !== k3Linear) return undefined;
    const perMillisecond = Math.floor(this.scaling / 10);
    return { perMillisecond, scale: this.scaling - 10 * perMillisecond };
  }

  /** The image that a request gives, or the number of its failure. */
  plan(camera: StandInCamera, request: ImageRequest, early: boolean): Plan | number {
    const { binning, left, top, right, bottom, exposure, settling } = request;
    const { fine } = this.mode;
    if (!(right > left && bottom > top && binning > 0 && exposure >= 0 && settling >= 0)) return errorNumbers.script;
    const reduces = this.readMode >= 0 && this.antialias > 0 && !early;
    if (reduces && !this.reductionFits(request, camera)) return errorNumbers.badReduction;
    // What the server reduces itself is read unbinned.
    const read = reduces ? 1 : binning;
    const pixel = read / fine;
    const unit = Math.max(1, pixel);
    const chip = { left: 0, top: 0, right: camera.width, bottom: camera.height };
    let area: CameraArea = { left: left * unit, top: top * unit, right: right * unit, bottom: bottom * unit };
    const outside = area.left < 0 || area.top < 0 || area.right > chip.right || area.bottom > chip.bottom;
    // DigitalMicrograph reads frames of the whole chip; a part of them is only cut out.
    if (this.doseFractions && !this.subarea) area = chip;
    else if (outside && fine === 1 && !this.subarea) return errorNumbers.script;
    else area = within(area, chip);
    if (!this.subarea && !readable(camera, area)) return errorNumbers.script;
    const [columns, rows] = [(area.right - area.left) / pixel, (area.bottom - area.top) / pixel];
    if (!reduces) return { area, width: Math.floor(columns), height: Math.floor(rows) };
    const { width, height } = this.final;
    // The reduced image is the middle of what was read.
    const [cutX, cutY] = [
      Math.max(0, columns - width * binning) * (pixel / 2),
      Math.max(0, rows - height * binning) * (pixel / 2),
    ];
    const first = { left: area.left + cutX, top: area.top + cutY };
    return {
      area: { ...first, right: first.left + width * binning * pixel, bottom: first.top + height * binning * pixel },
      width,
      height,
    };
  }

  private reductionFits(
    { binning, left, top, right, bottom, processing }: ImageRequest,
    camera: StandInCamera,
  ): boolean {
    const { width, height } = this.final;
    const physical = Math.trunc(binning / this.mode.fine);
    const continuous = processing > processingBits && camera.kind !== 'K3';
    const fits = width * physical <= right - left && height * physical <= bottom - top;
    return binning > 1 && fits && width > 0 && height > 0 && !continuous;
  }
}

/** Processing that a request asks for, without the bits of continuous mode. */
export const processingOf = (processing: number): Processing =>
  processings[processing & processingBits] ?? 'unprocessed';

/** True when a request asks for continuous mode. */
export const isContinuous = (processing: number): boolean => processing > processingBits;

const within = (area: CameraArea, chip: CameraArea): CameraArea => ({
  left: Math.max(chip.left, area.left),
  top: Math.max(chip.top, area.top),
  right: Math.min(chip.right, area.right),
  bottom: Math.min(chip.bottom, area.bottom),
});

/** Physical pixels that a K3 reads together; an area must consist of whole blocks. */
const k3Block = { width: 16, height: 8 } as const;

/** True when the detector reads an area by itself; other parts have to be cut out of the whole. */
function readable({ kind, width, height }: StandInCamera, { left, top, right, bottom }: CameraArea): boolean {
  const whole = left === 0 && top === 0 && right === width && bottom === height;
  if (whole || (kind !== 'K3' && kind !== 'OneView')) return true;
  return (
    kind === 'K3' &&
    [left, right].every((edge) => edge % k3Block.width === 0) &&
    [top, bottom].every((edge) => edge % k3Block.height === 0)
  );
}
