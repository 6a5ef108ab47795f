import type { Exposure, Processing, ReadMode } from '../../core/devices';
import { packText } from '../../wires';
import type { CameraModel } from './camera-model';
import type { GatanShot } from './client';
import { imageSize, inChipPixels, turnsSides, wireArea } from './geometry';

const readModes: Readonly<Record<CameraModel['detector'], Readonly<Record<ReadMode, number>>>> = {
  'K2 Summit': { linear: 0, counting: 1, 'super-resolution': 2 },
  'K2 Base': { linear: 0, counting: 0, 'super-resolution': 0 },
  K3: { linear: 3, counting: 4, 'super-resolution': 4 },
};
const processings: Readonly<Record<Processing, number>> = { unprocessed: 0, 'dark subtracted': 1, 'gain normalized': 2 };
/** What the camera itself does to the data before the server gets them: 2 subtracts dark, 4 normalizes gain. */
const hardwareProcessings: Readonly<Record<Processing, number>> = { unprocessed: 0, 'dark subtracted': 2, 'gain normalized': 6 };
const plainBinning = 1;
const widthAndHeight = (width: number, height: number): number => width + 100000 * height;

/** The number by which the server multiplies the counts; on a K3 in linear mode the offset per millisecond is hidden in its tens. */
function scalingOf(model: CameraModel, { readMode, processing, exposure }: Exposure): number {
  if (model.detector === 'K3') {
    if (readMode === 'linear') return model.linearScale + 10 * Math.round(model.linearOffset / (1000 * exposure));
    return processing === 'dark subtracted' ? model.countsPerElectron || 32 : 1;
  }
  return readMode === 'linear' ? model.linearScale : model.countsPerElectron || 1;
}

/** Says an exposure that the camera accepts in the terms of its server. */
export function shotOf(model: CameraModel, exposure: Exposure): GatanShot {
  const { left, top, right, bottom } = wireArea(model, exposure);
  const size = imageSize(exposure);
  const [width, height] = turnsSides(model.rotationFlip) ? [size.height, size.width] : [size.width, size.height];
  const reduces = inChipPixels(model, exposure);
  const superPixels = reduces ? 2 : 1;
  const duration = model.startupDelay + exposure.driftSettling + exposure.exposure;
  return {
    camera: model.number,
    duration,
    parameters: {
      readMode: readModes[model.detector][exposure.readMode],
      hardwareProcessing: hardwareProcessings[exposure.processing],
      rotationFlip: model.rotationFlip,
      flags: reduces ? plainBinning : 0,
      doseFractions: false,
      align: false,
      saveFrames: false,
      scaling: scalingOf(model, exposure),
      frameTime: exposure.exposure,
      reducedSizes: reduces ? widthAndHeight(width, height) : 0,
      fullSizes: reduces ? widthAndHeight(superPixels * (right - left), superPixels * (bottom - top)) : 0,
      spare1: 0,
      spare2: 0,
      array: packText(''),
    },
    image: {
      pixels: width * height,
      width,
      height,
      processing: processings[exposure.processing],
      binning: Math.max(1, Math.floor(exposure.binning / model.pixelsPerPhysical)),
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
