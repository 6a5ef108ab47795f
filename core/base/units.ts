declare const unit: unique symbol;

/** A number with its unit in its type, so that metres cannot be passed as radians. */
export type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** A length in metres. */
export type Metres = Quantity<'m'>;
/** An angle in radians, counter-clockwise positive. */
export type Radians = Quantity<'rad'>;
/** A duration or an instant in seconds. */
export type Seconds = Quantity<'s'>;
/** An energy in electronvolts. */
export type ElectronVolts = Quantity<'eV'>;
/** A potential in volts. */
export type Volts = Quantity<'V'>;
/** A current in amperes. */
export type Amperes = Quantity<'A'>;
/** A value in the microscope's own image-shift unit (nominally one micrometre on FEI columns, arbitrary elsewhere). */
export type ImageShiftUnits = Quantity<'image shift unit'>;
/** A value in the microscope's own beam-shift unit. */
export type BeamShiftUnits = Quantity<'beam shift unit'>;
/** A value in the microscope's own beam-tilt unit: milliradians on FEI columns, percent of the deflector's range elsewhere. */
export type BeamTiltUnits = Quantity<'beam tilt unit'>;
/** A lens or deflector value in the vendor's own unit; only good for saving and restoring. */
export type RawLensValue = Quantity<'raw lens value'>;
/** A place in the magnification table, from 1. */
export type MagIndex = Quantity<'mag index'>;
/** The number of a camera in the properties. */
export type CameraIndex = Quantity<'camera index'>;

/** Makes a length from metres. */
export const metres = (value: number): Metres => value as Metres;
/** Makes a length from micrometres. */
export const micrometres = (value: number): Metres => (value * 1e-6) as Metres;
/** Makes a length from nanometres. */
export const nanometres = (value: number): Metres => (value * 1e-9) as Metres;
/** Makes a length from millimetres. */
export const millimetres = (value: number): Metres => (value * 1e-3) as Metres;
/** Reads a length in micrometres. */
export const inMicrometres = (length: Metres): number => length * 1e6;
/** Reads a length in nanometres. */
export const inNanometres = (length: Metres): number => length * 1e9;

/** Makes an angle from radians. */
export const radians = (value: number): Radians => value as Radians;
/** Makes an angle from degrees. */
export const degrees = (value: number): Radians => ((value * Math.PI) / 180) as Radians;
/** Reads an angle in degrees. */
export const inDegrees = (angle: Radians): number => (angle * 180) / Math.PI;
/** Normalizes an angle to (-180, 180] degrees. */
export function normalizeDegrees(angle: number): number {
  const turned = angle - 360 * Math.ceil((angle - 180) / 360);
  return turned === 0 ? 0 : turned;
}

/** Makes a duration from seconds. */
export const seconds = (value: number): Seconds => value as Seconds;
/** Makes a duration from milliseconds. */
export const milliseconds = (value: number): Seconds => (value / 1000) as Seconds;

/** Makes an energy from electronvolts. */
export const electronVolts = (value: number): ElectronVolts => value as ElectronVolts;
/** Makes a potential from volts. */
export const volts = (value: number): Volts => value as Volts;
/** Makes a current from amperes. */
export const amperes = (value: number): Amperes => value as Amperes;
/** Marks a number as a value in the microscope's image-shift unit. */
export const imageShiftUnits = (value: number): ImageShiftUnits => value as ImageShiftUnits;
/** Marks a number as a value in the microscope's beam-shift unit. */
export const beamShiftUnits = (value: number): BeamShiftUnits => value as BeamShiftUnits;
/** Marks a number as a value in the microscope's beam-tilt unit. */
export const beamTiltUnits = (value: number): BeamTiltUnits => value as BeamTiltUnits;
/** Marks a number as a vendor's raw lens value. */
export const rawLensValue = (value: number): RawLensValue => value as RawLensValue;
/** Marks a number as a place in the magnification table. */
export const magIndex = (value: number): MagIndex => value as MagIndex;
/** Marks a number as that of a camera. */
export const cameraIndex = (value: number): CameraIndex => value as CameraIndex;
