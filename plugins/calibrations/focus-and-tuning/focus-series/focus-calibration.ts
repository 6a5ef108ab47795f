import { counted, inMicrometres, length, micrometres, readable, withError } from '../../../../core/base';
import { describeReason, judge, requireNotRefused } from '../../../../core/judgement';
import { type Forecast, ImageBuffers, type ItemRun, type Uses } from '../../../../core/kernel';
import { type CalibrationResult, Calibrations, type Change, put, remove } from '../../../../core/store';
import {
  type FocusShots,
  type FoundFocusCurve,
  approachDefocus,
  findFocusCurve,
  focusShots,
  milliradiansPerTiltUnit,
  shiftAt,
} from '../../../../core/tuning';
import { TuningPlans } from '../plans/tuning-plans';
import { focusCalibrationErrors, requireUsable } from './focus-calibration-errors';
import { focusCalibrationQuestions, focusCalibrationResults } from './focus-declaration';
import { type FocusFit, fitFocusLevels, turnedIntervals } from './focus-analysis';
import { focusEvidence } from './focus-judgement';
import { type PlannedLevel, focusLevels } from './focus-levels';
import { focusChart } from './focus-plots';
import { MeasuredCurves, carriedOver, curvesToCarry, keyOfCurve } from './measured-curves';
import {
  type FocusChanges,
  changesAgainst,
  describeFocusFit,
  directionOf,
  lostRemarks,
  slopeErrors,
} from './focus-report';
import { FocusLevels, type FocusSeries, imagesPerLevel, seriesNeeds } from './take-focus-series';

/** Dependencies of Autofocus and Extended Autofocus. */
const focusCalibrationNeeds = {
  ...seriesNeeds,
  buffers: ImageBuffers,
  calibrations: Calibrations,
  plans: TuningPlans,
  measured: MeasuredCurves,
};

type CalibrationUses = Uses<typeof focusCalibrationNeeds>;
type Run = ItemRun<typeof focusCalibrationQuestions, typeof focusCalibrationResults>;

/** Defocus in micrometres beyond which the dose protector of some cameras may act, and the kinds of those cameras. */
const [doseProtectorLimit, protectedCameras] = [18, [2, 4]];
/** Reading out and comparing an image, in seconds. */
const readoutSeconds = 1;
/** Number of a column without alpha in the calibration file, and decimals of the beam tilt there. */
const withoutAlpha = -999;
/** Smallest beam tilt that moves an image enough. */
const minTilt = 0.02;

/** One run of Autofocus or Extended Autofocus; made again for each run. */
class FocusCalibration {
  constructor(
    private readonly use: CalibrationUses,
    private readonly kind: { readonly extended: boolean; readonly status: string },
  ) {}

  /** The cost of a run as things are now. */
  async forecast(signal: AbortSignal): Promise<Forecast> {
    const shots = await focusShots(this.use, signal);
    const levels = this.levels(shots);
    const images = imagesPerLevel * levels.length;
    const { exposure, driftSettling } = shots.exposure;
    const perImage = exposure + driftSettling + this.use.cameras.selected.traits.startupDelay + readoutSeconds;
    const [first, last] = [levels[0]!.defocus, levels.at(-1)!.defocus];
    return {
      // Levels that are lost or do not fit are measured again.
      images: { least: images, most: 2 * images + imagesPerLevel },
      exposure: {
        least: images * (exposure + driftSettling),
        most: (2 * images + imagesPerLevel) * (exposure + driftSettling),
      },
      duration: {
        least: images * (perImage + shots.settling),
        most: (2 * images + imagesPerLevel) * (perImage + shots.settling),
      },
      dependsOn: 'how many levels are measured again',
      moves: [
        { setting: this.use.scope.defocus, how: `from ${readable(first, 1)} to ${readable(last, 1)} um` },
        { setting: this.use.beamTilt.beamTilt, how: `by ${readable(shots.tilt, 2)} to both sides` },
      ],
    };
  }

  /** Runs from the first question to the stored result. */
  async run(run: Run): Promise<CalibrationResult> {
    const { use } = this;
    const shots = await focusShots(use, run.signal);
    if (shots.tilt < minTilt) throw focusCalibrationErrors.tiltTooSmall(shots.tilt);
    const levels = this.levels(shots);
    await this.ask(run, levels);
    await run.preserve(use.scope.defocus, use.beamTilt.beamTilt);
    run.restoreLater('camera', () => use.cameras.selected.stop());
    run.operator.status(this.kind.status);
    const start = await use.scope.defocus.read(run.signal);
    const before = findFocusCurve(use.calibrations, use.optics, shots.conditions);
    const series = await new FocusLevels(run, use, {
      levels,
      shots,
      start: inMicrometres(start),
      title: 'Focus calibration',
      prior: before && ((defocus) => shiftAt(before.curve, micrometres(defocus))),
    }).take();
    // From below, as all levels were: the lens then has the focus that the calibration says.
    await approachDefocus(use, start, run.clock, run.signal);
    return this.conclude(run, { shots, series, before });
  }

  private levels({ tilt }: Pick<FocusShots, 'tilt'>): readonly PlannedLevel[] {
    const { plans } = this.use;
    return focusLevels(plans.focusRange, tilt, this.kind.extended ? plans.extendedRange : undefined);
  }

  private async ask(run: Run, levels: readonly PlannedLevel[]): Promise<void> {
    const { range, offset } = this.use.plans.focusRange;
    const { index } = this.use.cameras.selected.traits;
    const type = this.use.settings.cameras.find((camera) => camera.index === index)?.get('FEICameraType');
    const farthest = offset + range / 2;
    if (type !== undefined && protectedCameras.includes(type) && farthest > doseProtectorLimit) {
      const text = `The dose protector may trip unless the focus is now about ${readable(doseProtectorLimit - farthest, 1)} um from the eucentric one. Go on?`;
      if (!(await run.ask('dose-protector', { text, default: false }))) throw focusCalibrationErrors.notStarted();
    }
    const [first, last] = [levels[0]!.defocus, levels.at(-1)!.defocus];
    const limits = this.kind.extended
      ? ' Images must be possible at the lowest and at the highest level: look at both first.'
      : '';
    await run.start(
      `Autofocus will be calibrated with ${imagesPerLevel * levels.length} Focus images from ${readable(first, 1)} to ${readable(last, 1)} um.${limits} Is the specimen well focused, with detail that does not repeat?`,
    );
  }

  private async conclude(run: Run, { shots, series, before }: Measured): Promise<CalibrationResult> {
    requireUsable(series.levels);
    const fit = fitFocusLevels(series.levels, this.use.plans.focusRange.smoothing);
    const turned = turnedIntervals(series.levels.filter(({ lost }) => lost === undefined));
    if (turned.length > 0) throw focusCalibrationErrors.turned(turned.length);
    run.plot(focusChart(series.levels, fit));
    const { magIndex, camera } = shots.conditions;
    const pixel = this.use.optics.at({ magIndex, camera }).pixelSize;
    const milliradians = pixel && (length(fit.slope) * inMicrometres(pixel.value) * 1000) / 2;
    const judgement = judge(
      focusEvidence(fit, {
        series,
        milliradiansPerUnit: milliradians,
        nominalMilliradians: this.nominalMilliradians(shots),
        pixelMeasured: pixel?.how === 'measured',
        period: series.period === undefined ? undefined : series.period * shots.exposure.binning,
        fixedPattern: series.pattern,
      }),
    );
    const changes = before && changesAgainst(before, fit);
    for (const line of describeFocusFit(fit, series, { shots, before, changes })) run.operator.log(line);
    requireNotRefused(judgement, 'focus-calibration/refused');
    const [worst] = judgement.reasons;
    if (worst) {
      const text = `This calibration is doubtful. ${describeReason(worst)} Keep it anyway?`;
      if (!(await run.ask('doubtful', { text, default: false }))) throw focusCalibrationErrors.notKept(worst);
    }
    const errors = slopeErrors(fit);
    const stored = this.changes(fit, shots);
    const carried = await this.carry(run, fit, shots, changes);
    const result = await run.accept({
      summary: `Autofocus calibrated: ${judgement.verdict}, ${withError(length(fit.slope), errors.slope)} px for a micrometre and a unit of tilt; present defocus ${withError(fit.presentDefocus, fit.presentDefocusError)} um.`,
      values: {
        slopeX: fit.slope.x,
        slopeY: fit.slope.y,
        slope: length(fit.slope),
        slopeDirection: directionOf(fit.slope),
        interceptX: fit.intercept.x,
        interceptY: fit.intercept.y,
        beamTilt: shots.tilt,
        direction: shots.direction,
        presentDefocus: fit.presentDefocus,
        distanceFromOrigin: fit.distanceFromOrigin,
        ...(milliradians !== undefined && { milliradiansPerUnit: milliradians }),
        lostLevels: series.levels.filter(({ lost }) => lost !== undefined).length,
        images: series.images,
        meanCorrelation: series.meanCorrelation,
        driftX: series.drift.x,
        driftY: series.drift.y,
        ...changes,
        curve: rowsOf(fit),
      },
      standardErrors: {
        slopeX: fit.slopeError.x,
        slopeY: fit.slopeError.y,
        ...errors,
        presentDefocus: fit.presentDefocusError,
      },
      conditions: { magIndex, camera, binning: shots.exposure.binning },
      quality: { ...judgement, remarks: lostRemarks(series.levels) },
      changes: [...stored, ...carried],
    });
    this.use.measured.add(keyOfCurve(keyOf(shots)));
    return result;
  }

  /** Asks an administrator whether the other calibrations change as this one did. */
  private async carry(
    run: Run,
    fit: FocusFit,
    shots: FocusShots,
    changes: FocusChanges | undefined,
  ): Promise<readonly Change[]> {
    if (!run.administrator || !changes) return [];
    const all = this.use.calibrations.records('FocusCalibration').all();
    const found = curvesToCarry(all, { ...keyOf(shots), rows: rowsOf(fit) }, this.use.measured);
    if (!found) return [];
    const text = `Length and direction changed by ${readable(changes.changePercent, 2)} % and ${readable(changes.changeDegrees, 2)} degrees. Apply the same change to ${counted(found.others.length, 'other calibration')} of this camera and tilt direction?`;
    return (await run.ask('change-others', { text, default: false }))
      ? carriedOver(found.others, found.old, fit.slope)
      : [];
  }

  /** Milliradians of a unit of beam tilt where the column counts in them, or as earlier calibrations of other places have it. */
  private nominalMilliradians({ conditions }: FocusShots): number | undefined {
    const { traits } = this.use.beamTilt.beamTilt;
    if ('unit' in traits && traits.unit === 'mrad') return 1;
    const { probe, alpha } = conditions;
    return milliradiansPerTiltUnit(this.use.calibrations, this.use.optics, {
      probe,
      ...(alpha !== undefined && { alpha }),
    });
  }

  /** The record; it takes the place of one without alpha where there is none with this one. */
  private changes(fit: FocusFit, { conditions, tilt }: FocusShots): readonly Change[] {
    const key = keyOf({ conditions });
    const { magIndex, camera, direction, alpha } = key;
    const own = this.use.calibrations
      .records('FocusCalibration')
      .all()
      .filter(
        (row) =>
          row.magIndex === magIndex && row.camera === camera && row.direction === direction && row.probe === key.probe,
      );
    const exact = own.some((row) => row.alpha === alpha);
    const old = exact || alpha === withoutAlpha ? undefined : own.find((row) => row.alpha === withoutAlpha);
    return [
      ...(old ? [remove('FocusCalibration', { ...key, alpha: withoutAlpha })] : []),
      put('FocusCalibration', {
        ...key,
        slopeX: fit.slope.x,
        slopeY: fit.slope.y,
        beamTilt: tilt,
        rows: rowsOf(fit),
      }),
    ];
  }
}

/** The key of the record under some conditions. */
const keyOf = ({ conditions }: Pick<FocusShots, 'conditions'>) => {
  const { magIndex, camera, direction, probe, alpha = withoutAlpha } = conditions;
  return { magIndex, camera, direction, probe: probe === 'micro' ? 1 : 0, alpha };
};

/** A focus series with what led to it. */
interface Measured {
  readonly shots: FocusShots;
  readonly series: FocusSeries;
  /** The calibration that was in use before. */
  readonly before: FoundFocusCurve | undefined;
}

const rowsOf = ({ curve }: FocusFit) =>
  curve.levels.map(({ defocus, shift }) => ({ defocus: inMicrometres(defocus), shiftX: shift.x, shiftY: shift.y }));

/** The part of the declaration that Autofocus and Extended Autofocus share. */
export const focusCalibration = (kind: { readonly extended: boolean; readonly status: string }) => ({
  needs: focusCalibrationNeeds,
  not: ['stem'] as const,
  questions: focusCalibrationQuestions,
  results: focusCalibrationResults,
  stores: ['FocusCalibration'] as const,
  forecast: (use: CalibrationUses, signal: AbortSignal) => new FocusCalibration(use, kind).forecast(signal),
  run: (use: CalibrationUses, run: Run) => new FocusCalibration(use, kind).run(run),
});
