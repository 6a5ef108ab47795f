import {
  EucentricError,
  counted,
  inMicrometres,
  inNanometres,
  length,
  metres,
  micrometres,
  optional,
  readable,
  scale,
  withError,
} from '../../../../core/base';
import { judge, requireNotRefused } from '../../../../core/judgement';
import { type Forecast, LowDose, type LowDoseAreaName, type TaskRun, type Uses, value } from '../../../../core/kernel';
import type { ParameterSetName } from '../../../../core/settings';
import type { CalibrationResult } from '../../../../core/store';
import {
  type FocusOutcome,
  type MeasuredDefocus,
  autofocusNeeds,
  defocusEvidence,
  findFocus,
  findFocusCurve,
  focusShots,
  measureDefocus,
} from '../../../../core/tuning';

const results = {
  defocus: value.quantity('Defocus that was measured last, negative for underfocus.', {
    unit: 'um',
    decimals: 3,
    optional: true,
  }),
  defocusError: value.quantity('Its standard error.', { unit: 'um', decimals: 3, optional: true }),
  target: value.quantity('Target.', { unit: 'um', optional: true }),
  change: value.quantity('Change of the defocus.', { unit: 'um', decimals: 3, optional: true }),
  measurements: value.quantity('Number of measurements.'),
  images: value.quantity('Number of images.'),
  drift: value.quantity('Drift of the specimen.', { unit: 'nm/s', optional: true }),
  shift: value.vector('Displacement of the image from the negative to the positive tilt, in unbinned pixels.', {
    unit: 'px',
    optional: true,
  }),
  correlation: value.quantity('Lowest correlation coefficient of images at opposite tilts.', { optional: true }),
  source: value.text('Origin of the focus curve.', { optional: true }),
  standardFocus: value.quantity(
    'Absolute focus that was set, where autofocus is not calibrated in low magnification.',
    {
      optional: true,
    },
  ),
} as const;

/** Images of a run at most: three rounds with drift protection, each with a second try at a smaller tilt. */
const imagesAtMost = 18;
/** Reading out and comparing an image, in seconds. */
const readoutSeconds = 1;

type Run = TaskRun<Readonly<Record<never, never>>, typeof results>;
const needs = { ...autofocusNeeds, lowDose: optional(LowDose) };
type Use = Uses<typeof needs>;

/** Parameter set and area of Low Dose by the numbers of a script. */
const places: Readonly<Record<string, readonly [ParameterSetName, LowDoseAreaName]>> = {
  '1': ['View', 'View'],
  '2': ['View', 'View'],
  '3': ['Search', 'Search'],
  '4': ['Search', 'Search'],
  '-1': ['Record', 'Record'],
  '-2': ['Preview', 'Record'],
};

/** The declaration of Autofocus but its id. */
export const autofocusTask = {
  needs,
  not: ['stem'],
  changes: ({ scope }: Use) => [scope.defocus, scope.absoluteFocus],
  results,
  async forecast(use: Use, signal: AbortSignal): Promise<Forecast> {
    const { exposure, tilt, settling } = await focusShots(use, signal);
    const perImage = exposure.exposure + exposure.driftSettling;
    const whole = perImage + settling + use.cameras.selected.traits.startupDelay + readoutSeconds;
    return {
      images: { least: 2, most: imagesAtMost },
      exposure: { least: 2 * perImage, most: imagesAtMost * perImage },
      duration: { least: 2 * whole, most: imagesAtMost * whole },
      dependsOn: 'how far the focus is from the target',
      moves: [
        { setting: use.scope.defocus, how: 'to the target, where it stays' },
        { setting: use.beamTilt.beamTilt, how: `by ${readable(tilt, 2)} to both sides` },
      ],
    };
  },
  async run(use: Use, run: Run) {
    const mode = Number(run.arguments[0] ?? 1);
    const set = await goToArea(use, run);
    const shots = await focusShots(use, run.signal, set && { set });
    const place = use.optics.at(shots.conditions);
    if (place.isLowMagnification && !findFocusCurve(use.calibrations, use.optics, shots.conditions))
      return setStandardFocus(use, run, shots.conditions.probe);
    await run.preserve(use.beamTilt.beamTilt);
    run.restoreLater('camera', () => use.cameras.selected.stop());
    run.operator.status(mode < 0 ? 'MEASURING DEFOCUS' : 'AUTOFOCUS');
    return mode < 0 ? measureOnly(use, run, mode, set) : focus(use, run, set);
  },
} as const;

/** Goes to the area of Low Dose that a script asks for, and returns the parameter set of its images; Focus has its area already. */
async function goToArea({ lowDose }: Use, run: Run): Promise<ParameterSetName | undefined> {
  const given = run.arguments[1];
  if (given === undefined || Number(given) === 0) return undefined;
  const place = places[given];
  if (!place || !lowDose?.on)
    throw new EucentricError({
      code: 'autofocus/no-such-area',
      message: place ? 'Areas belong to Low Dose, which is off.' : `There is no area "${given}" for Autofocus.`,
      hint: 'Switch Low Dose on, and give 1 or 2 for View, 3 or 4 for Search, -1 for Record, -2 for Preview; leave it out for Focus.',
    });
  const [set, area] = place;
  await lowDose.goTo(area, run.signal);
  return set;
}

/** Defocus in metres that the present area of Low Dose has added, which the specimen does not have. */
const addedByArea = ({ lowDose }: Use) => micrometres(lowDose?.on ? lowDose.defocusOffset : 0);

/** The values of a measurement. */
function valuesOf(use: Use, { defocus, standardError, swing, curve, shots }: MeasuredDefocus) {
  const pixel = use.optics.at(shots.conditions).pixelSize;
  return {
    defocus: inMicrometres(metres(defocus - addedByArea(use))),
    defocusError: inMicrometres(standardError),
    shift: scale(swing.shift, -1),
    correlation: swing.correlation,
    source: curve.source,
    ...(swing.drift && pixel && { drift: length(swing.drift) * inNanometres(pixel.value) }),
  };
}

async function measureOnly(use: Use, run: Run, mode: number, set?: ParameterSetName): Promise<CalibrationResult> {
  const measured = await measureDefocus(use, {
    clock: run.clock,
    signal: run.signal,
    expected: targetOf(use),
    ...(set && { set }),
  });
  const judgement = judge(defocusEvidence(measured));
  requireNotRefused(judgement, 'autofocus/refused');
  const { defocus, defocusError, ...others } = valuesOf(use, measured);
  const summary =
    mode <= -2
      ? `Displacement ${readable(others.shift.x, 2)}, ${readable(others.shift.y, 2)} px by beam tilt.`
      : `Measured defocus ${withError(defocus, defocusError)} um.`;
  run.operator.log(summary);
  return run.report({
    summary,
    values: {
      ...others,
      ...(mode > -2 && { defocus, defocusError }),
      measurements: 1,
      images: measured.swing.series.views.length,
    },
    conditions: { magIndex: measured.shots.conditions.magIndex, camera: measured.shots.conditions.camera },
    quality: { ...judgement },
  });
}

/** Defocus of the images in the present area where the specimen is at the target. */
const targetOf = (use: Use) => metres(micrometres(use.userSettings.get('TargetDefocus')) + addedByArea(use));

async function focus(use: Use, run: Run, set?: ParameterSetName): Promise<CalibrationResult> {
  const outcome = await findFocus(run, use, { target: targetOf(use), ...(set && { set }) });
  requireNotRefused(outcome.judgement, 'autofocus/refused');
  const summary = inWords(outcome);
  run.operator.log(summary);
  const { magIndex, camera } = outcome.last.shots.conditions;
  return run.report({
    summary,
    values: {
      ...valuesOf(use, outcome.last),
      target: use.userSettings.get('TargetDefocus'),
      change: inMicrometres(outcome.change),
      measurements: outcome.rounds.length,
      images: outcome.images,
    },
    conditions: { magIndex, camera },
    quality: { ...outcome.judgement },
  });
}

function inWords({ last, change, rounds, target }: FocusOutcome): string {
  const measured = withError(inMicrometres(last.defocus), inMicrometres(last.standardError));
  return `Defocus ${measured} um for a target of ${readable(inMicrometres(target), 2)} um, after a change of ${readable(inMicrometres(change), 2)} um and ${counted(rounds.length, 'measurement')}.`;
}

/** In low magnification the standard focus takes the place of a calibration. */
async function setStandardFocus(use: Use, run: Run, probe: 'micro' | 'nano'): Promise<CalibrationResult | undefined> {
  const { magIndex, camera } = run.here();
  const standard = use.optics.at({ magIndex, camera }).standardFocus(probe);
  if (standard === undefined) {
    // Says what is missing as outside low magnification.
    await measureDefocus(use, { clock: run.clock, signal: run.signal });
    return undefined;
  }
  await use.scope.absoluteFocus.write(standard, run.signal);
  const summary = 'Autofocus is not calibrated in low magnification: the standard focus was set.';
  run.operator.log(summary);
  return run.report({
    summary,
    values: { measurements: 0, images: 0, standardFocus: standard },
    conditions: { magIndex, camera },
  });
}
