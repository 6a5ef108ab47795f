import type { Exposure, Processing } from '../../core/devices';
import { packText } from '../../wires';
import type { CameraModel } from './camera-model';
import { groupOf, readModeNumbers } from './detectors';
import type { GatanServer, GatanShot } from './protocol/client';
import { frameCount, savingOf } from './frames';
import { chipSize, chipTurn, imageSize, inChipPixels, isPart, turnsSides, wireArea } from './geometry';

/** Abilities of DigitalMicrograph that decide how an exposure is asked for. */
export type Abilities = Pick<GatanServer, 'canSelectShutter' | 'canSetSettling'>;

/** Modes in which the detector counts in super-resolution. */
const superResolutionModes: readonly number[] = [2, 4];
const processings: Readonly<Record<Processing, number>> = {
  unprocessed: 0,
  'dark subtracted': 1,
  'gain normalized': 2,
};
const plainBinning = 1;
const makeSubarea = 8;
const doubleSampling = 0x40;
/** Number of a shutter that leaves the choice to DigitalMicrograph. */
const noShutter = -1;
/** Seconds of the shortest settling beyond what a CCD settles in any case. */
const minExtraSettling = 0.01;
const widthAndHeight = ({ width, height }: { readonly width: number; readonly height: number }): number =>
  width + 100000 * height;

/** The number by which the server multiplies the counts; on a K3 in linear mode the offset per millisecond is hidden in its tens. */
function scalingOf(model: CameraModel, { readMode, processing }: Exposure): number {
  if (groupOf(model.detector) !== 'direct') return 1;
  if (model.detector === 'K3') {
    // Each readout adds the offset once; the server multiplies by the milliseconds of the exposure.
    if (readMode === 'linear')
      return model.linearScale + 10 * Math.round((0.001 * model.linearOffset) / model.frames!.step);
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

/** Seconds of settling that the server is asked for, and those that pass before it is asked. */
export interface Settling {
  readonly inServer: number;
  readonly before: number;
}

/**
 * The settling before an exposure: by DigitalMicrograph where it can, in whole readouts of a K2 or K3 and beyond what a CCD settles in any case;
 * otherwise this program waits.
 */
export function settlingOf(model: CameraModel, { driftSettling }: Exposure, { canSetSettling }: Abilities): Settling {
  if (driftSettling <= 0) return { inServer: 0, before: 0 };
  if (!model.settles || !canSetSettling) return { inServer: 0, before: driftSettling };
  const { frames, builtInSettling } = model;
  if (frames) return { inServer: frames.step * Math.ceil(driftSettling / frames.step - 1e-6), before: 0 };
  return { inServer: Math.max(minExtraSettling, driftSettling - builtInSettling), before: 0 };
}

/** Seconds from the request until the exposure begins. */
export const startupOf = (model: CameraModel, exposure: Exposure, abilities: Abilities): number =>
  model.startupDelay +
  model.builtInSettling +
  settlingOf(model, exposure, abilities).inServer +
  (exposure.frames ? frameCount(exposure, exposure.frames) * model.startupPerFrame : 0);

/** The shutter behind the specimen is the other one of the two; with both, that one is the camera's and the beam is the column's. */
function shutterNumber(model: CameraModel, { shutter = 'beam' }: Exposure, { canSelectShutter }: Abilities): number {
  if (!model.choosesShutter || !canSelectShutter) return noShutter;
  return shutter === 'film' || shutter === 'dual' ? 1 - model.shutter : model.shutter;
}

/** Says an exposure that the camera accepts in the terms of its server. */
export function shotOf(model: CameraModel, exposure: Exposure, abilities: Abilities): GatanShot {
  const { left, top, right, bottom } = wireArea(model, exposure);
  const size = imageSize(exposure);
  const [width, height] = turnsSides(chipTurn(model)) ? [size.height, size.width] : [size.width, size.height];
  const readMode = readModeNumbers[model.detector][exposure.readMode];
  const binning = wireBinning(model, exposure, readMode);
  // The server refuses to reduce what needs no reduction.
  const reduces = inChipPixels(model, exposure) && binning > 1;
  const { frames } = exposure;
  // DigitalMicrograph reads frames of the whole chip only.
  const cuts = (model.cutsInServer || frames !== undefined) && isPart(model, exposure);
  const saving = frames?.saving && savingOf(model, frames.saving);
  const scaling = scalingOf(model, exposure);
  return {
    camera: model.number,
    startup: startupOf(model, exposure, abilities),
    exposure: exposure.exposure,
    ...(saving && { saving }),
    returnsEarly: frames?.saving?.returnAfter !== undefined,
    ...(groupOf(model.detector) === 'CCD'
      ? { mode: { mode: readMode, scaling } }
      : {
          parameters: {
            readMode,
            hardwareProcessing: model.hardwareProcessing,
            rotationFlip: turnInServer(model, exposure),
            flags:
              (reduces ? plainBinning : 0) + (cuts ? makeSubarea : 0) + (model.doubleSampling ? doubleSampling : 0),
            doseFractions: frames !== undefined,
            align: false,
            saveFrames: saving !== undefined,
            scaling,
            frameTime: frames?.frameTime ?? exposure.exposure,
            reducedSizes: reduces ? widthAndHeight({ width, height }) : 0,
            fullSizes: reduces || cuts ? widthAndHeight(chipSize(model)) : 0,
            spare1: 0,
            spare2: 0,
            array: packText(''),
          },
        }),
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
      shutter: shutterNumber(model, exposure, abilities),
      shutterDelay: 0,
      divideBy2: 0,
      corrections: model.corrections,
      exposure: exposure.exposure,
      settling: settlingOf(model, exposure, abilities).inServer,
    },
    ...(model.continuous && { continuous: model.continuous }),
  };
}
