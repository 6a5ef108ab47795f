import { instrumentModes, lensPrograms, probeModes, screenPositions } from '../../../plugins/fei/transport';

/** Values of the properties that do not take any value of their kind. */
export const specialSamples = {
  MagnificationIndex: [8],
  ImagingMode: [1],
  EftemMode: [lensPrograms.eftem],
  ProbeMode: [probeModes.nano],
  CondenserAperture: [50],
  ObjectiveAperture: [100],
  InstrumentMode: [instrumentModes.stem],
  StemMagnification: [12800],
  StemRotation: [0.25],
  MainScreen: [screenPositions.down],
};
