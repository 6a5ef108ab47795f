/** Phase shift that a fit of rings expects: none, searched, or degrees. */
export type RingPhase = 'none' | 'search' | number;

/** Expectations and last fits of Thon rings, the same for all browsers. */
export interface RingPanelState {
  /** Lens by which rings are fitted; kilovolts are undefined where neither the image nor the column says them. */
  readonly lens: { readonly kilovolts?: number; readonly aberration: number; readonly amplitudeContrast: number };
  /** Expected defocus in micrometres, underfocus positive; undefined where all is possible. */
  readonly defocus?: readonly [number, number];
  readonly phase: RingPhase;
  /** The last fits, the newest first. */
  readonly fits: readonly RingRow[];
}

/** One line of the table of fits. Lengths of defocus in micrometres, underfocus negative. */
export interface RingRow {
  readonly number: number;
  /** HH:MM:SS. */
  readonly time: string;
  readonly title: string;
  /** Undefined for a refused one. */
  readonly found?: {
    readonly defocus: number;
    readonly error: number;
    readonly astigmatism: number;
    readonly angle: number;
    readonly score: number;
    /** Degrees, where a phase was searched. */
    readonly phase?: number;
    /** Nanometres. */
    readonly resolution?: number;
  };
  /** Reason of a refusal. */
  readonly refused?: string;
}

/** Fit of the rings of one image, for drawing. Frequencies are in cycles per pixel of the image. */
export interface RingsState {
  readonly image: number;
  /** Texts of the result, or the reasons for which there is none. */
  readonly lines: readonly string[];
  readonly refused: boolean;
  /** True when it started from the last fit, without a search. */
  readonly followed: boolean;
  readonly milliseconds: number;
  /** Radii of each zero along azimuths of a full turn, counter-clockwise from X with Y up; -1 where there is none. */
  readonly zeros: readonly (readonly number[])[];
  /** Frequency up to which the rings fit. */
  readonly limit?: number;
  /** Power over the smooth spectrum and the fitted rings, against cycles per nanometre. */
  readonly curve?: {
    readonly frequencies: readonly number[];
    readonly power: readonly number[];
    readonly fit: readonly number[];
  };
}

/** Defocus values for which a zero lies at a point of a spectrum. */
export interface RingsAtState {
  /** Period at the point, in nanometres. */
  readonly period: number;
  /** Zero that the fit has nearest to the point, from 1; 1 without a fit. */
  readonly nearest: number;
  /** For each number of the zero: the defocus in micrometres, underfocus negative, and the zeros of that defocus. */
  readonly rings: readonly {
    readonly ring: number;
    readonly defocus: number;
    readonly zeros: readonly (readonly number[])[];
  }[];
}
