import { type Metres, metres } from '../base';
import type { Calibrations } from '../store';
import { type HighDefocusChange, type HighDefocusConditions, highDefocusChange } from './high-defocus';

/** Changes by a high defocus: of the image, and of the effect of image shift on it. */
export interface HighDefocusOfImage {
  readonly ofImage: HighDefocusChange;
  readonly ofImageShift: HighDefocusChange;
}

/** The calibrations of high defocus, as they are at the moment. */
export class HighDefocusCalibrations {
  constructor(private readonly calibrations: Pick<Calibrations, 'records'>) {}

  /** Looks both changes up. */
  at(conditions: HighDefocusConditions): HighDefocusOfImage {
    const crossovers = this.calibrations.records('CrossoverIntensity').all();
    const crossoverOf = (spot: number, probe: number): number | undefined => {
      const row = crossovers.find((each) => each.spot === spot);
      return (probe === 0 ? row?.nano : row?.micro) || undefined;
    };
    const changeOf = (record: 'HighFocusMagCal' | 'HighFocusISCal'): HighDefocusChange =>
      highDefocusChange(this.calibrations.records(record).all(), conditions, crossoverOf);
    return { ofImage: changeOf('HighFocusMagCal'), ofImageShift: changeOf('HighFocusISCal') };
  }
}

/** Size of a pixel on the specimen in an image at a high defocus, which shows the specimen smaller or larger than one in focus. */
export const pixelSizeAt = (inFocus: Metres, change: Pick<HighDefocusOfImage, 'ofImage'> | undefined): Metres =>
  metres(inFocus / (change?.ofImage.scale ?? 1));
