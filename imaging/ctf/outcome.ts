import type { AstigmaticDefocus } from './transfer';
import type { Angstroms, PhaseRadians } from './units';

/**
 * Reason for which no defocus is given.
 *
 * - `blank`: all pixels have one value.
 * - `no-rings`: rings describe the spectrum no better than chance does.
 * - `rival`: another defocus, half a ring away or more, describes the spectrum as well.
 * - `outside-window`: the rings fit at a defocus outside of the expected window.
 * - `edge`: the best defocus lies at the end of the range that was searched.
 * - `reversed`: the rings stand bright where they should be dark over most of the spectrum.
 * - `disagreement`: the sectors of the spectrum, each by itself, show another defocus than all of it together.
 */
export type CtfFindingCode = 'blank' | 'no-rings' | 'rival' | 'outside-window' | 'edge' | 'reversed' | 'disagreement';

/** Reason why a defocus would be a guess. */
export interface CtfFinding {
  readonly code: CtfFindingCode;
  /** The doubt in a sentence with numbers, for an operator. */
  readonly text: string;
}

/** Defocus that was compared, with the gain of its rings over the smooth spectrum in log-likelihood (nats). */
export interface CtfCandidate {
  readonly defocus: AstigmaticDefocus;
  readonly phaseShift: PhaseRadians;
  readonly gain: number;
}

/** Standard errors in Angstrom, and of the phase in radians where it was fitted. */
export interface CtfStandardErrors {
  readonly mean: Angstroms;
  /** Of the astigmatism vector (defocus 1 - defocus 2) (cos 2 angle, sin 2 angle). */
  readonly astigmatism: readonly [Angstroms, Angstroms];
  readonly phaseShift?: PhaseRadians;
}

/** Estimate from single sectors of the spectrum. */
export interface SectorEstimate {
  readonly defocus: AstigmaticDefocus;
  /** Standard errors of mean, cosine and sine in Angstrom. */
  readonly standardErrors: readonly [number, number, number];
  /** Sectors that took part, of twelve. */
  readonly sectors: number;
}

/** Defocus that the rings of an image show, beyond doubt. */
export interface CtfFit extends CtfCandidate {
  readonly kind: 'fit';
  /** The larger and the smaller defocus, underfocus positive. */
  readonly defocus1: Angstroms;
  readonly defocus2: Angstroms;
  /** Direction of `defocus1` in degrees from -90 to 90, counter-clockwise from X with Y UP. */
  readonly angle: number;
  /** Correlation of the cells of the spectrum with the rings, from -1 to 1; it depends on the size of the image. */
  readonly score: number;
  /** Resolution up to which the rings fit; undefined where they never do. */
  readonly fitResolution: Angstroms | undefined;
  /** Resolution from which the rings are too dense for the spectrum; undefined where they are not. */
  readonly aliasingResolution: Angstroms | undefined;
  readonly standardErrors: CtfStandardErrors;
  /** Covariance of mean defocus and the two components of the astigmatism vector, in square Angstrom, row by row. */
  readonly covariance: readonly number[];
  /** Factor by which the errors of the noise alone were multiplied, because the model does not describe everything. */
  readonly misfit: number;
  /** Best other defocus, half a ring away or more; absent when the last fit was followed, or there is none. */
  readonly runnerUp?: CtfCandidate;
  readonly secondEstimate?: SectorEstimate;
  /** True when the fit started from an earlier one, without a search. */
  readonly followed: boolean;
  /** Depth of the rings at each of `frequencies` (cycles per Angstrom). */
  readonly curves: CtfCurves;
}

/** Curves over the frequency, averaged along lines of equal phase. */
export interface CtfCurves {
  /** Cycles per Angstrom, at the mean defocus. */
  readonly frequencies: Float64Array;
  /** Mean power over the smooth spectrum; 1 where there are no rings. NaN where no cell lies. */
  readonly power: Float64Array;
  /** Smooth spectrum in the unit of the power of the image, averaged over directions. */
  readonly background: Float64Array;
  /** Power of the fitted rings over the smooth spectrum. */
  readonly fit: Float64Array;
  /** Correlation of the two about each frequency, over one to two oscillations. */
  readonly quality: Float64Array;
}

/** Answer without a defocus, with the reasons and the numbers that were compared. */
export interface CtfRefusal {
  readonly kind: 'refusal';
  /** At least one. */
  readonly findings: readonly CtfFinding[];
  /** Defocus values that were compared, the best first. None of them may be used. */
  readonly compared: readonly CtfCandidate[];
}

/** Answer of the fitter. */
export type CtfOutcome = CtfFit | CtfRefusal;
