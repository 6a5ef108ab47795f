import { type ImageShiftUnits, type Metres, type Vector, service } from '../base';
import { device } from './device';
import type { Readable, Setting } from './setting';
import { onOff, pair, quantity, wholeNumber } from './setting-traits';

/** Chooses the illumination angle series of a JEOL column. */
export interface AlphaSelector {
  /** From 0; people count from 1. */
  readonly alpha: Setting<number>;
}
/** The token of the alpha selector. */
export const AlphaSelector = device<AlphaSelector>('AlphaSelector', {
  called: 'the alpha selector',
  part: 'column',
  settings: {
    // No column has more than 15.
    alpha: wholeNumber({ label: 'Alpha', range: [0, 14], countedFrom: 1, changesBeam: true, condition: true }),
  },
});

/** Three-condenser columns that set the illuminated area instead of a lens value. */
export interface IlluminatedArea {
  readonly illuminatedArea: Setting<Metres>;
}
/** The token of the illuminated area. */
export const IlluminatedArea = device<IlluminatedArea>('IlluminatedArea', {
  called: 'the illuminated area',
  part: 'column',
  settings: {
    illuminatedArea: quantity({
      label: 'Illuminated area',
      short: 'Lit area',
      unit: 'um',
      decimals: 2,
      step: 0.1,
      range: [0, Infinity],
      changesBeam: true,
    }),
  },
});

/** Columns whose image shift has a neutral value at each magnification. */
export interface NeutralImageShift {
  readonly neutral: Readable<Vector<ImageShiftUnits>>;
}
/** The token of the neutral image shift. */
export const NeutralImageShift = device<NeutralImageShift>('NeutralImageShift', {
  called: 'the neutral image shift',
  part: 'column',
  settings: {
    // A JEOL column only tells it by going there.
    neutral: pair({
      label: 'Neutral image shift',
      short: 'Neutral IS',
      unit: 'units',
      decimals: 4,
      onlyOnDemand: true,
    }),
  },
});

/** Columns that have a second set of lens settings for an energy filter behind them, which magnifies so much by itself that they have to magnify less. */
export interface EftemMode {
  readonly on: Setting<boolean>;
}
/** The token of the EFTEM mode. */
export const EftemMode = device<EftemMode>('EftemMode', {
  called: 'the EFTEM mode',
  part: 'column',
  settings: { on: onOff({ label: 'EFTEM mode', short: 'EFTEM', changesBeam: true }) },
});

/**
 * The virtual microscope, for the simulated wires of the vendor plugins. Core knows nothing of its physics: a vendor's simulated
 * wire hands the value to the simulation package, which checks that it is what it says.
 */
export interface VirtualInstrument {
  readonly microscope: unknown;
}
/** The token of the virtual microscope. */
export const VirtualInstrument = service<VirtualInstrument>('VirtualInstrument');
