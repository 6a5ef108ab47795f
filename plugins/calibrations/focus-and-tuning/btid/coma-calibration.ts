import { type Chart, type Vector, readable, readableMatrix, vector, vectorChart } from '../../../../core/base';
import { describeReason, judge, requireNotRefused } from '../../../../core/judgement';
import { type Forecast, type ItemRun, type Uses, value } from '../../../../core/kernel';
import { type CalibrationResult, put } from '../../../../core/store';
import {
  type MeasuredComa,
  changeOfComa,
  comaFields,
  comaStoredFor,
  recordedConditions,
} from '../../../../core/tuning';
import { btidErrors, refusedByBtid } from './btid-errors';
import { btidForecast } from './btid-forecast';
import { BtidImages } from './btid-images';
import { btidPlace, focusImages } from './btid-place';
import { comaEvidence } from './coma-judgement';
import { comaImages, comaNeeds, comaPlan, prepareComa, takeComa } from './coma-series';
import { TuningPlans } from '../plans/tuning-plans';

const needs = { ...comaNeeds, plans: TuningPlans };

const questions = {
  start: {
    kind: 'confirm',
    why: 'Many Focus images will be taken with a strongly tilted beam. Autofocus must work here, and the objective aperture must be out.',
  },
  doubtful: {
    kind: 'confirm',
    why: 'Something speaks against the result. The log has the reason; keep it only if you know that it does not matter.',
  },
} as const;

const bend = (along: string, which: string) =>
  value.quantity(`Change of the bend of the displacement along ${along} for a unit of misalignment: ${which}.`, {
    unit: 'nm',
  });
const results = {
  comaXXpx: bend('X', 'X by misalignment along X'),
  comaXXpy: bend('X', 'X by misalignment along Y'),
  comaXYpx: bend('X', 'Y by misalignment along X'),
  comaXYpy: bend('X', 'Y by misalignment along Y'),
  comaYXpx: bend('Y', 'X by misalignment along X'),
  comaYXpy: bend('Y', 'X by misalignment along Y'),
  comaYYpx: bend('Y', 'Y by misalignment along X'),
  comaYYpy: bend('Y', 'Y by misalignment along Y'),
  beamTilt: value.quantity('Greatest beam tilt, in the unit of the column.'),
  defocus: value.quantity('Defocus of the images.', { unit: 'um' }),
  meanChangePercent: value.quantity(
    'Mean change of the numbers against the earlier calibration, in percent of the largest one.',
    { unit: '%', optional: true },
  ),
  largestChangePercent: value.quantity('Largest such change in percent.', { unit: '%', optional: true }),
  driftX: value.quantity('Drift of the image along X of the specimen.', { unit: 'nm/s' }),
  driftY: value.quantity('Drift of the image along Y of the specimen.', { unit: 'nm/s' }),
  images: value.quantity('Number of images, without those that measured the defocus.'),
} as const;

type Run = ItemRun<typeof questions, typeof results>;

/** Declaration of BTID Coma-free Alignment. */
export const comaCalibration = {
  needs,
  not: ['stem', 'low dose'],
  questions,
  results,
  stores: ['ComaCalib'],
  order: { step: 'focus', after: ['autofocus'], holdsForDays: 180 },
} as const;

/** One run of the item. */
export class BtidComaFreeAlignment {
  constructor(private readonly use: Uses<typeof needs>) {}

  forecast(signal: AbortSignal): Promise<Forecast> {
    const { use } = this;
    const plan = comaPlan(use, use.plans.comaDefocus);
    return btidForecast(use, signal, {
      images: comaImages(plan),
      pattern: plan.threeShots ? 3 : comaImages(plan),
      changes: 1,
      moves: [
        { setting: use.scope.defocus, how: `to ${readable(plan.defocus, 1)} um` },
        { setting: use.imageShift.net, how: 'to zero' },
        { setting: use.scope.imageShift, how: 'with it' },
        { setting: use.beamTilt.beamTilt, how: `by up to ${readable(plan.beamTilt, 1)} to all sides` },
      ],
    });
  }

  async run(run: Run): Promise<CalibrationResult> {
    const { use } = this;
    const place = await btidPlace(use, run.signal);
    const plan = comaPlan(use, use.plans.comaDefocus);
    const count = comaImages(plan);
    await run.start(
      `Coma will be calibrated with ${count + focusImages} Focus images, with beam tilts of up to ${readable(plan.beamTilt, 1)} units. Autofocus must work here, and the objective aperture must be out. Go on?`,
    );
    await run.preserve(use.beamTilt.beamTilt);
    const { brightness } = await prepareComa(run, use, place, plan);
    const images = new BtidImages(run, use, place, brightness, count);
    const measured = await takeComa(run, place, plan, images);
    run.plot(bendChart(measured));
    const { magIndex } = place.conditions;
    const before = comaStoredFor(use.calibrations, place.conditions, plan.beamTilt);
    const { response, drift } = measured;
    const matrices = { x: response.x.value, y: response.y.value };
    const change = before && changeOfComa(matrices, before);
    run.operator.log(
      `Bend of the displacement in nm for a unit of misalignment, along X: ${readableMatrix(response.x.value, response.x.standardErrors)}; along Y: ${readableMatrix(response.y.value, response.y.standardErrors)}.`,
    );
    if (change)
      run.operator.log(
        `Against the earlier calibration the numbers differ by ${readable(change.mean, 1)} % on the average and ${readable(change.largest, 1)} % at most, of the largest one.`,
      );
    const judgement = judge(comaEvidence(measured, { seen: images.seen, change }));
    requireNotRefused(judgement, refusedByBtid);
    const [worst] = judgement.reasons;
    if (worst) {
      const text = `This calibration is doubtful. ${describeReason(worst)} Keep it anyway?`;
      if (!(await run.ask('doubtful', { text, default: false }))) throw btidErrors.notKept(worst);
    }
    const fields = comaFields(matrices);
    return run.accept({
      summary: `Coma by BTID calibrated at ${place.magnification}x with beam tilts of up to ${readable(plan.beamTilt, 1)}${change ? `, ${readable(change.mean, 1)} % from the earlier calibration on the average` : ''}.`,
      values: {
        ...fields,
        beamTilt: plan.beamTilt,
        defocus: plan.defocus,
        ...(change && { meanChangePercent: change.mean, largestChangePercent: change.largest }),
        driftX: drift.x,
        driftY: drift.y,
        images: images.seen.images,
      },
      standardErrors: comaFields({ x: response.x.standardErrors, y: response.y.standardErrors }),
      conditions: { magIndex, camera: use.cameras.selected.traits.index, binning: place.exposure.binning },
      quality: { ...judgement, remarks: [], correlations: images.seen.correlations },
      changes: [
        put('ComaCalib', {
          magIndex,
          ...recordedConditions(place.conditions),
          defocus: plan.defocus,
          beamTilt: plan.beamTilt,
          ...fields,
        }),
      ],
    });
  }
}

/** The bends that a unit of misalignment makes, as arrows. */
const bendChart = ({ response: { x, y } }: Pick<MeasuredComa, 'response'>): Chart => {
  const columns = ({ value: { xpx, xpy, ypx, ypy } }: MeasuredComa['response']['x']): readonly Vector[] => [
    vector(xpx, ypx),
    vector(xpy, ypy),
  ];
  return vectorChart(
    {
      id: 'coma',
      title: 'Bend of the displacement for a unit of misalignment',
      x: 'X on the specimen, nm',
      y: 'Y on the specimen, nm',
    },
    [
      { name: 'along X', vectors: columns(x) },
      { name: 'along Y', vectors: columns(y) },
    ],
  );
};
