import {
  type Clock,
  EucentricError,
  type Metres,
  inMicrometres,
  length,
  metres,
  micrometres,
  readable,
  scale,
} from '../base';
import { type Evidence, aboveLimit } from '../judgement';
import { Calibrations } from '../store';
import type { ParameterSetName } from '../settings';
import { type FoundFocusCurve, findFocusCurve, milliradiansPerTiltUnit } from './focus-calibrations';
import { defocusOf, shiftAt, slopeAt } from './focus-curve';
import {
  type FocusShots,
  type FocusUses,
  type MeasuredSwing,
  approachDefocus,
  focusNeeds,
  focusShots,
  measureSwing,
  perTilt,
} from './focus-shots';

/** Devices and services with which defocus is measured by beam tilt. */
export const autofocusNeeds = { ...focusNeeds, calibrations: Calibrations };
/** Those devices and services as they are provided. */
export type AutofocusUses = FocusUses & { readonly calibrations: Calibrations };

/** Defocus measured by beam tilt. */
export interface MeasuredDefocus {
  /** Apparent defocus of the column as it is set, without the offset of the images; negative for underfocus. */
  readonly defocus: Metres;
  readonly standardError: Metres;
  /** Distance of the displacement from the curve, as a length of focus. */
  readonly distance: Metres;
  /** Distance in focus past the end of the curve; 0 within it. */
  readonly pastEnd: Metres;
  readonly curve: FoundFocusCurve;
  readonly swing: MeasuredSwing;
  readonly shots: FocusShots;
}

/** Choices of a measurement of defocus. */
export interface DefocusOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Parameter set of the images; Focus by default. */
  readonly set?: ParameterSetName;
  /** Defocus that is expected, where something tells it: the target of autofocus by default. */
  readonly expected?: Metres;
  /** Defocus that is added while the images are taken; that of the user settings by default. */
  readonly offset?: Metres;
  /** Three images always, as routines of tuning take them; by default as the user settings say. */
  readonly shots?: 3;
  /** Beam tilt as a share of the usual one, for images far from focus; 1 by default. */
  readonly tiltShare?: number;
  /** Told before each image. */
  readonly progress?: (image: number) => void;
}

/** Share of the distance past the end of the curve by which it may be off there. */
const pastEndShare = 0.05;
/** Share of a defocus by which a curve that was carried over from another place may be off. */
const derivedShare = {
  measured: 0,
  'by image-shift calibrations': 0.01,
  'by pixel sizes and rotations': 0.02,
} as const;

/** Share by which the spherical aberration of a column may differ from the one of the properties. */
const aberrationError = 0.3;

/** The focus curve for the images of a measurement. Throws `tuning/no-focus-calibration` where there is none. */
export function requireFocusCurve(
  { calibrations, optics, settings }: AutofocusUses,
  { conditions }: FocusShots,
): FoundFocusCurve {
  const found = findFocusCurve(calibrations, optics, conditions, settings.get('MinMagIndexForAutofocus'));
  if (found) return found;
  const { magnification } = optics.at(conditions);
  throw new EucentricError({
    code: 'tuning/no-focus-calibration',
    message: `Autofocus is not calibrated for ${magnification}x, nor for a magnification from which it could be carried over, with this camera, tilt direction and probe mode.`,
    hint: 'Run Autofocus of the Calibration menu at this magnification or a near one.',
  });
}

/** Measures the defocus by beam tilt and the calibrated curve. The beam tilt is as before when it ends well. */
export async function measureDefocus(use: AutofocusUses, options: DefocusOptions): Promise<MeasuredDefocus> {
  const { clock, signal, set, tiltShare = 1, progress } = options;
  const usual = await focusShots(use, signal, set && { set });
  const shots = { ...usual, tilt: usual.tilt * tiltShare };
  const curve = requireFocusCurve(use, shots);
  const offset = options.offset ?? micrometres(use.userSettings.get('AutofocusOffset'));
  const expected = options.expected ?? micrometres(use.userSettings.get('TargetDefocus'));
  const readout = await use.scope.defocus.read(signal);
  if (offset !== 0) await approachDefocus(use, metres(readout + offset), clock, signal);
  const expectedShift = shiftAt(curve.curve, metres(expected + offset));
  const swing = await measureSwing(use, shots, {
    clock,
    signal,
    title: 'Autofocus',
    shots: options.shots ?? (use.userSettings.get('DriftProtection') ? 3 : 2),
    expected: expectedShift && scale(expectedShift, shots.tilt),
    ...(progress && { progress }),
  });
  await use.beamTilt.beamTilt.write(shots.base, signal);
  if (offset !== 0) await approachDefocus(use, readout, clock, signal);
  const shift = perTilt(swing, shots.tilt);
  const found = defocusOf(curve.curve, shift);
  const slope = found && slopeAt(curve.curve, found.defocus);
  if (!found || !slope || length(slope) === 0)
    throw new EucentricError({
      code: 'tuning/flat-focus-curve',
      message: 'The focus calibration holds a curve that gives no defocus for a displacement.',
      hint: 'Run Autofocus of the Calibration menu again.',
    });
  const steep = length(slope);
  // Of the error only the part along the curve is one of the defocus.
  const along = Math.hypot(slope.x * swing.standardError.x, slope.y * swing.standardError.y) / (steep * shots.tilt);
  const size = Math.abs(inMicrometres(found.defocus));
  const past = inMicrometres(found.pastEnd);
  const lens = focusOfTilt(use, shots, curve.beamTilt);
  return {
    defocus: metres(found.defocus - offset + micrometres(lens)),
    standardError: micrometres(
      Math.hypot(along / steep, pastEndShare * past, derivedShare[curve.source] * size, aberrationError * lens),
    ),
    distance: micrometres(found.distance / steep),
    pastEnd: found.pastEnd,
    curve,
    swing,
    shots,
  };
}

/**
 * Micrometres by which the spherical aberration makes the focus of the tilt of a calibration another one than that of the tilt in use. A
 * calibration counts from its own zero, which holds the part of its own tilt.
 */
function focusOfTilt(
  { settings, calibrations, optics }: AutofocusUses,
  { tilt, conditions }: FocusShots,
  calibrated: number,
): number {
  const [aberration] = settings.get('FFTZeroParams');
  const unit = milliradiansPerTiltUnit(calibrations, optics, conditions) ?? 0;
  return 1e-3 * aberration * unit ** 2 * (calibrated ** 2 - tilt ** 2);
}

/** Standard error in micrometres of a measured defocus. */
const maxError = { doubtful: 0.1, refused: 1 };
/** Distance from the curve in micrometres of focus: a constant, for pivot points that were aligned again, and a share of the defocus. */
const [maxDistance, maxDistanceShare] = [2, 0.2];

/** Evidence for and against a measured defocus, which may be far from focus on the way there. */
export function defocusEvidence(
  { defocus, standardError, distance, swing }: MeasuredDefocus,
  { onTheWay = false }: { readonly onTheWay?: boolean } = {},
): Evidence {
  const size = Math.abs(inMicrometres(defocus));
  const error = inMicrometres(standardError);
  const factor = onTheWay ? Math.max(1, size) : 1;
  return [
    swing.lost === undefined
      ? undefined
      : {
          kind: 'weak signal',
          verdict: 'refused',
          what: 'Significance of the comparison of the tilted images',
          number: Math.min(...swing.series.pairs.map(({ significance }) => significance)),
          limit: minSignificance,
          unit: 'times chance',
          why: `The displacement was lost: ${swing.lost}.`,
          change: 'Take more exposure, go to a place with detail, focus better by hand, or take a smaller beam tilt.',
        },
    aboveLimit({
      kind: 'uncertain',
      what: 'Standard error of the defocus',
      number: error,
      unit: 'um',
      ...(!onTheWay && { doubtfulAbove: maxError.doubtful }),
      refusedAbove: maxError.refused * factor,
      why: 'The images or the calibration do not give the defocus more closely.',
      change:
        'Take more exposure or a larger beam tilt; calibrate Autofocus at this magnification over the range that is used.',
    }),
    aboveLimit({
      kind: 'disagreement',
      what: 'Distance of the displacement from the focus curve',
      number: inMicrometres(distance),
      unit: 'um of focus',
      refusedAbove: maxDistance + maxDistanceShare * size + 4 * error,
      why: `A defocus of ${readable(inMicrometres(defocus), 2)} um moves the image in another direction, so it was something else that moved it.`,
      change:
        'Look at the images: a pattern that repeats, a pattern of the camera or strong drift misleads them. If the microscope was aligned, calibrate Autofocus again.',
    }),
  ];
}

/** Significance below which a comparison is no better than chance. */
const minSignificance = 6;
