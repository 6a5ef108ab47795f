import { type ImageShiftUnits, type Metres, type Vector, token } from '../base';
import type { Readable, Setting } from './setting';

/** Chooses the illumination angle series of a JEOL column. */
export interface AlphaSelector {
  /** From 0. */
  readonly alpha: Setting<number>;
}
/** The token of the alpha selector. */
export const AlphaSelector = token<AlphaSelector>('AlphaSelector');

/** Three-condenser columns that set the illuminated area instead of a lens value. */
export interface IlluminatedArea {
  readonly illuminatedArea: Setting<Metres>;
}
/** The token of the illuminated area. */
export const IlluminatedArea = token<IlluminatedArea>('IlluminatedArea');

/** Columns whose image shift has a neutral value at each magnification. */
export interface NeutralImageShift {
  readonly neutral: Readable<Vector<ImageShiftUnits>>;
}
/** The token of the neutral image shift. */
export const NeutralImageShift = token<NeutralImageShift>('NeutralImageShift');

/** Columns whose single lenses can be taken out of the automatic control. */
export interface FreeLensControl {
  setLens(lens: string, value: number, signal?: AbortSignal): Promise<void>;
  release(lens: string, signal?: AbortSignal): Promise<void>;
}
/** The token of the free lens control. */
export const FreeLensControl = token<FreeLensControl>('FreeLensControl');

/** Columns that have a second set of lens settings for an energy filter behind them, which magnifies so much by itself that they have to magnify less. */
export interface EftemMode {
  readonly on: Setting<boolean>;
}
/** The token of the EFTEM mode. */
export const EftemMode = token<EftemMode>('EftemMode');

/** Scanning transmission mode. */
export interface Stem {
  readonly enabled: Setting<boolean>;
}
/** The token of the scanning mode. */
export const Stem = token<Stem>('Stem');

/**
 * The virtual microscope, for the simulated wires of the vendor plugins. Core knows nothing of its physics: a vendor's simulated
 * wire hands the value to the simulation package, which checks that it is what it says.
 */
export interface VirtualInstrument {
  readonly microscope: unknown;
}
/** The token of the virtual microscope. */
export const VirtualInstrument = token<VirtualInstrument>('VirtualInstrument');
