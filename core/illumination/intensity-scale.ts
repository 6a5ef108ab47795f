import type { ProbeMode } from '../devices';
import type { Settings } from '../settings';
import type { BeamRecords } from './beam-records';
import { type AreaLimits, areaOfIntensity, calibratedLimits, intensityOfArea } from './illuminated-area';
import type { BeamPlace, SpotPlace } from './place';

/** An intensity as people read it. */
export interface ShownIntensity {
  readonly value: number;
  /** `%` of the condenser lens, or `um` of illuminated area. */
  readonly unit: '%' | 'um';
}

const micro = 1e6;

/** The scale of intensity: what is shown for it, and what another condenser aperture makes of it. */
export class IntensityScale {
  constructor(
    private readonly settings: Pick<Settings, 'get'>,
    private readonly calibrations: Pick<BeamRecords, 'records'>,
  ) {}

  /** True where the illuminated area is the measure of intensity, which the condenser aperture changes. */
  get isArea(): boolean {
    return this.settings.get('UseIlluminatedAreaForC2') > 0;
  }

  /** The limits of the illuminated area that are called intensity 0.1 and 0.9; undefined where intensity is the area itself, or a lens value. */
  limits({ spot, probe }: SpotPlace): AreaLimits | undefined {
    if (!this.isArea) return undefined;
    const [low, high] = this.settings.get('IlluminatedAreaLimits');
    return calibratedLimits(this.calibrations, spot, probe) ?? (high > low ? { low, high } : undefined);
  }

  /** An intensity of one aperture as the same position of the lenses has it with another one; unchanged where an aperture is unknown (0). */
  throughAperture(intensity: number, place: SpotPlace, from: number, to: number): number {
    if (!this.isArea || from <= 0 || to <= 0 || from === to) return intensity;
    const limits = this.limits(place);
    return intensityOfArea((areaOfIntensity(intensity, limits) * to) / from, limits);
  }

  /** An intensity as people read it. */
  shown({ intensity, spot, probe }: BeamPlace): ShownIntensity {
    if (this.isArea) return { value: areaOfIntensity(intensity, this.limits({ spot, probe })) * micro, unit: 'um' };
    return { value: 100 * (intensity * this.factor(probe) + this.offset({ spot, probe })), unit: '%' };
  }

  /** The intensity for what people read. */
  fromShown(value: number, place: SpotPlace): number {
    if (this.isArea) return intensityOfArea(value / micro, this.limits(place));
    return (value / 100 - this.offset(place)) / this.factor(place.probe);
  }

  private factor(probe: ProbeMode): number {
    return this.calibrations.records('IntensityToC2Factor').all()[0]?.[probe] || 1;
  }
  private offset({ spot, probe }: SpotPlace): number {
    return this.calibrations.records('C2SpotOffset').find((row) => row.spot === spot)?.[probe] ?? 0;
  }
}
