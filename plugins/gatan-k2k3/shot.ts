import type { Exposure, Processing, ReadMode } from '../../core/devices';
import { packText } from '../../wires';
import type { CameraModel } from './camera-model';
import type { GatanShot } from './protocol/client';
import { frameCount, savingOf } from './frames';
import { chipTurn, imageSize, inChipPixels, turnsSides, wireArea } from './geometry';

const readModes: Readonly<Record<CameraModel['detector'], Readonly<Record<ReadMode, number>>>> = {
  'K2 Summit': { linear: 0, counting: 1, 'super-resolution': 2 },
  'K2 Base': { linear: 0, counting: 0, 'super-resolution': 0 },
  K3: { linear: 3, counting: 4, 'super-resolution': 4 },
};
/** Modes in which the detector counts in super-resolution. */
const superResolutionModes: readonly number[] = [2, 4];
const processings: Readonly<Record<Processing, number>> = {
  unprocessed: 0,
  'dark subtracted': 1,
  'gain normalized': 2,
};
/** Processing by the camera before the server gets the data: 2 subtracts dark, 4 normalizes gain. */
const hardwareProcessings: Readonly<Record<Processing, number>> = {
  unprocessed: 0,
  'dark subtracted': 2,
  'gain normalized': 6,
};
const plainBinning = 1;
const widthAndHeight = (width: number, height: number): number => width + 100000 * height;

/** The number by which the server multiplies the counts; on a K3 in linear mode the offset per millisecond is hidden in its tens. */
function scalingOf(model: CameraModel, { readMode, processing }: Exposure): number {
  if (model.detector === 'K3') {
    // Each readout adds the offset once; the server multiplies by the milliseconds of the exposure.
    if (readMode === 'linear')
      return model.linearScale + 10 * Math.round((0.001 * model.linearOffset) / model.frames.step);
    return processing === 'dark subtracted' ? model.countsPerElectron || 32 : 1;
  }
  return readMode === 'linear' ? model.linearScale : model.countsPerElectron || 1;
}

/** The binning as the server counts it: in pixels of super-resolution where it counts in super-resolution, else in pixels of the chip. */
const wireBinning = (model: CameraModel, { binning }: Exposure, readMode: number): number =>
  superResolutionModes.includes(readMode) ? binning : Math.max(1, binning / model.pixelsPerPhysical);

/**
 * The turn that the server is asked for. With frames it is never asked: versions of the server do not agree whether they turn before or
 * after they reduce, and this program turns the sum just as well.
 */
export const turnInServer = ({ turnedBy, rotationFlip }: CameraModel, { frames }: Exposure): number =>
  turnedBy === 'server' && !frames ? rotationFlip : 0;

/** Seconds from the request until the exposure begins. */
export const startupOf = (model: CameraModel, exposure: Exposure): number =>
  model.startupDelay +
  exposure.driftSettling +
  (exposure.frames ? frameCount(exposure, exposure.frames) * model.startupPerFrame : 0);

/** Says an exposure that the camera accepts in the terms of its server. */
export function shotOf(model: CameraModel, exposure: Exposure): GatanShot {
  const { left, top, right, bottom } = wireArea(model, exposure);
  const size = imageSize(exposure);
  const [width, height] = turnsSides(chipTurn(model)) ? [size.height, size.width] : [size.width, size.height];
  const readMode = readModes[model.detector][exposure.readMode];
  const binning = wireBinning(model, exposure, readMode);
  // The server refuses to reduce what needs no reduction.
  const reduces = inChipPixels(model, exposure) && binning > 1;
  const fine = superResolutionModes.includes(readMode) ? 2 : 1;
  const { frames } = exposure;
  const saving = frames?.saving && savingOf(model, frames.saving);
  return {
    camera: model.number,
    startup: startupOf(model, exposure),
    exposure: exposure.exposure,
    ...(saving && { saving }),
    returnsEarly: frames?.saving?.returnAfter !== undefined,
    parameters: {
      readMode,
      hardwareProcessing: hardwareProcessings[exposure.processing],
      rotationFlip: turnInServer(model, exposure),
      flags: reduces ? plainBinning : 0,
      doseFractions: frames !== undefined,
      align: false,
      saveFrames: saving !== undefined,
      scaling: scalingOf(model, exposure),
      frameTime: frames?.frameTime ?? exposure.exposure,
      reducedSizes: reduces ? widthAndHeight(width, height) : 0,
      fullSizes: reduces ? widthAndHeight(fine * (right - left), fine * (bottom - top)) : 0,
      spare1: 0,
      spare2: 0,
      array: packText(''),
    },
    image: {
      pixels: width * height,
      width,
      height,
      processing: processings[exposure.processing],
      binning,
      top,
      left,
      bottom,
      right,
      shutter: 0,
      shutterDelay: 0,
      divideBy2: 0,
      corrections: model.corrections,
      exposure: exposure.exposure,
      settling: exposure.driftSettling,
    },
  };
}
