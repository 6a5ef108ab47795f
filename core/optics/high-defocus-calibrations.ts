import { type Metres, metres } from '../base';
import { type ProbeMode, probeOfNumber } from '../devices';
import type { Calibrations, MainRecords } from '../store';
import { type HighDefocusChange, type HighDefocusConditions, highDefocusChange } from './high-defocus';

/** Changes by a high defocus: of the image, and of the effect of image shift on it. */
export interface HighDefocusOfImage {
  readonly ofImage: HighDefocusChange;
  readonly ofImageShift: HighDefocusChange;
}

/** The scale by which stored intensities hold for the condenser aperture that is in. */
export interface ApertureScaling {
  readonly aperture: number;
  readonly scale: {
    throughAperture(intensity: number, place: SpotAndProbe, from: number, to: number): number;
  };
  crossover(place: SpotAndProbe): number | undefined;
}
interface SpotAndProbe {
  readonly spot: number;
  readonly probe: ProbeMode;
}

/** The calibrations of high defocus, as they are at the moment and with the condenser aperture that is in. */
export class HighDefocusCalibrations {
  /** @param beam undefined where nothing is known of the beam; then intensities count as they are stored */
  constructor(
    private readonly calibrations: Pick<Calibrations, 'records'>,
    private readonly beam: () => ApertureScaling | undefined,
  ) {}

  /** Looks both changes up. */
  at(conditions: HighDefocusConditions): HighDefocusOfImage {
    const beam = this.beam();
    const crossovers = this.calibrations.records('CrossoverIntensity').all();
    const crossoverOf = (spot: number, probe: number): number | undefined => {
      if (beam) return beam.crossover({ spot, probe: probeOfNumber(probe) });
      const row = crossovers.find((each) => each.spot === spot);
      return (probe === 0 ? row?.nano : row?.micro) || undefined;
    };
    const changeOf = (record: 'HighFocusMagCal' | 'HighFocusISCal'): HighDefocusChange => {
      const entries = this.calibrations.records(record).all();
      return highDefocusChange(beam ? entries.map((entry) => scaled(entry, beam)) : entries, conditions, crossoverOf);
    };
    return { ofImage: changeOf('HighFocusMagCal'), ofImageShift: changeOf('HighFocusISCal') };
  }
}

/** An entry with its intensities as they are for the aperture that is in; a crossover of 0 stays none. */
function scaled(
  entry: MainRecords['HighFocusMagCal'],
  { aperture, scale }: ApertureScaling,
): MainRecords['HighFocusMagCal'] {
  const { spot, probe, intensity, crossover } = entry;
  const now = (value: number): number =>
    scale.throughAperture(value, { spot, probe: probeOfNumber(probe) }, entry.aperture, aperture);
  return { ...entry, intensity: now(intensity), crossover: crossover > 0 ? now(crossover) : crossover };
}

/** Size of a pixel on the specimen in an image at a high defocus, which shows the specimen smaller or larger than one in focus. */
export const pixelSizeAt = (inFocus: Metres, change: Pick<HighDefocusOfImage, 'ofImage'> | undefined): Metres =>
  metres(inFocus / (change?.ofImage.scale ?? 1));
