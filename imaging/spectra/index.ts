export {
  type Astigmatism,
  equiphaseAverage,
  radialAverage,
  type RadialCurve,
  type RadialOptions,
  sectorAverages,
  type SectorCurve,
} from './averages';
export {
  amplitudeSpectrum,
  autocorrelation,
  type AutocorrelationOptions,
  averagePowerSpectrum,
  powerSpectrum,
  type SpectrumOptions,
  type TileOptions,
} from './spectrum';
