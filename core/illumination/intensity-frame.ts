import type { Settings } from '../settings';
import type { BeamRecords } from './beam-records';
import {
  type AreaLimits,
  areaOfIntensity,
  calibratedLimits,
  hasCalibratedLimits,
  intensityOfArea,
} from './illuminated-area';
import { IntensityScale } from './intensity-scale';
import type { BeamPlace, SpotPlace } from './place';

/** The calibrations by which an intensity stands for a beam, as they are at one moment. */
export interface IntensityFrame {
  /** True where the limits of the illuminated area are calibrated. */
  readonly isCalibrated: boolean;
  readonly limits: (place: SpotPlace) => AreaLimits | undefined;
  /** Crossover of a spot size and probe mode as it is with a condenser aperture, in micrometres; undefined where it is not calibrated. */
  readonly crossover: (place: SpotPlace, aperture: number) => number | undefined;
  /** Micrometres of the condenser aperture with which the crossovers of a probe mode were measured; 0 where it is not known. */
  readonly crossoverAperture: (place: SpotPlace) => number;
}

/** Number of spot sizes for which the file has room. */
const maxSpots = 13;
const probes = ['micro', 'nano'] as const;
const keyOf = ({ spot, probe }: SpotPlace): string => `${spot} ${probe}`;

/** Takes what an intensity stands for as it is now; later changes of the calibrations leave it alone. */
export function intensityFrame(
  settings: Pick<Settings, 'get'>,
  calibrations: Pick<BeamRecords, 'records'>,
): IntensityFrame {
  const [low, high] = settings.get('IlluminatedAreaLimits');
  const usual = high > low ? { low, high } : undefined;
  const limits = new Map<string, AreaLimits | undefined>();
  const rows = [...calibrations.records('CrossoverIntensity').all()];
  const [apertures] = calibrations.records('CrossCalAtC2Aperture').all();
  const scale = new IntensityScale(settings, calibrations);
  const crossoverAperture = ({ probe }: SpotPlace): number => apertures?.[probe] ?? 0;
  for (let spot = 1; spot <= maxSpots; spot++)
    for (const probe of probes)
      limits.set(keyOf({ spot, probe }), calibratedLimits(calibrations, spot, probe) ?? usual);
  return {
    isCalibrated: hasCalibratedLimits(calibrations),
    limits: (place) => limits.get(keyOf(place)),
    crossover: (place, aperture) => {
      const stored = rows.find(({ spot }) => spot === place.spot)?.[place.probe] ?? 0;
      return stored > 0 ? scale.throughAperture(stored, place, crossoverAperture(place), aperture) : undefined;
    },
    crossoverAperture,
  };
}

/** The intensity that stands for the same illuminated area by other limits; 0 is none and stays. */
export function sameArea(intensity: number, from: AreaLimits | undefined, to: AreaLimits | undefined): number {
  return intensity > 0 ? intensityOfArea(areaOfIntensity(intensity, from), to) : intensity;
}

/**
 * An intensity that was kept with earlier calibrations and a condenser aperture (0 for none that is known), as it stands for the same beam with later ones: converted when limits of the illuminated
 * area are there for the first time, or not any more, and shifted with the crossover otherwise.
 */
export function followedIntensity(
  { intensity, aperture, ...place }: BeamPlace & { readonly aperture: number },
  before: IntensityFrame,
  after: IntensityFrame,
): number {
  if (before.isCalibrated !== after.isCalibrated) return sameArea(intensity, before.limits(place), after.limits(place));
  // Another aperture alone does not change the lens.
  const through = aperture > 0 ? aperture : before.crossoverAperture(place);
  const [old, fresh] = [before, after].map((each) => each.crossover(place, through));
  return intensity > 0 && old !== undefined && fresh !== undefined ? intensity + (fresh - old) : intensity;
}
