import {
  type PlotTile,
  type Vector,
  add,
  firstColumn,
  length,
  readable,
  secondColumn,
  vector,
  withError,
} from '../../../core/base';
import { wholeSteps } from '../../../core/devices';
import { judge, requireNotRefused } from '../../../core/judgement';
import { type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import { type CalibrationResult, Calibrations, put } from '../../../core/store';
import { type FittedDefocus, fittedDefocus } from '../../../core/tuning';
import { approachedStigmator, requireStigmatorRange, restoreApproached } from '../shared/ctf-images/approach';
import { CtfImages, ctfImagesForecast, ctfStigmatorNeeds } from '../shared/ctf-images/ctf-images';
import { type RingMeasurement, astigmatismError, combined } from '../shared/ctf-images/ring-measurement';
import { TuningPlans } from './plans/tuning-plans';
import { type StigmatorSeries, analyseStigmator, responsePlot } from './stigmator/stigmator-analysis';
import { stigmatorEvidence } from './stigmator/stigmator-judgement';

const needs = { ...ctfStigmatorNeeds, calibrations: Calibrations, plans: TuningPlans };

/** Images of one value of the stigmator: one where it is strong, more where it is weak. */
const goal = { least: 1, most: 5, astigmatismError: 0.0008 };

const questions = {
  start: {
    kind: 'confirm',
    why: 'Images are taken with the stigmator to either side of where it is. They need amorphous carbon and a specimen at rest.',
  },
} as const;
const results = {
  responseX: value.quantity('Change of the astigmatism by the whole range of the X stigmator, from zero to one.', {
    unit: 'um',
  }),
  responseY: value.quantity('Change of the astigmatism by the whole range of the Y stigmator, from zero to one.', {
    unit: 'um',
  }),
  angle: value.quantity('Angle between the two effects, as the image shows it; 45 degrees on a perfect stigmator.', {
    unit: 'degrees',
    decimals: 1,
  }),
  matrix: value.matrix(
    'Half of the difference of the two defocus values for the whole range of the stigmator, as complex numbers with twice the angle on the camera.',
    { unit: 'um' },
  ),
  step: value.quantity('Change of the stigmator to either side.'),
  defocus: value.quantity('Mean defocus of the images.', { unit: 'um' }),
  astigmatism: value.quantity('Difference of the two defocus values with the stigmator as it was.', { unit: 'um' }),
  images: value.quantity('Number of images that were taken.'),
};

/** Measures the effect of the objective stigmator on the rings of images. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/astigmatism-by-ctf',
  lowDoseArea: 'Record',
  not: ['stem'],
  needs,
  questions,
  results,
  stores: ['CtfAstigCalib'],
  measures: ['stigmator'],
  order: { step: 'focus', after: ['find-pixel-size'], holdsForDays: 365 },
  forecast: (use) => {
    const step = use.plans.astigmatism.stigmatorStep;
    return {
      ...ctfImagesForecast(use, { least: 5, most: 36 }),
      moves: [
        { setting: use.stigmator.objectiveStigmator, how: `by ${readable(step, 3)} to either side` },
        { setting: use.scope.defocus, how: 'to an underfocus with three rings or more' },
        { setting: use.imageShift.net, how: 'to zero' },
      ],
      dependsOn: 'how strong the rings are',
    };
  },
  run: (use, run) => new AstigmatismByCtf(use, run).calibrate(),
});

/** One run of the item. */
class AstigmatismByCtf {
  constructor(
    private readonly use: Uses<typeof needs>,
    private readonly run: ItemRun<typeof questions, typeof results>,
  ) {}

  async calibrate(): Promise<CalibrationResult> {
    const { run, use } = this;
    const { objectiveStigmator } = use.stigmator;
    const wished = use.plans.astigmatism.stigmatorStep;
    const step = wholeSteps(objectiveStigmator.traits, vector(wished, wished)).x;
    const start = await objectiveStigmator.read(run.signal);
    for (const side of [-step, step]) requireStigmatorRange(add(start, vector(side, side)));
    await run.start(
      `About 7 to 20 Record images will be taken, with the stigmator ${readable(step, 3)} to either side of where it is. Is amorphous carbon in the field?`,
    );
    run.operator.status('CALIBRATING ASTIGMATISM BY CTF');
    const coils = approachedStigmator(objectiveStigmator, run, use.settings);
    await restoreApproached(run, coils);
    const images = await CtfImages.begin(run, use, {
      extraDefocus: -use.userSettings.get('AddToMinForAstigCTF'),
      title: 'Astigmatism by CTF',
    });
    const tiles: PlotTile[] = [];
    let done = 0;
    const at = async (what: string, change: Vector): Promise<RingMeasurement> => {
      run.operator.progress({ done, total: 5, text: what });
      await coils.goTo(add(start, change), run.signal);
      const found = await images.measure(what, goal);
      tiles.push(...images.tile({ column: 1 + Math.sign(change.x), row: 1 - Math.sign(change.y), label: what }));
      run.plot({ kind: 'image', id: 'rings', title: 'Rings at each value of the stigmator', tiles });
      done += 1;
      return found;
    };
    const atStart = await at('Stigmator as it was', vector(0, 0));
    run.plot(responsePlot({ start: atStart }));
    const along = async (axis: 'X' | 'Y', direction: Vector) => ({
      minus: await at(`Stigmator ${axis} minus ${readable(step, 3)}`, vector(-direction.x, -direction.y)),
      plus: await at(`Stigmator ${axis} plus ${readable(step, 3)}`, direction),
    });
    const x = await along('X', vector(step, 0));
    run.plot(responsePlot({ start: atStart, x }));
    const y = await along('Y', vector(0, step));
    let series: StigmatorSeries = { start: atStart, x, y, step };
    run.plot(responsePlot(series));
    let found = analyseStigmator(series);
    if (found.isOpen) {
      // The image at the start may be what is wrong: it is taken once more, and both count.
      const again = await at('Stigmator as it was, once more', vector(0, 0));
      series = { ...series, start: combined([atStart, again]) };
      found = analyseStigmator(series);
    }
    const [responseX, responseY] = [firstColumn(found.matrix), secondColumn(found.matrix)];
    const errorOf = (column: Vector, error: Vector): number =>
      (2 * Math.hypot(column.x * error.x, column.y * error.y)) / length(column);
    const errors = [
      errorOf(responseX, firstColumn(found.standardErrors)),
      errorOf(responseY, secondColumn(found.standardErrors)),
    ] as const;
    const doubled = Math.atan2(
      responseX.x * responseY.y - responseX.y * responseY.x,
      responseX.x * responseY.x + responseX.y * responseY.y,
    );
    const angle = (doubled * 90) / Math.PI;
    for (const [axis, column, error] of [
      ['X', responseX, errors[0]],
      ['Y', responseY, errors[1]],
    ] as const)
      run.operator.log(
        `Stigmator ${axis}: ${withError(2 * length(column), error)} um of astigmatism for its whole range, at ${readable((Math.atan2(column.y, column.x) * 90) / Math.PI, 1)} degrees.`,
      );
    run.operator.log(`Angle between both: ${readable(angle, 1)} degrees.`);
    const judgement = judge(...stigmatorEvidence(found, step));
    requireNotRefused(judgement, 'astigmatism-by-ctf/refused');
    const { magIndex, camera } = run.here();
    const { magnification } = use.optics.at({ magIndex, camera });
    const fit = ({ defocus, astigmatism }: RingMeasurement): FittedDefocus => fittedDefocus(defocus, astigmatism);
    return run.accept({
      summary: `Stigmator calibrated at ${magnification}x: ${readable(2 * length(responseX), 3)} and ${readable(2 * length(responseY), 3)} um of astigmatism for the whole range, ${readable(Math.abs(angle), 1)} degrees apart.`,
      values: {
        responseX: 2 * length(responseX),
        responseY: 2 * length(responseY),
        angle,
        matrix: found.matrix,
        step,
        defocus: atStart.defocus,
        astigmatism: 2 * length(atStart.astigmatism),
        images: images.count,
      },
      standardErrors: {
        responseX: errors[0],
        responseY: errors[1],
        matrix: found.standardErrors,
        astigmatism: 2 * astigmatismError(atStart),
      },
      quality: { ...judgement },
      conditions: { camera, magIndex },
      changes: [
        put('CtfAstigCalib', {
          magIndex,
          stigmatorChange: step,
          ...fieldsOf('stigmatorXMinus', fit(x.minus)),
          ...fieldsOf('stigmatorXPlus', fit(x.plus)),
          ...fieldsOf('stigmatorYMinus', fit(y.minus)),
          ...fieldsOf('stigmatorYPlus', fit(y.plus)),
        }),
      ],
    });
  }
}

/** Fields of the record for one value of the stigmator. */
const fieldsOf = <Name extends string>(
  name: Name,
  { defocus1, defocus2, angle }: FittedDefocus,
): Record<`${Name}Defocus1` | `${Name}Defocus2` | `${Name}Angle`, number> =>
  ({ [`${name}Defocus1`]: defocus1, [`${name}Defocus2`]: defocus2, [`${name}Angle`]: angle }) as Record<
    `${Name}Defocus1` | `${Name}Defocus2` | `${Name}Angle`,
    number
  >;
