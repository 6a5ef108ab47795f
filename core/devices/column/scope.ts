import type { ImageShiftUnits, MagIndex, Metres, RawLensValue, Seconds, Vector, Volts } from '../../base';
import { device } from '../device';
import type { Readable, Setting } from '../setting';
import { onOff, pair, quantity, wholeNumber } from '../setting-traits';

/** Usual values for the stages of a vendor; lengths in micrometres. */
export interface StageError {
  /** Length over which the error of the X drive repeats. */
  readonly cycleX: number;
  readonly cycleY: number;
  /** Distance beyond the target of the first part of a move, so that all moves end from the same side. */
  readonly backlash: number;
  /** The share of a cycle that a stage calibration should cover at least. */
  readonly smallestExtent: number;
}

/** Replacement of the delays after image shift that a site takes over from a template; what is left out stays as it is. */
export interface DelayReplacement {
  /** The table that is replaced: distances on the specimen in micrometres, with delays in seconds. */
  readonly of: DelayTable;
  readonly delays?: DelayTable;
  readonly maxExtraPerDoubling?: Seconds;
  readonly delayFactor?: number;
  readonly assumedStartup: Seconds;
}

/** Pairs of a distance on the specimen in micrometres and the delay in seconds that it needs, by rising distance. */
export type DelayTable = readonly (readonly [micrometres: number, seconds: number])[];

/** Behaviour of the column at a change of magnification, as far as callers need it. */
export interface ScopeTraits {
  /** The model as shown to people. */
  readonly model: string;
  /** True when a change of magnification resets the image-shift coils. */
  readonly resetsImageShiftOnMagnificationChange: boolean;
  /** True when that change gives the coils the value that they last had at the magnification, and the focusing lens a base value of it. */
  readonly remembersByMagnification?: boolean;
  /**
   * True when the projector deflector makes image shift, so that its effect on the camera is the same at every
   * magnification.
   */
  readonly usesProjectorForImageShift: boolean;
  /** True when the column itself keeps the beam in its place while image shift changes. */
  readonly keepsBeamAtImageShift?: boolean;
  /** True where beam shifts for cameras behind a filter are filed apart from the others, under negative mag indexes. */
  readonly filesFilteredBeamShiftsApart?: boolean;
  /**
   * Micrometres on the specimen for one image-shift unit where nothing is calibrated: outside low magnification, in it, and in a scan, where
   * that is another one.
   */
  readonly roughImageShiftScale: {
    readonly regular: number;
    readonly lowMagnification: number;
    readonly scan?: number;
  };
  /** True when image shift is different at each magnification of the secondary range. */
  readonly secondaryMagnificationsDiffer?: boolean;
  /**
   * True for limits of image shift axis by axis (the usual), false for a limit of its length; the default where the
   * site does not say.
   */
  readonly squareImageShiftLimits?: boolean;
  /** Focus for low magnification, in the column's own measure, where the site does not say. */
  readonly standardLowMagFocus?: number;
  /** Shortest time between two values of the focus during a scan, and time after the first one; absent where the focus cannot follow a scan. */
  readonly focusRamp?: { readonly interval: Seconds; readonly initialDelay: Seconds };
  /** Delays after image shift that this column needs instead of those that sites take over from a template. */
  readonly delayReplacements?: readonly DelayReplacement[];
  /** Repeat distance of the stage error and approach of targets; the default where the site does not say. */
  readonly stageError?: StageError;
  /** Nominal matrix from specimen to stage axes. */
  readonly nominalSpecimenToStage: {
    readonly xpx: number;
    readonly xpy: number;
    readonly ypx: number;
    readonly ypy: number;
  };
}

/** The image shift of a column. Its limit depends on the magnification. */
export interface ImageShiftSetting extends Setting<Vector<ImageShiftUnits>> {
  /** @param magIndex the present one, where the caller has just read it; the guard reads it otherwise */
  write(value: Vector<ImageShiftUnits>, signal?: AbortSignal, magIndex?: MagIndex): Promise<void>;
}

/** Settings that every transmission electron microscope column has; all else of a column are devices of their own. */
export interface Scope {
  readonly traits: ScopeTraits;
  /** Mag index, from 1, in the magnification table. */
  readonly magIndex: Setting<MagIndex>;
  /** Image shift as the column holds it; calibrations use `NetImageShift` instead. */
  readonly imageShift: ImageShiftSetting;
  readonly defocus: Setting<Metres>;
  /** Objective excitation in the vendor's own measure: only to be saved, compared and given back. */
  readonly absoluteFocus: Setting<RawLensValue>;
  readonly beamBlanked: Setting<boolean>;
  readonly highTension: Readable<Volts>;
}
/** The token of the microscope column. */
export const Scope = device<Scope>('Scope', {
  called: 'the column',
  part: 'column',
  settings: {
    highTension: quantity({
      label: 'High tension',
      short: 'HT',
      unit: 'kV',
      decimals: 0,
      condition: 'highTensionKilovolts',
    }),
    magIndex: wholeNumber({ label: 'Mag index', short: 'Mag', changesBeam: true, condition: true }),
    imageShift: pair({ label: 'Image shift', short: 'IS', unit: 'units', decimals: 4, step: 0.1 }),
    defocus: quantity({
      label: 'Defocus',
      unit: 'um',
      decimals: 3,
      step: 0.5,
      // No lens of a column reaches farther.
      range: [-0.01, 0.01],
      condition: true,
    }),
    absoluteFocus: quantity({ label: 'Absolute focus', unit: '', decimals: 6, raw: true }),
    beamBlanked: onOff({
      label: 'Beam',
      name: 'beam blanked',
      on: 'blanked',
      off: 'on',
      changesBeam: true,
      blocksBeam: 'everywhere',
    }),
  },
  facts: { traits: true },
});
