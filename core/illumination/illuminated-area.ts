import type { ProbeMode } from '../devices';
import type { BeamRecords } from './beam-records';

/** The illuminated areas, in hundreds of micrometres, that are called intensity 0.1 and 0.9. */
export interface AreaLimits {
  readonly low: number;
  readonly high: number;
}

const areasPerMetre = 1e4;
const lowMapped = 0.1;
const highMapped = 0.9;

/** The intensity that an illuminated area in metres is called: its limits are spread over 0.1 to 0.9. Without limits it is the area itself. */
export function intensityOfArea(area: number, limits: AreaLimits | undefined): number {
  const scaled = area * areasPerMetre;
  if (!limits) return scaled;
  return ((scaled - limits.low) * (highMapped - lowMapped)) / (limits.high - limits.low) + lowMapped;
}

/** The illuminated area in metres that an intensity stands for; the inverse of `intensityOfArea`. */
export function areaOfIntensity(intensity: number, limits: AreaLimits | undefined): number {
  if (!limits) return intensity / areasPerMetre;
  return (
    (((intensity - lowMapped) * (limits.high - limits.low)) / (highMapped - lowMapped) + limits.low) / areasPerMetre
  );
}

/** True when the site has calibrated the limits: they count once those of spot size 1 in microprobe make sense. */
export const hasCalibratedLimits = (calibrations: Pick<BeamRecords, 'records'>): boolean => {
  const first = calibrations.records('IllumAreaLimits').find(({ spot }) => spot === 1);
  return first !== undefined && first.microHigh > first.microLow;
};

/** The calibrated limits of a spot size and probe mode; undefined where there are none that make sense. */
export function calibratedLimits(
  calibrations: Pick<BeamRecords, 'records'>,
  spotSize: number,
  probe: ProbeMode,
): AreaLimits | undefined {
  const row = calibrations.records('IllumAreaLimits').find(({ spot }) => spot === spotSize);
  if (!row || !hasCalibratedLimits(calibrations)) return undefined;
  const [low, high] = probe === 'nano' ? [row.nanoLow, row.nanoHigh] : [row.microLow, row.microHigh];
  return high > low ? { low, high } : undefined;
}
