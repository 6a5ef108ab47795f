import { type Metres, metres } from '../../core/base';
import type { IlluminatedArea, Setting } from '../../core/devices';
import type { FeiColumn } from './column';
import { feiErrors } from './errors';
import type { FeiTransport } from './transport';

const areasPerMetre = 1e4;
const lowMapped = 0.1;
const highMapped = 0.9;

/** The intensity that an illuminated area in metres is called: its limits are spread over 0.1 to 0.9. */
export function intensityOfArea(area: number, limits: FeiColumn['illuminatedAreaLimits']): number {
  const scaled = area * areasPerMetre;
  if (!limits) return scaled;
  return ((scaled - limits.low) * (highMapped - lowMapped)) / (limits.high - limits.low) + lowMapped;
}

/** The illuminated area in metres that an intensity stands for; the inverse of `intensityOfArea`. */
export function areaOfIntensity(intensity: number, limits: FeiColumn['illuminatedAreaLimits']): number {
  if (!limits) return intensity / areasPerMetre;
  return (((intensity - lowMapped) * (limits.high - limits.low)) / (highMapped - lowMapped) + limits.low) / areasPerMetre;
}

/** The illuminated area of a three-condenser column. Beyond its reach the column stops at the nearest area that it can make. */
export class FeiIlluminatedArea implements IlluminatedArea {
  readonly illuminatedArea: Setting<Metres>;

  constructor(transport: FeiTransport) {
    this.illuminatedArea = {
      name: 'illuminated area',
      read: async (signal) => metres(await transport.getIlluminatedArea(signal)),
      write: async (area, signal) => {
        if (!Number.isFinite(area)) throw feiErrors.outOfRange('illuminated area', String(area), 'a number of metres');
        await transport.setIlluminatedArea(area, signal);
      },
    };
  }
}
