import {
  type CameraIndex,
  EucentricError,
  type MagIndex,
  type Matrix,
  type Vector,
  firstColumn,
  inDegrees,
  inMicrometres,
  inverse,
  length,
  metres,
  product,
  secondColumn,
  vector,
  readable,
} from '../../../core/base';
import { Stage } from '../../../core/devices';
import { type Forecast, ImageBuffers, type Run, type Uses, defineItem, value } from '../../../core/kernel';
import { ImageAcquisition } from '../../../core/acquisition';
import { Settings } from '../../../core/settings';
import { type CalibrationResult, Calibrations, type PropertySuggestion, put } from '../../../core/store';
import { correlationSummary } from './image-series/image-shift-analysis';
import { WholeImageCorrelation } from './stage-shift/whole-image-correlation';
import { costBetween, imageCost } from './image-series/series-forecast';
import { opticsMoves, preparationNeeds, prepareOptics, shiftExposure } from './image-series/shift-preparation';
import { findingQuestion, settleFindings } from './image-series/series-findings';
import { judge, requireNotRefused } from '../../../core/judgement';
import { stageEvidence } from './stage-shift/stage-shift-judgement';
import { cycleSuggestion, driftOf, foundBesides, stageErrorOf } from './stage-shift/stage-shift-outcome';
import { measureStageDistortion, withoutDistortion } from './stage-shift/stage-distortion';
import { describeStage } from './stage-shift/stage-shift-report';
import { type StageSeries, stillImages, takeStageSeries } from './stage-shift/stage-shift-series';
import { type StageVerdict, fitStageShift, judgeStageMatrix } from './stage-shift/stage-shift-analysis';
import { rotationError, tiltAxisSuggestion, valueSuggestion } from '../shared/result/property-suggestions';
import { type WeighedStageFit, weighStageShift } from './stage-shift/stage-shift-uncertainty';
import { type AxisPlan, furtherPositions, planAxis, usualStageError, withSteps } from './stage-shift/stage-shift-plan';

/** Share of a cycle below which a stage calibration should not be done at all. */
const minExtentShare = 0.25;
/** Extent, in micrometres, from which several grid bars can be in the picture of a low magnification. */
const gridBarExtent = 75;

/** A short stage move with its approach, in seconds. */
const stageMoveSeconds = 1.5;

const needs = {
  ...preparationNeeds,
  stage: Stage,
  acquisition: ImageAcquisition,
  buffers: ImageBuffers,
  calibrations: Calibrations,
  settings: Settings,
  wholeImages: WholeImageCorrelation,
};

/** Measures the matrix from stage to camera with one series of steps along X and one along Y. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/stage-shift',
  lowDoseArea: 'Trial',
  needs,
  questions: {
    'no-pixel-size': {
      kind: 'confirm',
      why: 'No pixel size of this site is measured. The steps are planned with nominal ones and may be much too large or too small.',
    },
    'small-extent': {
      kind: 'confirm',
      why: 'The stage error repeats over some tens of micrometres. A series that covers a part of it only gives a matrix that is off by several percent.',
    },
    start: {
      kind: 'confirm',
      why: 'The stage will move. The way must be free, and the specimen needs detail everywhere along it.',
    },
    doubtful: findingQuestion,
    forget: {
      kind: 'confirm',
      why: 'The axes differ more than those of a stage can. If you drop the result, the earlier calibration stays in use.',
    },
  },
  results: {
    xpx: value.quantity('Stage to camera, X by X, in unbinned pixels for one micrometre.', { unit: 'px per um' }),
    xpy: value.quantity('Stage to camera, X by Y.', { unit: 'px per um' }),
    ypx: value.quantity('Stage to camera, Y by X.', { unit: 'px per um' }),
    ypy: value.quantity('Stage to camera, Y by Y.', { unit: 'px per um' }),
    deviationPercent: value.quantity('Largest deviation of a step from the mean, in percent of the largest element.', {
      unit: '%',
    }),
    rotation: value.quantity('Direction of the tilt axis, degrees counter-clockwise from camera X.', {
      unit: 'degrees',
    }),
    meanCorrelation: value.quantity('Mean correlation coefficient of the image pairs.'),
    leastCorrelation: value.quantity('Lowest correlation coefficient of the image pairs.'),
    extentX: value.quantity('Extent of the steps along X in micrometres.', { unit: 'um' }),
    extentY: value.quantity('Extent of the steps along Y in micrometres.', { unit: 'um' }),
    images: value.quantity('Number of images taken at different places; three more are taken without a move.'),
    driftX: value.quantity('Steady drift, as movement of the stage in X.', { unit: 'nm/s' }),
    driftY: value.quantity('Steady drift, as movement of the stage in Y.', { unit: 'nm/s' }),
    cycleX: value.quantity('Length over which the error of the X drive repeats, where the steps show it.', {
      unit: 'um',
      decimals: 1,
      optional: true,
    }),
    cycleY: value.quantity('Length over which the error of the Y drive repeats, where the steps show it.', {
      unit: 'um',
      decimals: 1,
      optional: true,
    }),
  },
  stores: ['StageToCameraMatrix'],
  measures: ['stage shift'],
  order: { step: 'stage', after: ['image-shift'], holdsForDays: 365 },
  forecast: (use, signal) => new StageShift(use).forecast(signal),
  run: (use, run) => new StageShift(use).run(run),
});

/** Scatter of the readings of a stage that stands still, in micrometres; no stage is placed more finely. */
const readingScatter = 0.02;

/** Standard error of a column, as a share, above which its series goes on over a longer way. */
const longEnough = 0.0025;

/** One run of the item. */
class StageShift {
  constructor(private readonly use: Uses<typeof needs>) {}

  async run(run: Run): Promise<CalibrationResult> {
    const { magIndex, camera } = run.here();
    const { exposure, fieldSize } = shiftExposure(this.use.cameras.selected, this.use.settings);
    const prior = this.prior(magIndex, camera);
    const plan = this.plan(fieldSize, prior);
    await this.ask(run, plan, magIndex);

    const start = await this.use.stage.position.read(run.signal);
    const goBack = run.restoreLater('stage position', async (signal) => {
      // A stage that never moved may stand outside its limits, where no move leads.
      const now = await this.use.stage.position.read(signal).catch(() => undefined);
      const away = now && inMicrometres(metres(Math.hypot(now.x - start.x, now.y - start.y)));
      if (away === undefined || away > readingScatter) await this.use.stage.move({ x: start.x, y: start.y }, signal);
    });
    run.restoreLater('camera', () => this.use.cameras.selected.stop());
    run.operator.status('CALIBRATING STAGE SHIFT');
    await prepareOptics(run, this.use, magIndex);
    const { binning } = exposure;
    const series = await takeStageSeries(run, this.use, {
      plan,
      start: vector(inMicrometres(start.x), inMicrometres(start.y)),
      prior,
      exposure,
      goesOn: (axis, soFar) => stageErrorOf(soFar, axis, this.cycle(axis), binning) > longEnough,
    });
    const focus = await this.use.scope.absoluteFocus.read(run.signal);
    await goBack();
    const remarks = await settleFindings(run, series.findings);
    return this.conclude(run, { series, prior, remarks, magIndex, focus, binning });
  }

  async forecast(signal: AbortSignal): Promise<Forecast> {
    const { selected } = this.use.cameras;
    const { exposure, fieldSize } = shiftExposure(selected, this.use.settings);
    const magIndex = await this.use.scope.magIndex.read(signal);
    const prior = this.prior(magIndex, selected.traits.index);
    const { x, y } = this.plan(fieldSize, prior);
    const images = x.images + y.images + stillImages;
    const largest = this.use.settings.get('MaxStageCalExtent');
    const more = [x, y].reduce((sum, axis) => sum + furtherPositions(axis, largest).length, 0);
    const extents = [x, y].map(({ extent }) => readable(extent, 0)).join(' and ');
    const settling = this.use.settings.get('StageMoveDelay') / 1000 + stageMoveSeconds;
    const { stage } = this.use;
    return {
      ...costBetween(
        imageCost(selected, exposure, images, settling),
        imageCost(selected, exposure, images + more, settling),
      ),
      moves: [
        {
          setting: stage.position,
          how: `over ${extents} um in X and Y, and farther where that does not show the cycle`,
        },
        ...(await opticsMoves(this.use, magIndex, signal)),
      ],
    };
  }

  /** The matrix from pixel size and rotation alone, because an earlier stage calibration may be what is wrong. */
  private prior(magIndex: MagIndex, camera: CameraIndex): Matrix {
    const toCamera = this.use.optics.at({ magIndex, camera }).specimenToCamera;
    const back = inverse(this.use.optics.nominalSpecimenToStage);
    if (toCamera && back) return product(toCamera, back);
    throw new EucentricError({
      code: 'stage-shift/no-pixel-size',
      message: 'Too little is known about pixel sizes and rotations of this camera to plan the stage moves.',
      hint: 'Run Find Pixel Size, or enter RotationAndPixel lines for the camera.',
    });
  }

  private plan(fieldSize: number, prior: Matrix): Readonly<Record<'x' | 'y', AxisPlan>> {
    const ofAxis = (axis: 'x' | 'y', column: Vector): AxisPlan => {
      const halfField = (0.5 * fieldSize) / length(column);
      return withSteps(planAxis(halfField, this.cycle(axis), this.use.settings.get('MaxStageCalExtent')), halfField);
    };
    return { x: ofAxis('x', firstColumn(prior)), y: ofAxis('y', secondColumn(prior)) };
  }

  /** Micrometres over which the error of the stage repeats. */
  private cycle(axis: 'x' | 'y'): number {
    const { cycleX, cycleY } = this.use.scope.traits.stageError ?? usualStageError;
    const entered = this.use.settings.get(axis === 'x' ? 'StageCycleLengthX' : 'StageCycleLengthY');
    return entered > 0 ? entered : axis === 'x' ? cycleX : cycleY;
  }

  private async ask(run: Run, plan: Record<'x' | 'y', AxisPlan>, magIndex: MagIndex): Promise<void> {
    const refused = new EucentricError({
      code: 'stage-shift/not-started',
      message: 'The stage calibration was not started.',
      hint: 'Nothing was changed.',
    });
    const measured = this.use.optics.cameras.some((camera) =>
      this.use.optics.magnifications
        .indexes(camera)
        .some((index) => this.use.optics.at({ magIndex: index, camera: camera.index }).pixelSize?.how === 'measured'),
    );
    const text = 'No pixel size of this instrument is measured, so the steps may be quite wrong. Go on anyway?';
    if (!measured && !(await run.operator.confirm({ id: 'no-pixel-size', text, default: false }))) throw refused;
    await this.askAboutExtent(run, plan, magIndex, refused);
    const images = plan.x.images + plan.y.images + stillImages;
    const extents =
      images > 6 ? ` over ${readable(plan.x.extent, 1)} um in X and ${readable(plan.y.extent, 1)} um in Y` : '';
    const wide =
      plan.x.wide && plan.y.wide && this.use.wholeImages.on && Math.max(plan.x.extent, plan.y.extent) > gridBarExtent;
    const bars = wide ? ' Turn Whole Image Corr off first if several grid bars are in the picture.' : '';
    const question = `Stage shift will be calibrated with ${images} images${extents}. Is the stage near zero tilt, with detail and no grid bars over the whole extent?${bars}`;
    if (!run.fromScript && !(await run.operator.confirm({ id: 'start', text: question, default: true }))) throw refused;
  }

  private async askAboutExtent(
    run: Run,
    plan: Record<'x' | 'y', AxisPlan>,
    magIndex: MagIndex,
    refused: EucentricError,
  ): Promise<void> {
    if (magIndex <= this.use.settings.get('LowestMModeMagIndex')) return;
    const { cycleX, cycleY, smallestExtent } = this.use.scope.traits.stageError ?? usualStageError;
    const [enteredX, enteredY] = [
      this.use.settings.get('StageCycleLengthX'),
      this.use.settings.get('StageCycleLengthY'),
    ];
    const share = Math.min(
      plan.x.extent / (enteredX > 0 ? enteredX : cycleX),
      plan.y.extent / (enteredY > 0 ? enteredY : cycleY),
    );
    if (share >= smallestExtent) return;
    const mean = (plan.x.extent + plan.y.extent) / 2;
    const much = share < minExtentShare;
    const warning = much
      ? `The steps cover only ${readable(mean, 1)} um, so you should not do this here: the stage can be wrong by 15 % over so little.`
      : 'The steps do not cover a whole cycle of the stage error, so the result becomes inaccurate at higher magnifications.';
    const text = `${warning} It is better to calibrate the stage at one low magnification outside LM and to rely on image shift calibrations elsewhere. Go on anyway?`;
    if (!(await run.operator.confirm({ id: 'small-extent', text, default: !much }))) throw refused;
  }

  private async conclude(
    run: Run,
    measured: {
      readonly series: StageSeries;
      readonly prior: Matrix;
      readonly remarks: readonly string[];
      readonly magIndex: MagIndex;
      readonly focus: number;
      readonly binning: number;
    },
  ): Promise<CalibrationResult> {
    const { series, prior, remarks, magIndex, focus, binning } = measured;
    const { pairs } = series;
    const { index: camera } = this.use.cameras.selected.traits;
    const here = this.use.optics.at({ magIndex, camera });
    const simple = fitStageShift(pairs, binning);
    const drift = driftOf(series, simple.matrix, binning);
    const distortion = measureStageDistortion(series.parts, series.size);
    const cycles = { x: this.cycle('x'), y: this.cycle('y') };
    const fit = withoutDistortion(weighStageShift(pairs, simple.matrix, cycles, binning, drift), distortion);
    const verdict = judgeStageMatrix(fit.matrix, {
      nominalSpecimenToStage: this.use.optics.nominalSpecimenToStage,
      specimenToCamera: here.specimenToCamera,
      rotation: here.rotation && inDegrees(here.rotation.value),
      invertsX: this.use.settings.get('InvertStageXAxis'),
    });
    const correlations = pairs.map((pair) => pair.correlation);
    const { mean, least } = correlationSummary(correlations);
    const found = foundBesides(fit, drift, binning);
    for (const line of describeStage({ ...simple, ...fit }, verdict, mean, least, { ...found, cycles }))
      run.operator.log(line);
    if (here.isLowMagnification && run.administrator) run.operator.log(`Absolute focus ${focus}.`);
    const { contradicting } = series;
    const evidence = { fit, pairs, contradicting, distortion, prior, meanCorrelation: mean };
    const judgement = judge(...stageEvidence(evidence));
    if (judgement.verdict !== 'refused') await this.askToForget(run, verdict);
    requireNotRefused(judgement, 'stage-shift/refused');
    const { magnification } = here;
    return run.accept({
      summary: `Stage shift calibrated at ${magnification}x: largest deviation ${readable(simple.deviationPercent, 1)} %, tilt axis at ${readable(verdict.rotation, 2)} degrees.`,
      values: {
        ...fit.matrix,
        deviationPercent: simple.deviationPercent,
        rotation: verdict.rotation,
        meanCorrelation: mean,
        leastCorrelation: least,
        extentX: series.extent.x,
        extentY: series.extent.y,
        images: series.images,
        ...found,
      },
      standardErrors: { ...fit.standardErrors },
      conditions: { magIndex, camera, binning },
      quality: { ...judgement, remarks: [...verdict.remarks, ...remarks], correlations },
      propertySuggestions: [
        ...this.suggestions(fit, verdict, { magIndex, camera }),
        ...(['x', 'y'] as const).flatMap((axis) => cycleSuggestion(axis, fit.axes[axis].along.cycle, cycles[axis])),
      ],
      changes: [put('StageToCameraMatrix', { magIndex, camera, ...fit.matrix, absoluteFocus: focus })],
    });
  }

  /** A rotation with which something else is wrong would only hide that. */
  private suggestions(
    fit: Pick<WeighedStageFit, 'matrix' | 'standardErrors'>,
    verdict: StageVerdict,
    place: { readonly magIndex: MagIndex; readonly camera: CameraIndex },
  ): readonly PropertySuggestion[] {
    if (verdict.asymmetric || this.use.optics.camera(place.camera).stem) return [];
    if (verdict.inverted)
      return [
        valueSuggestion(
          'InvertStageXAxis',
          this.use.settings.get('InvertStageXAxis') ? 0 : 1,
          'direction of the X axis',
        ),
      ];
    return verdict.remarks.length > 0
      ? []
      : [tiltAxisSuggestion(place, verdict.rotation, rotationError(fit.matrix, fit.standardErrors))];
  }

  private async askToForget(run: Run, verdict: StageVerdict): Promise<void> {
    if (!verdict.asymmetric) return;
    const other = this.use.wholeImages.on ? 'off' : 'on';
    const text = `The axes differ so much that something is wrong; try again with Whole Image Corr turned ${other}. Forget this calibration and keep the earlier one?`;
    if (!(await run.operator.confirm({ id: 'forget', text, default: true }))) return;
    throw new EucentricError({
      code: 'stage-shift/bad-calibration',
      message:
        'The stage calibration was forgotten because its axes differ too much; the earlier one, if there was one, is still in use.',
      hint: `Check that there is detail and nothing periodic over the whole extent, and try Whole Image Corr turned ${other}.`,
    });
  }
}
