import {
  EucentricError,
  type Matrix,
  inMicrometres,
  micrometres,
  optional,
  readable,
  readableMatrix,
  withError,
} from '../../../../core/base';
import { describeReason, judge, requireNotRefused } from '../../../../core/judgement';
import { Cameras, Scope, probeNumber } from '../../../../core/devices';
import { BeamControl, type BeamPlace } from '../../../../core/illumination';
import { type Forecast, type ItemRun, LowDose, type Uses, value } from '../../../../core/kernel';
import { type OpticalPlace, HighDefocusCalibrations, atHighDefocus } from '../../../../core/optics';
import { CarriedChanges } from '../../image-and-stage-shift/image-shift/carried-changes';
import { judgeImageShift } from '../../image-and-stage-shift/image-shift/image-shift-judgement';
import { measureImageShift, measureNeeds } from '../../image-and-stage-shift/image-shift/measure-image-shift';
import { correlationSummary, patterns } from '../../image-and-stage-shift/image-series/image-shift-analysis';
import { findingQuestion } from '../../image-and-stage-shift/image-series/series-findings';
import { imageCost } from '../../image-and-stage-shift/image-series/series-forecast';
import { checkShiftRange, shiftExposure, shiftSteps } from '../../image-and-stage-shift/image-series/shift-preparation';
import { apertureQuestion } from '../../beam-and-spot/beam-images/request-aperture';
import { entryChanges, entryNeeds } from './high-defocus-entry';
import { offeredDefocus } from './high-defocus-memory';
import { type ImageShiftChange, changeEvidence, imageShiftChange } from './image-shift-change';

/** Dependencies of High-Defocus IS. */
const needs = {
  ...measureNeeds,
  ...entryNeeds,
  scope: Scope,
  cameras: Cameras,
  beamControl: BeamControl,
  carried: CarriedChanges,
  lowDose: optional(LowDose),
};
type Use = Uses<typeof needs>;

/** The questions that it may ask. */
const questions = {
  'measure-first': {
    kind: 'confirm',
    why: 'The result is a comparison with the matrix in focus. One that was measured in this session, at this magnification, fits best.',
  },
  defocus: {
    kind: 'number',
    unit: 'um',
    decimals: 0,
    minimum: -2000,
    maximum: -1,
    why: 'The defocus that is applied now, against focus. The column counts it from wherever it was set to zero, so it has to be entered.',
  },
  aperture: apertureQuestion,
  doubtful: findingQuestion,
  forget: {
    kind: 'confirm',
    why: 'The result is doubtful, for the reason that is shown. If you drop it, nothing is stored.',
  },
} as const;

/** The values that it reports. */
const results = {
  defocus: value.quantity('Defocus.', { unit: 'um', decimals: 1 }),
  intensity: value.quantity('Intensity of the beam, as the column counts it.', { decimals: 5 }),
  scale: value.quantity('Scale of what image shift does, against focus.', { decimals: 4 }),
  rotation: value.quantity('Rotation of what image shift does, against focus, counter-clockwise.', {
    unit: 'degrees',
    decimals: 2,
  }),
  stretchPercent: value.quantity('Stretch against the matrix in focus, in percent.', { unit: '%' }),
  meanCorrelation: value.quantity('Mean correlation coefficient of the image pairs.'),
  images: value.quantity('Number of images, with those that check the result.'),
};
type Run = ItemRun<typeof questions, typeof results>;

/** Number of images of a run. */
const images = patterns.six.length + patterns.check.length;

/** One run of High-Defocus IS. */
class HighDefocusImageShift {
  constructor(private readonly use: Use) {}

  async forecast(signal: AbortSignal): Promise<Forecast> {
    const { cameras, scope, optics, control, settings } = this.use;
    const { selected } = cameras;
    const place = { magIndex: await scope.magIndex.read(signal), camera: selected.traits.index };
    const { exposure, fieldSize } = shiftExposure(selected, settings);
    const known = optics.at(place).imageShiftToCamera;
    const delay = known
      ? optics.at(place).imageShiftDelay(shiftSteps(optics, known.matrix, fieldSize, place, control.net.traits).steps)
      : 2;
    return { ...imageCost(selected, exposure, images, 2 * delay), moves: [control.net] };
  }

  async run(run: Run) {
    const { scope, cameras, optics, control, settings, memory, beamControl, beam, calibrations, lowDose } = this.use;
    const place = run.here();
    const inFocus = this.matrixInFocus(place);
    if (lowDose?.on) run.operator.log('In Low Dose the images are taken in the area of Trial.');
    await this.changeFirst(run);
    await this.offerToMeasureFirst(run, place);
    const reading = inMicrometres(await scope.defocus.read(run.signal));
    const defocus = await this.defocus(run, reading);
    memory.last = { entered: defocus, zero: reading - defocus, at: run.clock.now() };
    const beamPlace = await beamControl.place(run.signal);
    const { spot, intensity, probe } = beamPlace;
    const known = new HighDefocusCalibrations(calibrations, () => beam).at({
      spot,
      probe: probeNumber(probe),
      intensity,
      defocus,
    });
    const prior = atHighDefocus(inFocus, known.ofImageShift);

    const base = await control.net.read(run.signal);
    run.restoreLater('image shift', (signal) => control.net.write(base, signal));
    run.restoreLater('camera', () => cameras.selected.stop());
    run.operator.status('CALIBRATING HIGH FOCUS IS');
    const { exposure, fieldSize } = shiftExposure(cameras.selected, settings);
    const { steps, delayFactor } = shiftSteps(optics, prior, fieldSize, place, control.net.traits);
    checkShiftRange(control, base, steps, place.magIndex);
    const { fit, series, check, remarks } = await measureImageShift(this.use, run, {
      place,
      base,
      exposure,
      pattern: 'six',
      steps,
      delayFactor,
      prior,
      total: images,
      done: 0,
    });
    this.requireSameBeam(beamPlace, await beamControl.place(run.signal));
    const change = imageShiftChange(inFocus, fit);
    if (!change) throw noMatrix();
    const correlations = series.pairs.map((pair) => pair.correlation);
    const { mean } = correlationSummary(correlations);
    const judgement = judge(
      judgeImageShift({
        fit,
        series,
        check,
        meanCorrelation: mean,
        at: optics.at(place),
        before: prior,
        change: undefined,
      }).reasons,
      changeEvidence(change),
    );
    const summary = inWords(defocus, change);
    run.operator.log(
      `${readableMatrix(fit.matrix, fit.standardErrors)} px per image-shift unit at ${readable(defocus, 0)} um.`,
    );
    run.operator.log(
      `${summary} Intensity ${this.shownIntensity(beamPlace)}, stretch ${withError(change.stretchPercent, change.standardErrors.stretchPercent)} %.`,
    );
    requireNotRefused(judgement, 'high-defocus/bad-calibration');
    const [worst] = judgement.reasons;
    if (worst && series.findings.every(({ serious }) => !serious)) {
      const text = `This calibration is doubtful. ${describeReason(worst)} Forget it?`;
      if (await run.ask('forget', { text, default: false })) throw forgotten();
    }
    const { scale, rotation, stretchPercent } = change;
    return run.accept({
      summary,
      values: { defocus, intensity, scale, rotation, stretchPercent, meanCorrelation: mean, images },
      standardErrors: change.standardErrors,
      conditions: { ...place, binning: exposure.binning },
      quality: { ...judgement, remarks, correlations },
      changes: await entryChanges(this.use, run, 'HighFocusISCal', {
        place: beamPlace,
        defocus,
        scale,
        rotation,
        magIndex: place.magIndex,
      }),
    });
  }

  /** The matrix in focus. Throws in low magnification, where no change is used, and where there is none. */
  private matrixInFocus(place: OpticalPlace): Matrix {
    const at = this.use.optics.at(place);
    if (at.isLowMagnification) throw inLowMagnification();
    if (!at.imageShiftToCamera) throw noMatrix();
    return at.imageShiftToCamera.matrix;
  }

  /** Changes the defocus by the second argument of the script command, where it stays. */
  private async changeFirst(run: Run): Promise<void> {
    const by = Number(run.arguments[1] ?? 0);
    if (!Number.isFinite(by)) throw badArgument(run.arguments[1]!);
    if (by === 0) return;
    const { scope } = this.use;
    const before = await scope.defocus.read(run.signal);
    await scope.defocus.write(micrometres(inMicrometres(before) + by), run.signal);
  }

  /** Says once a session and magnification that the matrix in focus is not of this session. */
  private async offerToMeasureFirst(run: Run, { magIndex, camera }: OpticalPlace): Promise<void> {
    const { calibrations, carried } = this.use;
    if (run.fromScript || calibrations.imageShift.measuredAt(magIndex, camera) !== 0) return;
    if (carried.has(`${camera}:${magIndex}`)) return;
    const text =
      'The matrix of image shift at this magnification was not measured in this session. Stop here, to measure it in focus first?';
    if (await run.ask('measure-first', { text, default: false })) throw measureFirst();
  }

  private async defocus(run: Run, reading: number): Promise<number> {
    const { memory } = this.use;
    const [given] = run.arguments;
    if (given !== undefined) {
      const entered = Number(given);
      if (!Number.isFinite(entered) || entered >= 0) throw badArgument(given);
      return entered;
    }
    return run.ask('defocus', {
      text: 'What defocus is applied now, in micrometres below focus? Trial images must be good at it.',
      default: offeredDefocus(memory, reading, run.clock),
    });
  }

  private requireSameBeam(before: BeamPlace, after: BeamPlace): void {
    const same = before.spot === after.spot && before.probe === after.probe;
    if (!same || Math.abs(before.intensity - after.intensity) > 1e-4) throw beamChanged();
  }

  private shownIntensity(place: BeamPlace): string {
    const { value: shown, unit } = this.use.beam.scale.shown(place);
    return `${readable(shown, 2)} ${unit}`;
  }
}

/** High-Defocus IS, but for its id and its place in the order of work. */
export const highDefocusImageShift = {
  lowDoseArea: 'Trial',
  not: ['stem'],
  needs,
  questions,
  results,
  stores: ['HighFocusISCal', 'LastC2Aperture'],
  changes: ({ scope }: Use) => [scope.defocus],
  forecast: (use: Use, signal: AbortSignal) => new HighDefocusImageShift(use).forecast(signal),
  run: (use: Use, run: Run) => new HighDefocusImageShift(use).run(run),
} as const;

const inWords = (defocus: number, { scale, rotation, standardErrors }: ImageShiftChange): string =>
  `Image shift at ${readable(defocus, 0)} um of defocus against focus: scale ${withError(scale, standardErrors.scale)}, rotation ${withError(rotation, standardErrors.rotation)} degrees.`;

const inLowMagnification = (): EucentricError =>
  new EucentricError({
    code: 'high-defocus/low-magnification',
    message: 'Calibrations at high defocus are not used in low magnification, so none is measured there.',
    hint: 'Go to a magnification above the low range.',
  });
const noMatrix = (): EucentricError =>
  new EucentricError({
    code: 'high-defocus/no-matrix',
    message: 'Image shift is not calibrated at this magnification, so there is nothing to compare with.',
    hint: 'Measure it in focus with Image Shift, then run this again.',
  });
const measureFirst = (): EucentricError =>
  new EucentricError({
    code: 'high-defocus/measure-first',
    message: 'Stopped before anything was measured, so that image shift can be measured in focus.',
    hint: 'Focus, run Image Shift, apply the defocus, and run this again.',
  });
const badArgument = (given: string): EucentricError =>
  new EucentricError({
    code: 'high-defocus/bad-argument',
    message: `"${given}" is not a defocus below 0 in micrometres, or a change of it.`,
    hint: 'Give the defocus that is applied, such as -50, and as second argument by how much to change it first. Nothing was measured.',
  });
const beamChanged = (): EucentricError =>
  new EucentricError({
    code: 'high-defocus/beam-changed',
    message:
      'Spot size, probe mode or intensity changed while the images were taken; the change by defocus depends on them.',
    hint: 'Leave the beam alone, and run it again. Nothing was stored.',
  });
const forgotten = (): EucentricError =>
  new EucentricError({
    code: 'high-defocus/forgotten',
    message: 'The doubtful calibration was dropped; nothing was stored.',
    hint: 'Measure image shift in focus again, then at this defocus.',
  });
