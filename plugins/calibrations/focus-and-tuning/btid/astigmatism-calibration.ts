import { inMicrometres, largestElement, readable } from '../../../../core/base';
import { ObjectiveStigmator } from '../../../../core/devices';
import { describeReason, judge, requireNotRefused } from '../../../../core/judgement';
import { type Forecast, type ItemRun, type Uses, value } from '../../../../core/kernel';
import { type CalibrationResult, put } from '../../../../core/store';
import { astigmatismFields, recordedConditions } from '../../../../core/tuning';
import { astigmatismEvidence, stigmatorAngle } from './astigmatism-judgement';
import { describeAstigmatism, powerChart, powerOf, responseChart } from './astigmatism-report';
import { type AstigmatismSeriesPlan, astigmatismImages, requireReachable, takeAstigmatism } from './astigmatism-series';
import { btidErrors, refusedByBtid } from './btid-errors';
import { btidForecast } from './btid-forecast';
import { BtidImages } from './btid-images';
import { type BtidPlace, btidNeeds, btidPlace, curveColumn, focusImages, presentDefocus } from './btid-place';
import { approachedStigmator, restoreApproached } from '../../shared/ctf-images/approach';
import { TuningPlans } from '../plans/tuning-plans';

const needs = { ...btidNeeds, stigmator: ObjectiveStigmator, plans: TuningPlans };

const questions = {
  start: {
    kind: 'confirm',
    why: 'Many Focus images will be taken with tilted beam, near the present place and focus. Autofocus must work here.',
  },
  doubtful: {
    kind: 'confirm',
    why: 'Something speaks against the result. The log has the reason; keep it only if you know that it does not matter.',
  },
} as const;

const matrixResult = (what: string) =>
  ({
    xpx: value.quantity(`${what}: X by tilt along X.`, { unit: 'nm' }),
    xpy: value.quantity(`${what}: X by tilt along Y.`, { unit: 'nm' }),
    ypx: value.quantity(`${what}: Y by tilt along X.`, { unit: 'nm' }),
    ypy: value.quantity(`${what}: Y by tilt along Y.`, { unit: 'nm' }),
  }) as const;
const results = {
  ...astigmatismFields({
    focus: matrixResult('Displacement on the specimen for a micrometre of defocus and a unit of tilt'),
    stigmatorX: matrixResult('Displacement for the range of the X stigmator and a unit of tilt'),
    stigmatorY: matrixResult('Displacement for the range of the Y stigmator and a unit of tilt'),
  }),
  beamTilt: value.quantity('Beam tilt to one side, in the unit of the column.'),
  defocus: value.quantity('Middle of the defocus values.', { unit: 'um' }),
  powerX: value.quantity('Astigmatism that the X stigmator makes over its range.', { unit: 'um' }),
  powerY: value.quantity('Astigmatism that the Y stigmator makes over its range.', { unit: 'um' }),
  stigmatorAngle: value.quantity('Angle between the directions in which the two act.', { unit: 'degrees' }),
  driftX: value.quantity('Drift of the image along X of the specimen.', { unit: 'nm/s' }),
  driftY: value.quantity('Drift of the image along Y of the specimen.', { unit: 'nm/s' }),
  images: value.quantity('Number of images, without those that measured the defocus.'),
} as const;

type Run = ItemRun<typeof questions, typeof results>;

/** Declaration of Astigmatism by BTID. */
export const astigmatismCalibration = {
  lowDoseArea: 'Focus',
  needs,
  not: ['stem'],
  questions,
  results,
  stores: ['AstigmatismCalib'],
  order: { step: 'focus', after: ['autofocus'], holdsForDays: 180 },
} as const;

/** One run of the item. */
export class AstigmatismByBtid {
  constructor(private readonly use: Uses<typeof needs>) {}

  forecast(signal: AbortSignal): Promise<Forecast> {
    const { use } = this;
    const { beamTilt, threeShots, defocus, defocusRange, stigmatorStep } = this.plan();
    return btidForecast(use, signal, {
      images: astigmatismImages(threeShots),
      pattern: threeShots ? 3 : 4,
      changes: 6,
      moves: [
        {
          setting: use.scope.defocus,
          how: `to ${readable(defocus - defocusRange / 2, 1)} and ${readable(defocus + defocusRange / 2, 1)} um`,
        },
        { setting: use.stigmator.objectiveStigmator, how: `by ${readable(stigmatorStep, 3)} to both sides` },
        { setting: use.beamTilt.beamTilt, how: `by ${readable(beamTilt, 2)} to all sides` },
      ],
    });
  }

  async run(run: Run): Promise<CalibrationResult> {
    const { use } = this;
    const place = await btidPlace(use, run.signal);
    const plan = this.plan();
    const count = astigmatismImages(plan.threeShots);
    await run.start(
      `Astigmatism will be calibrated with ${count + focusImages} Focus images, with beam tilts of ${this.tiltInWords(plan.beamTilt, place)}. Autofocus must work here, and the objective aperture must not cut the tilted beam. Go on?`,
    );
    const { objectiveStigmator } = use.stigmator;
    await run.preserve(use.scope.defocus, use.beamTilt.beamTilt);
    await restoreApproached(run, approachedStigmator(objectiveStigmator, run, use.settings));
    run.restoreLater('camera', () => use.cameras.selected.stop());
    const readout = await use.scope.defocus.read(run.signal);
    const stigmator = await objectiveStigmator.read(run.signal);
    requireReachable(plan, stigmator);
    run.operator.status('MEASURING DEFOCUS');
    const present = await presentDefocus(run, use);
    const images = new BtidImages(run, use, place, present.brightness, count);
    const measured = await takeAstigmatism(run, use, {
      place,
      plan,
      images,
      present: present.defocus,
      readout,
      stigmator,
      show: (_, taken) => run.plot(responseChart(taken)),
    });
    run.plot(powerChart(measured));
    for (const line of describeAstigmatism(measured)) run.operator.log(line);
    const judgement = judge(
      astigmatismEvidence(measured, {
        seen: images.seen,
        curveColumn: curveColumn(place),
        curveMeasured: place.curve.source === 'measured',
        defocus: plan.defocus,
      }),
    );
    requireNotRefused(judgement, refusedByBtid);
    const [worst] = judgement.reasons;
    if (worst) {
      const text = `This calibration is doubtful. ${describeReason(worst)} Keep it anyway?`;
      if (!(await run.ask('doubtful', { text, default: false }))) throw btidErrors.notKept(worst);
    }
    const { response, powers, drift } = measured;
    const fields = astigmatismFields({
      focus: response.focus.value,
      stigmatorX: response.stigmatorX.value,
      stigmatorY: response.stigmatorY.value,
    });
    const [powerX, powerY] = [powerOf(powers.x), powerOf(powers.y)];
    const { magIndex } = place.conditions;
    const error =
      (100 * largestElement(response.stigmatorX.standardErrors)) / largestElement(response.stigmatorX.value);
    return run.accept({
      summary: `Astigmatism by BTID calibrated at ${place.magnification}x: the stigmator makes ${readable(powerX.value, 2)} and ${readable(powerY.value, 2)} um over its range, its matrices known to ${readable(error, 1)} %.`,
      values: {
        ...fields,
        beamTilt: plan.beamTilt,
        defocus: plan.defocus,
        powerX: powerX.value,
        powerY: powerY.value,
        stigmatorAngle: stigmatorAngle(measured),
        driftX: drift.x,
        driftY: drift.y,
        images: images.seen.images,
      },
      standardErrors: {
        ...astigmatismFields({
          focus: response.focus.standardErrors,
          stigmatorX: response.stigmatorX.standardErrors,
          stigmatorY: response.stigmatorY.standardErrors,
        }),
        powerX: powerX.standardError,
        powerY: powerY.standardError,
      },
      conditions: { magIndex, camera: use.cameras.selected.traits.index, binning: place.exposure.binning },
      quality: { ...judgement, remarks: [], correlations: images.seen.correlations },
      changes: [
        put('AstigmatismCalib', {
          magIndex,
          ...recordedConditions(place.conditions),
          defocus: plan.defocus,
          beamTilt: plan.beamTilt,
          ...fields,
        }),
      ],
    });
  }

  private plan(): AstigmatismSeriesPlan {
    const { plans, settings, userSettings } = this.use;
    const { stigmatorStep, defocus, defocusRange } = plans.astigmatism;
    const own = userSettings.get('UsersAstigTilt');
    const [beamTilt = 3.2] = settings.get('AstigmatismParams');
    return {
      beamTilt: own > 0 ? own : beamTilt,
      stigmatorStep,
      defocus,
      defocusRange,
      threeShots: userSettings.get('BTIDThreeShots'),
    };
  }

  private tiltInWords(tilt: number, { curve, shots }: BtidPlace): string {
    const { traits } = this.use.beamTilt.beamTilt;
    const unit = 'unit' in traits && traits.unit !== '' ? traits.unit : 'units';
    if (unit === 'mrad') return `${readable(tilt, 1)} mrad`;
    const { pixelSize } = this.use.optics.at(shots.conditions);
    const milliradians =
      pixelSize && (Math.hypot(curve.slope.x, curve.slope.y) * inMicrometres(pixelSize.value) * 1000) / 2;
    return `${readable(tilt, 1)} ${unit}${milliradians === undefined ? '' : `, about ${readable(tilt * milliradians, 1)} mrad`}`;
  }
}
