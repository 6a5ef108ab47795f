import {
  type ImageShiftUnits,
  type MagIndex,
  type Matrix,
  type Vector,
  length,
  matrix,
  percentChange,
  seconds,
  subtract,
  readable,
  readableMatrix,
} from '../../../../core/base';
import { describeReason, requireNotRefused } from '../../../../core/judgement';
import type { Exposure } from '../../../../core/devices';
import { type Forecast, ImageBuffers, type ItemRun, type Uses, value } from '../../../../core/kernel';
import { ImageAcquisition } from '../../../../core/acquisition';
import { ImageShiftControl } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import { type CalibrationResult, Calibrations, put } from '../../../../core/store';
import {
  type ImageShiftFit,
  type PatternName,
  correlationSummary,
  fitImageShift,
  patterns,
} from '../image-series/image-shift-analysis';
import { imageShiftErrors } from '../image-series/image-shift-errors';
import type { WeighedFit } from '../image-series/image-shift-uncertainty';
import type { FreshCheck } from './fresh-check';
import { judgeImageShift } from './image-shift-judgement';
import { describeFit, describeVector, logDriftLines } from './image-shift-report';
import { chooseScratchPixelSize } from './scratch-pixel-size';
import { measureImageShift } from './measure-image-shift';
import { propagateChange } from './propagation';
import { CarriedChanges } from './carried-changes';
import {
  checkShiftRange,
  opticsMoves,
  preparationNeeds,
  prepareOptics,
  shiftExposure,
  shiftPattern,
  shiftSteps,
} from '../image-series/shift-preparation';
import { imageCost } from '../image-series/series-forecast';
import { findingQuestion, settleFindings } from '../image-series/series-findings';
import { type Series, type SeriesParts, takeSeries } from '../image-series/shift-series';

/** Dependencies of Image Shift and IS from Scratch. */
export const imageShiftNeeds = {
  ...preparationNeeds,
  control: ImageShiftControl,
  acquisition: ImageAcquisition,
  buffers: ImageBuffers,
  calibrations: Calibrations,
  settings: Settings,
  carried: CarriedChanges,
};

/** The questions that both may ask. */
export const imageShiftQuestions = {
  start: {
    kind: 'confirm',
    why: 'A wrong exposure or a beam that does not fill the camera is the most common cause of a poor calibration.',
  },
  'pixel-size': {
    kind: 'choice',
    choices: {
      found: 'The pixel size found',
      derived: 'The one derived',
      nominal: 'The nominal one',
      cancel: 'Cancel',
    },
    why: 'The first shifts are planned with the pixel size. The values that are known for it contradict each other.',
  },
  doubtful: findingQuestion,
  forget: {
    kind: 'confirm',
    why: 'The result is doubtful, for the reason that is shown. If you drop it, the earlier calibration stays in use.',
  },
  propagate: {
    kind: 'confirm',
    why: 'If the microscope changed, it changed at the other magnifications of the range as well. They are corrected by the same factor and need not be measured again.',
  },
} as const;

/** The values that both report. */
export const imageShiftResults = {
  xpx: value.quantity('Image shift to camera, X by X, in unbinned pixels for one image-shift unit.', {
    unit: 'px per unit',
  }),
  xpy: value.quantity('Image shift to camera, X by Y.', { unit: 'px per unit' }),
  ypx: value.quantity('Image shift to camera, Y by X.', { unit: 'px per unit' }),
  ypy: value.quantity('Image shift to camera, Y by Y.', { unit: 'px per unit' }),
  rangePercent: value.quantity('Largest difference of repeated measurements, in percent of the largest element.', {
    unit: '%',
  }),
  meanCorrelation: value.quantity('Mean correlation coefficient of the image pairs.'),
  leastCorrelation: value.quantity('Lowest correlation coefficient of the image pairs.'),
  driftX: value.quantity('Drift in X from one image to the next, in binned pixels.', { unit: 'binned px' }),
  driftY: value.quantity('Drift in Y from one image to the next, in binned pixels.', { unit: 'binned px' }),
  changePercent: value.quantity('Mean change against the calibration that was in use before, in percent.', {
    unit: '%',
    optional: true,
  }),
  images: value.quantity('Number of images of the series; four more check the result.'),
};

type Run = ItemRun<typeof imageShiftQuestions, typeof imageShiftResults>;

/** Lower limit of the displacements of a first round from scratch, in binned pixels. Smaller ones give no matrix to go on with. */
const minScratchShift = 5;

/** Ratio of the displacements of both axes above which the smaller axis is dead, not the pixel size wrong. */
const deadAxisRatio = 8;

/** One run of the image shift calibration; made again for each run. */
export class ImageShiftCalibration {
  constructor(private readonly use: Uses<typeof imageShiftNeeds>) {}

  /** Runs from the first question to the stored result; `fromScratch` ignores earlier matrices. */
  async run(run: Run, fromScratch: boolean): Promise<CalibrationResult> {
    const place = run.here();
    const { magIndex } = place;
    const known = this.use.optics.at(place).imageShiftToCamera;
    const scratch = fromScratch || known === undefined;
    const plan = shiftExposure(this.use.cameras.selected, this.use.settings);
    const pattern: PatternName = scratch
      ? 'nine'
      : shiftPattern(this.use.cameras.selected, this.use.optics, this.use.settings, magIndex);
    const total = patterns[pattern].length + (scratch ? patterns.scratch.length : 0) + patterns.check.length;
    if (!fromScratch && scratch)
      run.operator.log('No calibration can be derived for this magnification, so it is measured from scratch.');
    const scratchPixel = scratch
      ? await chooseScratchPixelSize(run, this.use.optics, this.use.calibrations, place)
      : undefined;
    await this.askToStart(run, total);

    const base = await this.use.control.net.read(run.signal);
    run.restoreLater('image shift', (signal) => this.use.control.net.write(base, signal));
    run.restoreLater('camera', () => this.use.cameras.selected.stop());
    run.operator.status('CALIBRATING IMAGE SHIFT');
    const common = { base, exposure: plan.exposure, total };

    let prior: Matrix;
    if (scratchPixel === undefined) {
      prior = known!.matrix;
      // The range is tested before anything moves; from scratch there is nothing to test it with.
      const { steps } = this.steps(prior, plan.fieldSize, magIndex);
      checkShiftRange(this.use.control, base, steps, magIndex);
      await prepareOptics(run, this.use, magIndex);
    } else {
      await prepareOptics(run, this.use, magIndex);
      prior = await this.firstRound(run, { ...common, fieldSize: plan.fieldSize, magIndex, pixelSize: scratchPixel });
    }
    const { steps, delayFactor } = this.steps(prior, plan.fieldSize, magIndex);
    const done = total - patterns[pattern].length - patterns.check.length;
    const measured = await measureImageShift(this.use, run, {
      ...common,
      exposure: plan.exposure,
      place,
      pattern,
      steps,
      delayFactor,
      prior,
      done,
    });
    return this.conclude(run, {
      ...measured,
      pattern,
      magIndex,
      images: total - patterns.check.length,
      binning: plan.exposure.binning,
    });
  }

  /** Forecast of a run as things are now. */
  async forecast(fromScratch: boolean, signal: AbortSignal): Promise<Forecast> {
    const { selected } = this.use.cameras;
    const magIndex = await this.use.scope.magIndex.read(signal);
    const known = this.use.optics.at({ magIndex, camera: selected.traits.index }).imageShiftToCamera;
    const scratch = fromScratch || known === undefined;
    const plan = shiftExposure(selected, this.use.settings);
    const images = scratch
      ? patterns.nine.length + patterns.scratch.length
      : patterns[shiftPattern(selected, this.use.optics, this.use.settings, magIndex)].length;
    const checked = images + patterns.check.length;
    const delay = known
      ? this.use.optics
          .at({ magIndex, camera: selected.traits.index })
          .imageShiftDelay(this.steps(known.matrix, plan.fieldSize, magIndex).steps)
      : seconds(2);
    return {
      ...imageCost(selected, plan.exposure, checked, 2 * delay),
      moves: [this.use.control.net, ...(await opticsMoves(this.use, magIndex, signal))],
    };
  }

  private get seriesParts(): SeriesParts {
    return { control: this.use.control, acquisition: this.use.acquisition, buffers: this.use.buffers };
  }

  private async askToStart(run: Run, images: number): Promise<void> {
    if (run.fromScript) return;
    const { magnification } = this.use.optics.at(run.here());
    const text = `Image shift will be calibrated at ${magnification}x with ${images} images taken with the Trial parameters. Is there detail all over the field, and are beam and exposure right?`;
    if (!(await run.operator.confirm({ id: 'start', text, default: true }))) throw imageShiftErrors.notStarted();
  }

  private steps(
    prior: Matrix,
    fieldSize: number,
    magIndex: MagIndex,
  ): { readonly steps: Vector; readonly delayFactor: number } {
    return shiftSteps(
      this.use.optics,
      prior,
      fieldSize,
      { magIndex, camera: this.use.cameras.selected.traits.index },
      this.use.control.net.traits,
    );
  }

  /** Finds a first matrix from steps of a tenth of the field in directions that are not known. */
  private async firstRound(
    run: Run,
    given: {
      readonly base: Vector<ImageShiftUnits>;
      readonly exposure: Exposure;
      readonly total: number;
      readonly fieldSize: number;
      readonly magIndex: MagIndex;
      readonly pixelSize: number;
    },
  ): Promise<Matrix> {
    const { exposure, fieldSize, magIndex } = given;
    const perUnit = (5 * this.use.optics.at(run.here()).roughImageShiftScale) / given.pixelSize;
    const { steps, delayFactor } = this.steps(matrix(perUnit, 0, 0, perUnit), fieldSize, magIndex);
    const series = await takeSeries(this.seriesParts, run, {
      ...given,
      pattern: 'scratch',
      steps,
      delayFactor,
      prior: undefined,
      title: 'First round',
      done: 0,
    });
    await settleFindings(run, series.findings);
    const fit = fitImageShift('scratch', series.pairs, series.places, exposure.binning);
    const moved = [0, 2].map((index) => length(subtract(series.pairs[index]!.shift, fit.drift)));
    if (run.administrator) {
      run.operator.log(
        `First round: drift ${describeVector(fit.drift)} binned px per image, matrix ${readableMatrix(fit.matrix)}.`,
      );
    }
    const [x = 0, y = 0] = moved;
    const [smaller, larger] = [Math.min(x, y), Math.max(x, y)];
    if (smaller < minScratchShift && larger > deadAxisRatio * Math.max(smaller, 1))
      throw imageShiftErrors.deadAxis(x < y ? 'X' : 'Y', smaller, larger);
    if (smaller < minScratchShift) throw imageShiftErrors.tooSmall(smaller);
    await this.use.control.write(given.base, { delayFactor, signal: run.signal });
    return fit.matrix;
  }

  private async conclude(
    run: Run,
    measured: {
      readonly fit: ImageShiftFit & Pick<WeighedFit, 'misfit'>;
      readonly series: Series;
      readonly check: FreshCheck;
      readonly remarks: readonly string[];
      readonly pattern: PatternName;
      readonly magIndex: MagIndex;
      readonly images: number;
      readonly binning: number;
    },
  ): Promise<CalibrationResult> {
    const { fit, series, magIndex } = measured;
    const camera = this.use.cameras.selected.traits;
    const before = this.use.optics.at({ magIndex, camera: camera.index }).imageShiftToCamera;
    const change = before && percentChange(before.matrix, fit.matrix);
    const at = this.use.optics.at({ magIndex, camera: camera.index });
    const low = at.isLowMagnification;
    const correlations = series.pairs.map((pair) => pair.correlation);
    const { mean, least } = correlationSummary(correlations);
    for (const line of describeFit(measured, { mean, least, change, direct: before?.source === 'measured' }))
      run.operator.log(line);
    if (low && run.administrator)
      run.operator.log(`Absolute focus ${await this.use.scope.absoluteFocus.read(run.signal)}.`);
    if (measured.pattern === 'nine') logDriftLines(run, fit, measured.binning);

    const judgement = judgeImageShift({
      fit,
      series,
      check: measured.check,
      meanCorrelation: mean,
      at,
      before: before?.matrix,
      change,
    });
    requireNotRefused(judgement, 'image-shift/bad-calibration');
    const [worst] = judgement.reasons;
    if (worst && series.findings.every(({ serious }) => !serious)) {
      const text = `This calibration is doubtful. ${describeReason(worst)} Forget it and keep the earlier one?`;
      if (await run.operator.confirm({ id: 'forget', text, default: false })) throw imageShiftErrors.forgotten(worst);
    }
    const own = this.use.calibrations.imageShift.get(magIndex, camera.index);
    const measuredBefore = this.use.calibrations.imageShift.measuredAt(magIndex, camera.index) !== 0;
    const result = await run.accept({
      summary: `Image shift calibrated at ${at.magnification}x: ${judgement.verdict}, range ${readable(fit.rangePercent, 2)} %.`,
      values: {
        ...fit.matrix,
        rangePercent: fit.rangePercent,
        meanCorrelation: mean,
        leastCorrelation: least,
        driftX: fit.drift.x,
        driftY: fit.drift.y,
        images: measured.images,
        ...(change !== undefined && { changePercent: change }),
      },
      standardErrors: { ...fit.standardErrors },
      conditions: { magIndex, camera: camera.index, binning: measured.binning },
      quality: { ...judgement, remarks: measured.remarks, correlations },
      changes: [put('ImageShiftMatrix', { magIndex, camera: camera.index, ...fit.matrix })],
    });
    if (own && !measuredBefore && change !== undefined) {
      await propagateChange(run, this.use.optics, this.use.calibrations, this.use.carried, {
        magIndex,
        camera: camera.index,
        before: own,
        after: fit.matrix,
        change,
      });
    }
    return result;
  }
}
