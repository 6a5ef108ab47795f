import {
  type BeamShiftUnits,
  type BeamTiltUnits,
  type ElectronVolts,
  type MagIndex,
  type Metres,
  type Vector,
  service,
} from '../base';
import type { ProbeMode } from '../devices';
import type { ParameterSetName } from '../settings';

/** The areas of Low Dose, in the order of SerialEM's numbers. */
export const lowDoseAreas = ['View', 'Focus', 'Trial', 'Record', 'Search'] as const;
/** The name of an area of Low Dose. */
export type LowDoseAreaName = (typeof lowDoseAreas)[number];

/** The area in which images of a parameter set are taken. Preview shows the place of Record. */
export const areaOfSet = (set: ParameterSetName): LowDoseAreaName => (set === 'Preview' ? 'Record' : set);

/** Settings of the column for one purpose; what is undefined is taken from the column when the area is first entered. */
export interface LowDoseArea {
  readonly magIndex?: MagIndex;
  readonly spotSize?: number;
  readonly intensity?: number;
  /** Micrometres from the optic axis along the tilt axis, or along the turned axis. */
  readonly axisPosition: number;
  readonly beamShiftOffset: Vector<BeamShiftUnits>;
  readonly beamTiltOffset: Vector<BeamTiltUnits>;
  readonly slit?: LowDoseSlit;
  readonly alpha?: number;
  readonly probeMode?: ProbeMode;
  /** Diameters of apertures, 0 for a retracted one. An area that does not define them leaves them as they are. */
  readonly condenserAperture?: Metres;
  readonly objectiveAperture?: Metres;
}

/** The slit of the energy filter in an area. */
export interface LowDoseSlit {
  readonly inserted: boolean;
  readonly width: ElectronVolts;
  readonly energyLoss: ElectronVolts;
  readonly zeroLoss: boolean;
}

/** State of the column that an earlier program has left, for an operator. */
export interface LowDoseLeft {
  /** In sentences. */
  readonly text: string;
  /** True where it can be taken off once the operator says that it is still there. */
  readonly canTakeOff: boolean;
}

/** A conversion of the intensity of an area, which belongs to its spot size and probe mode. */
export type IntensityConversion = (
  intensity: number,
  place: { readonly spot: number; readonly probe: ProbeMode },
) => number;

/** A change of an area. */
export type LowDoseChange = Partial<LowDoseArea>;

/**
 * Keeps the dose on the place of interest low: looks, focuses and tries beside it, and comes to it only to record. Each purpose is an
 * area with settings of its own, and the beam is blanked between images.
 */
export interface LowDose {
  readonly on: boolean;
  /** The area in which the column is; undefined when it is off, and until the first one is entered. */
  readonly area: LowDoseAreaName | undefined;
  /** Micrometres that the present area has added to the defocus; 0 where it adds none. */
  readonly defocusOffset: number;
  /** The areas for the present kind of camera: a regular one, one behind the energy filter, or a scanning one. */
  readonly areas: Readonly<Record<LowDoseAreaName, LowDoseArea>>;
  /** True when changes of the column in an area become changes of the area. */
  continuousUpdate: boolean;
  /** Offsets of an earlier program that did not end as it should, while it is not known whether they are still in the column; undefined where there are none. */
  readonly left: LowDoseLeft | undefined;
  /** Takes the word of the operator on them: they are taken off with the next area, or are gone. Switches Low Dose on where they are still there. */
  settleLeft(isThere: boolean, signal?: AbortSignal): Promise<void>;
  /** Micrometres from the optic axis to an area on the specimen, X along the tilt axis. */
  placeOf(area: LowDoseAreaName): Vector;
  /** Switches it on; nothing moves. Throws `low-dose/refused`. */
  turnOn(signal?: AbortSignal): Promise<void>;
  /** Goes to Record, if any area was entered, and switches it off. */
  turnOff(signal?: AbortSignal): Promise<void>;
  /** Takes the column to an area; leaves it as it was where that fails. Throws `low-dose/off`, `low-dose/no-matrix`, or what a device throws. */
  goTo(area: LowDoseAreaName, signal?: AbortSignal): Promise<void>;
  /** Changes an area for good; the column follows where it is in that area. */
  change(area: LowDoseAreaName, change: LowDoseChange, signal?: AbortSignal): Promise<void>;
  /** Converts the intensity of the areas of all kinds of cameras that define one with its spot size; their number. */
  convertIntensities(convert: IntensityConversion): Promise<number>;
  /** Copies everything but the position. */
  copy(from: LowDoseAreaName, to: LowDoseAreaName, signal?: AbortSignal): Promise<void>;
  /** Moves the origin so that Record and the mean of Focus and Trial lie on either side of the optic axis; moves it back where they do. */
  balance(): Promise<void>;
  /** Stores the present settings of the column in the present area, as continuous update does. */
  update(signal?: AbortSignal): Promise<void>;
  /** Calls after every change; what it returns ends that. */
  onChange(listen: () => void): () => void;
}
/** The token of Low Dose. */
export const LowDose = service<LowDose>('LowDose');
