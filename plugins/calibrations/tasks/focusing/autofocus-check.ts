import { inMicrometres, metres, micrometres, readable, withError } from '../../../../core/base';
import { aboveLimit, judge, misfit, misfitOf, requireNotRefused } from '../../../../core/judgement';
import { type Forecast, type TaskRun, type Uses, value } from '../../../../core/kernel';
import { approachDefocus, autofocusNeeds, defocusEvidence, focusShots, measureDefocus } from '../../../../core/tuning';
import { leastSquares } from '../../../../imaging';

/** Places at which the defocus is measured, in changes of it from the lowest. */
const places = [-1, 0, 1];
/** Images of a measurement. */
const imagesOnce = 3;
/** Reading out and comparing an image, in seconds. */
const readoutSeconds = 1;
/** Deviation in percent of the measured change of defocus from the true one. */
const maxDeviation = 3;

const results = {
  change: value.quantity('Change of defocus from one measurement to the next.', { unit: 'um' }),
  measuredChange: value.quantity('The same as it was measured.', { unit: 'um', decimals: 3 }),
  deviationPercent: value.quantity('Deviation of the measured change.', { unit: '%', decimals: 2 }),
  deviationError: value.quantity('Its standard error.', { unit: '%', decimals: 2 }),
  defocus: value.quantity('Present defocus by all measurements.', { unit: 'um', decimals: 3 }),
  measured: value.table('The measurements.', {
    change: value.quantity('Change of defocus from the present one.', { unit: 'um' }),
    defocus: value.quantity('Measured defocus.', { unit: 'um', decimals: 3 }),
    standardError: value.quantity('Its standard error.', { unit: 'um', decimals: 3 }),
  }),
} as const;

type Use = Uses<typeof autofocusNeeds>;
type Run = TaskRun<Readonly<Record<never, never>>, typeof results>;

/** The declaration of Check Autofocus but its id. */
export const autofocusCheck = {
  needs: autofocusNeeds,
  not: ['stem'],
  changes: () => [],
  results,
  async forecast(use: Use, signal: AbortSignal): Promise<Forecast> {
    const { exposure, tilt, settling } = await focusShots(use, signal);
    const images = places.length * imagesOnce;
    const perImage = exposure.exposure + exposure.driftSettling;
    const change = use.settings.get('CheckAutofocusChange');
    return {
      images,
      exposure: images * perImage,
      duration: images * (perImage + settling + use.cameras.selected.traits.startupDelay + readoutSeconds),
      moves: [
        { setting: use.scope.defocus, how: `by ${readable(change, 1)} um to both sides` },
        { setting: use.beamTilt.beamTilt, how: `by ${readable(tilt, 2)} to both sides` },
      ],
    };
  },
  async run(use: Use, run: Run) {
    const { signal, clock } = run;
    const change = use.settings.get('CheckAutofocusChange');
    const { magIndex, camera } = run.here();
    await run.preserve(use.scope.defocus, use.beamTilt.beamTilt);
    run.restoreLater('camera', () => use.cameras.selected.stop());
    run.operator.status('CHECKING AUTOFOCUS');
    const start = await use.scope.defocus.read(signal);
    const measured = [];
    for (const [done, place] of places.entries()) {
      run.operator.progress({ done, total: places.length, text: `Defocus ${readable(place * change, 1)} um` });
      const held = await approachDefocus(use, metres(start + micrometres(place * change)), clock, signal);
      const found = await measureDefocus(use, {
        clock,
        signal,
        shots: 3,
        expected: metres(held - start + micrometres(use.userSettings.get('TargetDefocus'))),
      });
      requireNotRefused(judge(defocusEvidence(found, { onTheWay: true })), 'check-autofocus/refused');
      measured.push({
        change: inMicrometres(metres(held - start)),
        defocus: inMicrometres(found.defocus),
        standardError: inMicrometres(found.standardError),
      });
    }
    // From below, as all measurements were.
    await approachDefocus(use, start, clock, signal);
    const errors = measured.map(({ standardError }) => standardError);
    const fit = leastSquares(
      measured.map((each) => [1, each.change]),
      measured.map(({ defocus }) => defocus),
      { weights: errors.map((each) => 1 / each ** 2), variance: 1 },
    );
    const [defocus = NaN, ratio = NaN] = fit.parameters;
    const deviation = 100 * (ratio - 1);
    const deviationError = 100 * fit.standardErrors[1]!;
    const judgement = judge(
      aboveLimit({
        kind: 'disagreement',
        what: 'Deviation of the measured change of defocus',
        number: Math.max(0, Math.abs(deviation) - 2 * deviationError),
        unit: '%',
        doubtfulAbove: maxDeviation,
        why: `A change of ${readable(change, 1)} um was measured as ${withError(ratio * change, (deviationError * change) / 100)} um.`,
        change: 'Calibrate Autofocus at this magnification.',
      }),
      misfit({
        what: 'Misfit of the measurements with a line',
        ...misfitOf(fit.residuals, errors, 2),
        change: 'Wait until the specimen rests, and check again.',
      }),
    );
    const summary = `A change of ${readable(change, 1)} um is measured ${withError(Math.abs(deviation), deviationError)} % too ${deviation < 0 ? 'small' : 'large'}.`;
    run.operator.log(summary);
    return run.report({
      summary,
      values: {
        change,
        measuredChange: ratio * change,
        deviationPercent: deviation,
        deviationError,
        defocus,
        measured,
      },
      conditions: { magIndex, camera },
      quality: { ...judgement },
    });
  },
} as const;
