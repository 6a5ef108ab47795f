import type { CameraIndex, MagIndex } from '../base';
import type { ProbeMode } from '../devices';
import type { CrossoverSide } from '../illumination';
import type { Remedy } from './remedy';

/** Subject of a contradiction as a code; stable, for look-ups and filters. */
export type ConsistencyCode =
  | 'consistency/pixel-size'
  | 'consistency/unit'
  | 'consistency/two-groups'
  | 'consistency/stage-shape'
  | 'consistency/not-compared'
  | 'consistency/binning'
  | 'consistency/image-shift-scale'
  | 'consistency/shift-boundary'
  | 'consistency/image-shift-shape'
  | 'consistency/rotation'
  | 'consistency/quarter-turn'
  | 'consistency/rotation-sign'
  | 'consistency/inverted-axis'
  | 'consistency/relative-rotation'
  | 'consistency/unknown-place'
  | 'consistency/magnification-changed'
  | 'consistency/crossover'
  | 'consistency/intensity-tables'
  | 'consistency/spot-ratios'
  | 'consistency/beam-shift'
  | 'consistency/aperture'
  | 'consistency/energy-shifts'
  | 'consistency/stale'
  | 'consistency/missing';

/** `error`: what rests on it is wrong; `warning`: look at it; `information`: good to know. */
export type FindingSeverity = 'error' | 'warning' | 'information';

/** The probably wrong quantity. */
export type Subject =
  | 'image shift'
  | 'stage'
  | 'pixel size'
  | 'rotation'
  | 'relative rotation'
  | 'shift boundary'
  | 'stage axes'
  | 'magnification table'
  | 'camera'
  | 'crossover'
  | 'intensity table'
  | 'spot ratios'
  | 'beam shift'
  | 'condenser aperture'
  | 'energy shifts';

/** One of the numbers that contradict each other. */
export interface ComparedNumber {
  readonly what: string;
  readonly value: number;
  readonly unit: 'nm' | 'degrees' | '' | 'um' | 'eV';
}

/** One contradiction among calibrations and properties, or one thing that is missing or old. */
export interface Finding {
  readonly code: ConsistencyCode;
  readonly severity: FindingSeverity;
  /** The probably wrong quantity; if that is open, the one that is easiest to measure again. */
  readonly subject: Subject;
  readonly camera?: CameraIndex;
  readonly magIndex?: MagIndex;
  /** Spot size, probe mode and side of crossover of a finding about the beam. */
  readonly spot?: number;
  readonly probe?: ProbeMode;
  readonly side?: CrossoverSide;
  /** All places that took part. */
  readonly magIndexes: readonly MagIndex[];
  readonly cameras: readonly CameraIndex[];
  readonly numbers: readonly ComparedNumber[];
  /** Size of the contradiction. */
  readonly difference?: { readonly value: number; readonly unit: '%' | 'degrees' };
  readonly message: string;
  /** Reason why the subject is probably wrong. */
  readonly reason: string;
  readonly remedy: Remedy;
}

/**
 * From where on a difference counts. Good calibrations agree within a few tenths of a percent and of a degree; a stage whose scale
 * was measured over less than a whole cycle is off by up to three percent, and the limits stay clear of that.
 */
export const limits = {
  scale: { warning: 0.04, error: 0.08 },
  angle: { warning: 3, error: 8 },
  /** Ratio and angle of the two image-shift vectors, which hardly change within a range. */
  shape: { ratio: 0.04, angle: 3, error: 15 },
  /** Absolute scale: what the magnification table and the sensor give is right within this factor. */
  absolute: { factor: 1.75 },
  /** Lengths of the two axes of the stage, and the angle between them, which a good stage calibration has alike and at right angles. */
  stageShape: { ratio: 0.1, errorRatio: 0.2, angle: 5, errorAngle: 10 },
  /** Steps between magnifications rest on the magnification table, whose numbers are rounded. */
  step: { scale: 0.05, angle: 4, errorScale: 0.25, errorAngle: 15 },
  /** Lengths of the axes of beam shift on the specimen and the angle between them; alignment leaves them less alike than those of the stage. */
  beamShift: { ratio: 0.15, errorRatio: 0.3, angle: 7, errorAngle: 15 },
  /** Distance of crossover from the bright end of a table over that which the table itself suggests; real tables reach 0.7. */
  crossoverDistance: { factor: 2 },
  /** Fraction of the distance from crossover to what was measured with it; densities change by twice as much. */
  crossoverChange: { warning: 0.01, error: 0.05 },
  /** Change of density between two intensities by one table over that by another. */
  densityChange: { warning: 1.1, error: 1.5 },
  /** Ratio of two spot sizes over that of their tables, between which the gun may have drifted. */
  spotRatio: { warning: 1.2, error: 2 },
} as const;

const remedies: Readonly<Record<Subject, Remedy>> = {
  'image shift': { measure: 'image shift' },
  stage: { measure: 'stage shift' },
  'pixel size': { measure: 'pixel size' },
  rotation: { correct: 'RotationAndPixel' },
  'relative rotation': { correct: 'RotationAndPixel' },
  'shift boundary': { correct: 'OtherShiftBoundaries' },
  'stage axes': { correct: 'InvertStageXAxis' },
  'magnification table': { correct: 'MagnificationTable' },
  camera: { correct: 'PixelSizeInMicrons, FilmToCameraMagnification' },
  crossover: { measure: 'crossover' },
  'intensity table': { measure: 'beam intensity' },
  'spot ratios': { measure: 'spot intensity' },
  'beam shift': { measure: 'beam shift' },
  'condenser aperture': { measure: 'condenser aperture', correct: 'C2ApertureSizes' },
  'energy shifts': { measure: 'energy shifts' },
};
/** The usual remedy for a wrong quantity. */
export const remedyOf = (subject: Subject): Remedy => remedies[subject];

const subjectNames: Partial<Readonly<Record<Subject, string>>> = {
  'image shift': 'image shift calibration',
  stage: 'stage calibration',
  'pixel size': 'pixel size of the properties',
  rotation: 'rotation of the properties',
};
/** A subject in a sentence. */
export const nameOfSubject = (subject: Subject): string => subjectNames[subject] ?? subject;

/** In percent, how far a factor given by its logarithm is from 1. */
export const percentOf = (logarithm: number): number => 100 * (Math.exp(logarithm) - 1);

const rank: Readonly<Record<FindingSeverity, number>> = { error: 0, warning: 1, information: 2 };
/** Most severe first, then by camera and magnification. */
export const bySeverity = (a: Finding, b: Finding): number =>
  rank[a.severity] - rank[b.severity] ||
  (a.camera ?? -1) - (b.camera ?? -1) ||
  (a.magIndex ?? -1) - (b.magIndex ?? -1) ||
  a.code.localeCompare(b.code);

/** Makes a finding about one place, with what else is known of it. */
export const plain = (
  code: Finding['code'],
  severity: FindingSeverity,
  subject: Subject,
  place: { readonly camera?: CameraIndex; readonly magIndex?: MagIndex },
  message: string,
  reason: string,
  more: Partial<Finding> = {},
): Finding => ({
  code,
  severity,
  subject,
  ...place,
  magIndexes: place.magIndex === undefined ? [] : [place.magIndex],
  cameras: place.camera === undefined ? [] : [place.camera],
  numbers: [],
  message,
  reason,
  remedy: remedyOf(subject),
  ...more,
});
