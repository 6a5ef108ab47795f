import { EucentricError, type ImageShiftUnits, type Undo, type Vector, vector, readable } from '../../../../core/base';
import type { Exposure } from '../../../../core/devices';
import { type Forecast, ImageBuffers, type Run, type Uses } from '../../../../core/kernel';
import { ImageAcquisition, cameraHeadStart } from '../../../../core/acquisition';
import { ImageShiftControl } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import {
  checkShiftRange,
  opticsMoves,
  preparationNeeds,
  prepareOptics,
  shiftExposure,
  shiftSteps,
} from '../image-series/shift-preparation';
import { takeSeries } from '../image-series/shift-series';
import { costBetween, imageCost } from '../image-series/series-forecast';
import { type FactorScale, longestWait, maxSeriesOfSearch } from './settling-search';
import { type SettlingFit, fitSettling, unitLengths } from './settling-fit';

/** Dependencies of a measurement of the settling of image shift. */
export const settlingNeeds = {
  ...preparationNeeds,
  settings: Settings,
  control: ImageShiftControl,
  acquisition: ImageAcquisition,
  buffers: ImageBuffers,
};
type Parts = Uses<typeof settlingNeeds>;

/** Number of times that a series is taken, so that its scatter gives its standard errors. */
const repeats = 3;
/** Images of a series with nine and with six points, with the one that waits for rest. */
const imagesOf = { nine: 10, six: 7 } as const;

interface Plan {
  readonly base: Vector<ImageShiftUnits>;
  readonly steps: Vector;
  readonly delayFactor: number;
  readonly exposure: Exposure;
  readonly toSpecimen: Vector;
  /** Effect of the delay factor on the waiting before each image. */
  readonly scale: FactorScale;
  readonly restore: readonly Undo[];
}

/** Takes series of images as Image Shift does, at any delay factor, and measures what had not settled at each image. */
export class SettlingMeasurement {
  private taken = 0;

  private constructor(
    private readonly parts: Parts,
    private readonly plan: Plan,
  ) {}

  /** Checks that the series can be taken, and prepares the microscope; everything is restored at the end of the run or by `restore`. */
  static async prepare(run: Run, parts: Parts): Promise<SettlingMeasurement> {
    const { settings, cameras, optics, control } = parts;
    const place = run.here();
    const { magIndex } = place;
    const here = optics.at(place);
    const prior = here.imageShiftToCamera?.matrix;
    if (!prior) throw notCalibrated(here.magnification);
    const { exposure, fieldSize } = shiftExposure(cameras.selected, settings);
    const base = await control.net.read(run.signal);
    const { steps, delayFactor } = shiftSteps(optics, prior, fieldSize, place, control.net.traits);
    checkShiftRange(control, base, steps, magIndex);
    const toSpecimen = unitLengths(here.imageShiftToSpecimen, here.roughImageShiftScale);
    const perFactor =
      delayFactor *
      Math.min(...[vector(steps.x, 0), vector(0, steps.y)].map((step) => here.imageShiftDelay(step, { factor: 1 })));
    const factor = settings.get('ISdelayScaleFactor');
    const scale: FactorScale = {
      start: Math.max(0, cameraHeadStart(optics, cameras.selected.traits)) / perFactor,
      perSecond: 1 / perFactor,
    };
    const restore = [
      run.restoreLater('delay factor', () => settings.set('ISdelayScaleFactor', factor)),
      run.restoreLater('image shift', (signal) => control.net.write(base, signal)),
      run.restoreLater('camera', () => cameras.selected.stop()),
    ];
    run.operator.status('MEASURING SETTLING OF IMAGE SHIFT');
    await prepareOptics(run, parts, magIndex);
    return new SettlingMeasurement(parts, { base, steps, delayFactor, exposure, toSpecimen, scale, restore });
  }

  /** Forecast of measuring. Nothing is measured unless the operator asks for it. */
  static async forecast(parts: Parts, signal: AbortSignal): Promise<Forecast> {
    const { settings, scope, cameras, control } = parts;
    const { exposure } = shiftExposure(cameras.selected, settings);
    const search = maxSeriesOfSearch * imagesOf.nine;
    const magIndex = await scope.magIndex.read(signal);
    return {
      ...costBetween(
        imageCost(cameras.selected, exposure, 0, 0),
        imageCost(cameras.selected, exposure, search, longestWait),
      ),
      dependsOn: `what is measured: nothing takes no image, six points take ${repeats * imagesOf.six} and nine points ${repeats * imagesOf.nine}, a search for a factor up to ${search}`,
      moves: [control.net, ...(await opticsMoves(parts, magIndex, signal))],
    };
  }

  /** Effect of the delay factor on the waiting before each image; throws when there is none. */
  get scale(): FactorScale {
    const { scale } = this.plan;
    if (!Number.isFinite(scale.perSecond)) throw noDelay();
    return scale;
  }

  /** Conditions of the result: the binning, and the steps in nanometres on the specimen. */
  get conditions(): { readonly binning: number; readonly stepX: number; readonly stepY: number } {
    const { exposure, steps, toSpecimen } = this.plan;
    return { binning: exposure.binning, stepX: 1000 * steps.x * toSpecimen.x, stepY: 1000 * steps.y * toSpecimen.y };
  }

  /** Takes one series at a delay factor. */
  async series(run: Run, factor: number, pattern: 'nine' | 'six'): Promise<SettlingFit> {
    const { settings, cameras, optics, control, acquisition, buffers } = this.parts;
    const { base, steps, delayFactor, exposure, toSpecimen } = this.plan;
    settings.set('ISdelayScaleFactor', factor);
    this.taken += 1;
    // Every series starts from an image shift and lenses at rest; this image waits for them and is not looked at.
    const magIndex = await control.write(base, { delayFactor, signal: run.signal });
    await acquisition.take(exposure, { signal: run.signal, title: 'Settling', magIndex });
    const prior = optics.at({ magIndex, camera: cameras.selected.traits.index }).imageShiftToCamera?.matrix;
    const title = `Settling, series ${this.taken}, factor ${readable(factor, 2)}`;
    const { pairs, places } = await takeSeries({ control, acquisition, buffers }, run, {
      pattern,
      base,
      steps,
      delayFactor,
      exposure,
      prior,
      title,
      done: 0,
      total: pattern === 'nine' ? 9 : 6,
    });
    return fitSettling(pattern, pairs, places, steps, exposure.binning, toSpecimen);
  }

  /** Takes several series at a delay factor, whose scatter gives the standard errors of their mean. */
  async repeated(
    run: Run,
    factor: number,
    pattern: 'nine' | 'six',
  ): Promise<SettlingFit & { readonly standardErrors: Vector }> {
    const fits: SettlingFit[] = [];
    for (let index = 0; index < repeats; index++) fits.push(await this.series(run, factor, pattern));
    const mean = (values: readonly Vector[]): Vector =>
      vector(
        values.reduce((sum, { x }) => sum + x, 0) / values.length,
        values.reduce((sum, { y }) => sum + y, 0) / values.length,
      );
    const unsettled = mean(fits.map((fit) => fit.unsettled));
    const squares = mean(
      fits.map((fit) => vector((fit.unsettled.x - unsettled.x) ** 2, (fit.unsettled.y - unsettled.y) ** 2)),
    );
    return {
      unsettled,
      drift: mean(fits.map((fit) => fit.drift)),
      lines: fits[0]!.lines.map((_, line) => mean(fits.map((fit) => fit.lines[line]!))),
      standardErrors: vector(Math.sqrt(squares.x / (repeats - 1)), Math.sqrt(squares.y / (repeats - 1))),
    };
  }

  /** Restores at once what the measurement changed: the image shift, the camera and the delay factor. */
  async restore(): Promise<void> {
    for (const undo of [...this.plan.restore].reverse()) await undo();
  }
}

const noDelay = (): EucentricError =>
  new EucentricError({
    code: 'image-shift-settling/no-delay',
    message:
      'The delays in ImageShiftDelays are zero for steps as small as those at this magnification, so no factor changes anything.',
    hint: 'Go to a lower magnification, or enter delays for short distances in ImageShiftDelays.',
  });
const notCalibrated = (magnification: number): EucentricError =>
  new EucentricError({
    code: 'image-shift-settling/not-calibrated',
    message: `What has not settled cannot be seen at ${magnification}x: the effect of image shift is not known there.`,
    hint: 'Run Image Shift first, or go to a magnification where it is calibrated.',
  });
