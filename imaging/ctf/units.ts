declare const unit: unique symbol;

/** A number with its unit in its type, so that nanometres are not passed as Angstrom. */
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** A length in Angstrom: pixel sizes, resolutions and defocus values; underfocus is positive in this room. */
export type Angstroms = Quantity<'A'>;
/** An acceleration voltage in kilovolts. */
export type Kilovolts = Quantity<'kV'>;
/** A spherical aberration in millimetres. */
export type Millimetres = Quantity<'mm'>;
/** A share of the contrast that is amplitude contrast, from 0 to below 1. */
export type AmplitudeContrast = Quantity<'amplitude contrast'>;
/** A phase in radians. */
export type PhaseRadians = Quantity<'phase rad'>;

/** Marks a number as a length in Angstrom. */
export const angstroms = (value: number): Angstroms => value as Angstroms;
/** Marks a number as a voltage in kilovolts. */
export const kilovolts = (value: number): Kilovolts => value as Kilovolts;
/** Marks a number as an aberration in millimetres. */
export const aberrationInMillimetres = (value: number): Millimetres => value as Millimetres;
/** Marks a number as a share of amplitude contrast. */
export const amplitudeContrast = (value: number): AmplitudeContrast => value as AmplitudeContrast;
/** Marks a number as a phase in radians. */
export const phaseRadians = (value: number): PhaseRadians => value as PhaseRadians;
