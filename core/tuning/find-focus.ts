import {
  type Metres,
  type Vector,
  inMicrometres,
  length,
  metres,
  micrometres,
  readable,
  subtract,
  withError,
} from '../base';
import { type Judgement, type Reason, aboveLimit, judge } from '../judgement';
import type { Run } from '../kernel';
import {
  type AutofocusUses,
  type DefocusOptions,
  type MeasuredDefocus,
  defocusEvidence,
  measureDefocus,
} from './defocus-measurement';
import { shiftAt } from './focus-curve';
import { approachDefocus, perTilt } from './focus-shots';

/** Choices of focusing. */
export interface FocusingOptions extends Pick<DefocusOptions, 'set' | 'offset' | 'shots'> {
  /** Defocus to end at; the target of the user settings by default. */
  readonly target?: Metres;
}

/** Outcome of focusing. */
export interface FocusOutcome {
  /** The measurement of each round. */
  readonly rounds: readonly MeasuredDefocus[];
  readonly target: Metres;
  /** Change of the focus from the start. */
  readonly change: Metres;
  /** The last measurement; after a change it was made afresh. */
  readonly last: MeasuredDefocus;
  readonly judgement: Judgement;
  readonly images: number;
}

/** Rounds of one focusing: a measurement, and a change of the focus by it. */
const maxRounds = 3;
/** Distance from the target in micrometres, beyond the errors, from which the focus is changed once more. */
const tolerance = 0.03;
/** Error of the focus in micrometres, as multiples of the standard error, that counts as on the target. */
const withinErrors = 2;
/** Share of the last change above which a rest contradicts it. */
const contradiction = 0.35;
/** Beam tilt, as a share of the usual one, with which images far from focus still overlap. */
const smallTilt = 1 / 3;
/**
 * Beam tilt of every second measurement, as a share of the usual one. On a specimen that repeats, a displacement that is off by one period
 * looks like a focus in the middle, and goes on looking so when the focus is changed by it: at another tilt it stands for another focus.
 */
const otherTilt = 0.75;

/**
 * Measures the defocus and brings it to the target, always from below, until a fresh measurement shows that it is there: three
 * measurements at most. The limits of the user settings hold before anything moves. The caller keeps defocus and beam tilt and gives
 * back what must not stay; a refused judgement means that the focus must go back.
 */
export async function findFocus(
  run: Pick<Run, 'clock' | 'signal' | 'operator'>,
  use: AutofocusUses,
  options: FocusingOptions = {},
): Promise<FocusOutcome> {
  const { clock, signal } = run;
  const target = options.target ?? micrometres(use.userSettings.get('TargetDefocus'));
  const start = await use.scope.defocus.read(signal);
  // The first measurement belongs to a focus that is approached like the last one.
  let readout = await approachDefocus(use, start, clock, signal);
  const rounds: MeasuredDefocus[] = [];
  const evidence: (Reason | undefined)[] = [];
  let images = 0;
  let lastChange = 0;
  let before: number | undefined;
  let turn = 0;
  const measure = async (tiltShare: number): Promise<MeasuredDefocus> => {
    return measureDefocus(use, {
      ...options,
      clock,
      signal,
      expected: target,
      tiltShare,
      progress: (image) => {
        images += 1;
        run.operator.progress({
          done: images - 1,
          total: Math.max(images, maxRounds * 3),
          text: `Measurement ${rounds.length + 1}, image ${image + 1}`,
        });
      },
    });
  };
  for (;;) {
    let measured = await measure(rounds.length % 2 === 0 ? 1 : otherTilt);
    // Far from focus the images of a large tilt do not overlap: a smaller tilt shows the way.
    if (measured.swing.lost !== undefined) measured = await measure(smallTilt);
    const previous = rounds.at(-1);
    turn = Math.max(turn, previous ? turnBetween(previous, measured, lastChange) : 0);
    measured = withTurn(measured, turn);
    rounds.push(measured);
    const found = inMicrometres(measured.defocus);
    const rest = found - inMicrometres(target);
    run.operator.log(
      measured.swing.lost === undefined
        ? `Defocus ${withError(found, inMicrometres(measured.standardError))} um, target ${readable(inMicrometres(target), 2)} um.`
        : `The defocus was not found: ${measured.swing.lost}.`,
    );
    const close = tolerance + withinErrors * inMicrometres(measured.standardError);
    const done = Math.abs(rest) <= close;
    const atTheEnd = done || rounds.length >= maxRounds;
    const seen = judge(defocusEvidence(measured, { onTheWay: !atTheEnd }), contradicting(use, rest, lastChange));
    if (seen.verdict === 'refused' || atTheEnd) {
      evidence.push(...seen.reasons);
      if (!done && seen.verdict !== 'refused') evidence.push(notReached(rest, close));
      break;
    }
    const change = -rest * gainOf(lastChange, before === undefined ? NaN : rest - before);
    before = rest;
    const forbidden =
      changeBeyondLimits(use, inMicrometres(metres(readout - start)) + change) ??
      (await focusBeyondLimits(use, signal));
    if (!forbidden) readout = await approachDefocus(use, metres(readout + micrometres(change)), clock, signal);
    const beyond = forbidden ?? (await focusBeyondLimits(use, signal));
    if (beyond) {
      evidence.push(beyond);
      break;
    }
    lastChange = change;
  }
  const last = rounds.at(-1)!;
  return {
    rounds,
    target,
    change: metres(readout - start),
    last,
    images,
    judgement: judge(evidence),
  };
}

/** Change in micrometres from which its measurement shows how well the calibration holds, and the factors by which it may be off. */
const [minShown, gains] = [1, { least: 0.75, most: 1.33 }];

/** Factor of the next change, by what the last one really did to the measured defocus. */
function gainOf(change: number, measured: number): number {
  const gain = change / measured;
  return Math.abs(change) >= minShown && gain >= gains.least && gain <= gains.most ? gain : 1;
}

/**
 * Tangent of the angle between the displacement that a change of the focus has made and the focus curve, beyond its errors. A curve that
 * points elsewhere brings the focus to where the displacement is nearest to it, which is not the middle.
 */
function turnBetween(before: MeasuredDefocus, now: MeasuredDefocus, change: number): number {
  const [from, to] = [before, now].map(({ curve, defocus }) => shiftAt(curve.curve, defocus));
  const slope = from && to && subtract(to, from);
  if (!slope || length(slope) === 0 || Math.abs(change) < minShown) return 0;
  const [one, other] = [before, now].map(({ swing, shots }) => perTilt(swing, shots.tilt)) as [Vector, Vector];
  const moved = subtract(other, one);
  const along = Math.abs(moved.x * slope.x + moved.y * slope.y) / length(slope);
  const across = Math.abs(moved.x * slope.y - moved.y * slope.x) / length(slope);
  const error = Math.hypot(...[before, now].map(({ swing, shots }) => length(swing.standardError) / shots.tilt));
  return along > 0 ? Math.max(0, across - withinErrors * error) / along : 0;
}

/** A measurement whose error holds what a turned curve makes of its distance from it. */
const withTurn = (measured: MeasuredDefocus, turn: number): MeasuredDefocus => ({
  ...measured,
  standardError: metres(Math.hypot(measured.standardError, turn * measured.distance)),
});

/** Evidence by a rest that a correction should have taken away. */
function contradicting({ userSettings }: AutofocusUses, rest: number, lastChange: number): Reason | undefined {
  const limit = userSettings.get('AbortThreshold');
  if (limit === 0 || lastChange === 0) return undefined;
  return aboveLimit({
    kind: 'disagreement',
    what: 'Distance from the target after the focus was changed',
    number: Math.abs(rest),
    unit: 'um',
    refusedAbove: Math.max(limit, contradiction * Math.abs(lastChange)),
    why: `The focus was changed by ${readable(lastChange, 2)} um, and the images do not show that change.`,
    change: 'Look at the images, and calibrate Autofocus again. AbortThreshold is the limit.',
  });
}

const notReached = (rest: number, limit: number): Reason => ({
  kind: 'not fresh',
  verdict: 'doubtful',
  what: 'Distance from the target after the last measurement',
  number: Math.abs(rest),
  limit,
  unit: 'um',
  why: `The target was not reached in ${maxRounds} measurements.`,
  change: 'Run Autofocus again; a calibration at this magnification brings it there sooner.',
});

/** Evidence by a limit of the user settings. */
const outside = (what: string, number: number, limit: number, unit: string): Reason => ({
  kind: 'implausible',
  verdict: 'refused',
  what,
  number,
  limit,
  unit,
  why: 'The limits of autofocus in the user settings do not allow it.',
  change: 'Bring the specimen to the eucentric height, or change AutofocusEucenAbsParams.',
});

/** Evidence by the limits of the change of defocus, in micrometres from the start. */
function changeBeyondLimits({ userSettings }: AutofocusUses, change: number): Reason | undefined {
  const [, , lowest = -20, highest = 20, inUse = 0, withOffset = 1] = userSettings.get('AutofocusEucenAbsParams');
  if (inUse === 0) return undefined;
  const total = change + (withOffset !== 0 ? userSettings.get('AutofocusOffset') : 0);
  if (total < lowest) return outside('Change of the defocus', total, lowest, 'um');
  return total > highest ? outside('Change of the defocus', total, highest, 'um') : undefined;
}

/** Evidence by the limits of the absolute focus, where it is now; 0 stands for none. */
async function focusBeyondLimits(
  { userSettings, scope }: AutofocusUses,
  signal: AbortSignal,
): Promise<Reason | undefined> {
  const [lowest = 0, highest = 0, , , inUse = 0] = userSettings.get('AutofocusEucenAbsParams');
  if (inUse === 0 || (lowest === 0 && highest === 0)) return undefined;
  const focus = await scope.absoluteFocus.read(signal);
  if (lowest !== 0 && focus < lowest) return outside('Absolute focus', focus, lowest, '');
  return highest !== 0 && focus > highest ? outside('Absolute focus', focus, highest, '') : undefined;
}
