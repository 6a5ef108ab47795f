import type {
  BeamShiftUnits,
  ImageShiftUnits,
  MagIndex,
  Metres,
  Radians,
  RawLensValue,
  Seconds,
  Vector,
  Volts,
} from '../base';
import { device } from './device';
import type { Readable, Setting } from './setting';
import { oneOf, onOff, pair, position, quantity, wholeNumber } from './setting-traits';

/** Group of lenses that a normalization cycles. */
export type LensGroup = 'spot size' | 'condenser' | 'illumination' | 'objective' | 'projector' | 'all';

/** Nanoprobe or microprobe; columns without probe modes are always in microprobe. */
export type ProbeMode = 'nano' | 'micro';

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

/** Behaviour of the column at a change of magnification, as far as callers need it. */
export interface ScopeTraits {
  /** The model as shown to people. */
  readonly model: string;
  /** True when a change of magnification resets the image-shift coils. */
  readonly resetsImageShiftOnMagnificationChange: boolean;
  /**
   * True when the projector deflector makes image shift, so that its effect on the camera is the same at every
   * magnification.
   */
  readonly usesProjectorForImageShift: boolean;
  /** Micrometres on the specimen for one image-shift unit where nothing is calibrated: outside low magnification, and in it. */
  readonly roughImageShiftScale: { readonly regular: number; readonly lowMagnification: number };
  /** Highest spot size. */
  readonly spotSizes: number;
  /** True when image shift is different at each magnification of the secondary range. */
  readonly secondaryMagnificationsDiffer?: boolean;
  /**
   * True for limits of image shift axis by axis (the usual), false for a limit of its length; the default where the
   * site does not say.
   */
  readonly squareImageShiftLimits?: boolean;
  /** Focus for low magnification, in the column's own measure, where the site does not say. */
  readonly standardLowMagFocus?: number;
  /** Adaptation of old tables of image-shift delays for the column. */
  readonly delayAdaptation?: 'fast settling' | 'current' | 'scaled';
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

/** A transmission electron microscope column. */
export interface Scope {
  readonly traits: ScopeTraits;
  /** Mag index, from 1, in the magnification table. */
  readonly magIndex: Setting<MagIndex>;
  /** Image shift as the column holds it; calibrations use `NetImageShift` instead. */
  readonly imageShift: ImageShiftSetting;
  readonly beamShift: Setting<Vector<BeamShiftUnits>>;
  readonly defocus: Setting<Metres>;
  /** Objective excitation in the vendor's own measure: only to be saved, compared and given back. */
  readonly absoluteFocus: Setting<RawLensValue>;
  readonly spotSize: Setting<number>;
  /** Brightness, 0 to 1, in the vendor's own measure. */
  readonly intensity: Setting<number>;
  readonly probeMode: Setting<ProbeMode>;
  /** True when the viewing screen is down, in front of the camera. */
  readonly screenDown: Setting<boolean>;
  readonly beamBlanked: Setting<boolean>;
  readonly highTension: Readable<Volts>;
  /** Runs a lens group through its hysteresis cycle. */
  normalize(group: LensGroup, signal?: AbortSignal): Promise<void>;
  /** When a lens was last normalized, on the program's clock; undefined when never. */
  lastNormalized(): Seconds | undefined;
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
    beamShift: pair({ label: 'Beam shift', short: 'Beam', unit: 'units', decimals: 4, step: 0.1, changesBeam: true }),
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
    spotSize: wholeNumber({ label: 'Spot size', changesBeam: true, condition: true }),
    intensity: quantity({
      label: 'Intensity',
      unit: '%',
      decimals: 3,
      step: 0.5,
      range: [0, 1],
      changesBeam: true,
      condition: true,
    }),
    probeMode: oneOf(
      { micro: 'microprobe', nano: 'nanoprobe' },
      { label: 'Probe mode', short: 'Probe', changesBeam: true, condition: true },
    ),
    screenDown: onOff({
      label: 'Screen',
      name: 'screen down',
      on: 'down',
      off: 'up',
      changesBeam: true,
      blocksBeam: 'to the cameras',
    }),
    beamBlanked: onOff({
      label: 'Beam',
      name: 'beam blanked',
      on: 'blanked',
      off: 'on',
      changesBeam: true,
      blocksBeam: 'everywhere',
    }),
  },
  methods: { normalize: (group: LensGroup) => `normalize ${group}`, lastNormalized: 'question' },
  facts: { traits: true },
});

/** Position of the stage, in stage coordinates. */
export interface StagePosition {
  readonly x: Metres;
  readonly y: Metres;
  readonly z: Metres;
  readonly tilt: Radians;
}

/** Options of a stage move. */
export interface StageMove {
  readonly x?: Metres;
  readonly y?: Metres;
  readonly z?: Metres;
  readonly tilt?: Radians;
  /** Goes to target plus this vector first, so that the final approach is always from the same side. */
  readonly backlash?: Vector<Metres>;
}

/** The specimen stage. */
export interface Stage {
  readonly position: Readable<StagePosition>;
  /** Moves and waits until the stage is ready. Checked against the limits before anything is sent. */
  move(to: StageMove, signal?: AbortSignal): Promise<void>;
  /** Stops a move under way as fast as the stage allows. */
  stop(): Promise<void>;
  /** When the last move ended, on the program's clock; undefined when there was none. */
  lastMoved(): Seconds | undefined;
}
/** The token of the specimen stage. */
export const Stage = device<Stage>('Stage', {
  called: 'the stage',
  part: 'stage',
  settings: { position: position({ label: 'Position', name: 'stage position' }) },
  methods: { move: () => 'move stage', stop: () => 'stop stage', lastMoved: 'question' },
});
