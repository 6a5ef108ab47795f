import {
  type ImageShiftUnits,
  type PlotTile,
  counted,
  inMicrometres,
  inNanometres,
  micrometres,
  milliseconds,
  optional,
  readable,
  vector,
} from '../../../../core/base';
import { ImageAcquisition } from '../../../../core/acquisition';
import { Cameras, type Exposure, ObjectiveStigmator, Scope, readBack } from '../../../../core/devices';
import { type BufferedImage, type Forecast, LowDose, type Run, type Uses } from '../../../../core/kernel';
import { ImageShiftControl, Optics } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import { RingFitting } from '../../../../core/tuning';
import { UserSettings } from '../../../../core/user-settings';
import { type CtfFit, type CtfOptics, type CtfOutcome, mean as meanOf } from '../../../../imaging';
import { ctfExposure } from './ctf-exposure';
import { ctfImageErrors } from './ctf-image-errors';
import { type ExpectedDefocus, ctfOptics, ctfRequest, smallestDefocus } from './ctf-request';
import { ringTile } from './ring-plots';
import { type RingMeasurement, astigmatismError, combined, defocusError, measurementOf } from './ring-measurement';

/** Devices and services with which images for CTF fits are taken. */
export const ctfImageNeeds = {
  scope: Scope,
  cameras: Cameras,
  optics: Optics,
  acquisition: ImageAcquisition,
  imageShift: ImageShiftControl,
  settings: Settings,
  userSettings: UserSettings,
  rings: RingFitting,
  lowDose: optional(LowDose),
};
/** The same, with the stigmator that most of them set. */
export const ctfStigmatorNeeds = { ...ctfImageNeeds, stigmator: ObjectiveStigmator };
type CtfImageUses = Uses<typeof ctfImageNeeds>;

/** Number of images of a state of the lens, and the errors at which no more are taken. */
export interface RingGoal {
  readonly least?: number;
  readonly most?: number;
  /** Standard errors in micrometres of a component of the astigmatism, and of the defocus. */
  readonly astigmatismError?: number;
  readonly defocusError?: number;
}

/** Options of the images of one run. */
export interface CtfImagePlan {
  /** Micrometres of underfocus beyond the smallest one that the user allows, as calibrations need. */
  readonly extraDefocus: number;
  /** Title of the images in their buffers. */
  readonly title: string;
  /** True for images with the beam tilted, which wait longer after a change of the area of Low Dose. */
  readonly tilted?: boolean;
  /** True to leave the image shift as it is; otherwise the images are taken without any. */
  readonly keepsImageShift?: boolean;
}

/** The side of a run with which images are taken. */
export type CtfImageRun = Pick<Run, 'operator' | 'signal' | 'clock' | 'log' | 'preserve' | 'restoreLater' | 'here'>;

/** Changes of defocus in micrometres from where the column stands, at which rings are looked for. */
const searched = [0, -1.5, -3, 3] as const;
/** Change of defocus that shows which side of focus the column is on. */
const trial = -0.6;
/** Error of a change of defocus: micrometres, and a share of it; focus lags and pixel sizes are off by so much. */
const [allowedError, allowedShare] = [0.15, 0.25];
/** Distance below a defocus in micrometres from which it is approached. */
const focusBacklash = 0.5;
/** Step of a lens that does not say its step, in micrometres; the defocus that is held counts. */
const lensStep = 0.05;
/** Largest underfocus at which images are taken, in micrometres. */
const maxUnderfocus = 10;
/** Deviation of the defocus from the expected one: micrometres, and a share of it. */
const [windowWidth, windowShare] = [0.6, 0.33];
/** Underfocus that is searched where one is expected: least, least end, and end as a multiple of it; micrometres. */
const [searchedStart, minSearchedEnd, searchedFactor] = [0.05, 4, 2.5];
/** Smallest underfocus that is expected, in micrometres: below it images show hardly any rings. */
const minExpected = 0.3;
/** Brightness of an image as a share of that of the first one, below which something cuts the beam. */
const minBrightness = 0.5;

/** Place of a spectrum among others. */
type TilePlace = Pick<PlotTile, 'column' | 'row' | 'label'>;

/** Images for CTF fits of one run: at a defocus that is known and approached from one side, each with its fit. */
export class CtfImages {
  private taken = 0;
  private brightness: number | undefined;
  /** Defocus of the images, in micrometres. */
  private present = -1.5;

  private shown: ((place: TilePlace) => PlotTile) | undefined;

  private constructor(
    private readonly run: CtfImageRun,
    private readonly use: CtfImageUses,
    private readonly plan: CtfImagePlan,
    private readonly exposure: Exposure,
    private readonly lens: CtfOptics,
  ) {}

  /** Prepares the images of a run: finds the defocus from rings, and goes to one that shows enough of them. The defocus is restored at the end of the run. */
  static async begin(run: CtfImageRun, use: CtfImageUses, plan: CtfImagePlan): Promise<CtfImages> {
    const camera = use.cameras.selected;
    const exposure = ctfExposure(camera, use.settings, use.userSettings);
    const lens = ctfOptics(use.settings, await use.scope.highTension.read(run.signal));
    const allowed = allowedUnderfocus(use, exposure, lens, run.here().magIndex, plan);
    await run.preserve(use.scope.defocus);
    if (plan.tilted && use.lowDose?.on)
      await run.clock.delay(milliseconds(use.settings.get('CtfBasedLDareaDelay')), run.signal);
    if (!plan.keepsImageShift) {
      await run.preserve(use.imageShift.net);
      const none = vector(0 as ImageShiftUnits, 0 as ImageShiftUnits);
      await use.imageShift.write(none, { delayFactor: 2, signal: run.signal });
    }
    run.restoreLater('camera', () => use.cameras.selected.stop());
    const images = new CtfImages(run, use, plan, exposure, lens);
    await images.locate(allowed);
    return images;
  }

  /** Number of images that were taken. */
  get count(): number {
    return this.taken;
  }

  /** The spectrum of the last image that was fitted, with its rings, at a place among others. */
  tile(place: TilePlace): readonly PlotTile[] {
    return this.shown ? [this.shown(place)] : [];
  }

  /** Mean defocus in micrometres at which the images are taken. */
  get defocus(): number {
    return this.present;
  }

  /**
   * Defocus and astigmatism of the lens as it is, from as many images as the goal asks for. Throws `ctf-images/no-fit` with the reasons where a repeated
   * image does not show them beyond doubt.
   *
   * @param expected defocus in micrometres; the one at which images are taken by default, NaN where nothing is known
   */
  async measure(
    what: string,
    goal: RingGoal = {},
    expected: number | undefined = this.present,
  ): Promise<RingMeasurement> {
    const { least = 1, most = 1 } = goal;
    const fits: RingMeasurement[] = [];
    for (;;) {
      const image = await this.image(what);
      fits.push(measurementOf(await this.fitted(what, image, expected)));
      const mean = combined(fits);
      if (fits.length >= most || (fits.length >= least && isReached(mean, goal))) {
        this.run.log.debug('c', inWords(what, mean));
        return mean;
      }
    }
  }

  /** A fit of an image; a second image is taken where the first one is refused. */
  private async fitted(what: string, image: BufferedImage, expected?: number): Promise<CtfFit> {
    const first = await this.fit(image, expected);
    if (first.kind === 'fit') return first;
    this.run.operator.log(`${what}: ${first.findings.map(({ text }) => text).join('; ')}. One more image is taken.`);
    const second = await this.fit(await this.image(what), expected);
    if (second.kind === 'fit') return second;
    throw ctfImageErrors.noFit(what, second);
  }

  /** Fits on the thread of the rings, so that STOP is heard. */
  private async fit({ frame, context }: BufferedImage, expected?: number): Promise<CtfOutcome> {
    const pixel = 10 * inNanometres(context.pixelSize!);
    const ranges = expected === undefined || Number.isNaN(expected) ? undefined : rangesAround(-expected);
    const request = ctfRequest(this.lens, pixel, this.use.settings, ranges);
    const fit = await this.use.rings.fit(frame.image, request, this.run.signal);
    if (fit.kind === 'fit') this.shown = (place) => ringTile(frame.image, fit, request, place);
    return fit;
  }

  private async image(what: string): Promise<BufferedImage> {
    const { run, use, plan, exposure } = this;
    const image = await use.acquisition.take(exposure, { signal: run.signal, roll: 5, title: plan.title });
    this.taken += 1;
    const brightness = meanOf(image.frame.image) / image.frame.exposure.exposure;
    this.brightness ??= brightness;
    const share = brightness / this.brightness;
    if (this.brightness > 0 && !(share > minBrightness)) throw ctfImageErrors.otherBrightness(what, share);
    return image;
  }

  /** Finds the defocus where the column stands, which side of focus that is, and goes to one within the limits. */
  private async locate([least, most]: readonly [number, number]): Promise<void> {
    const { run, use } = this;
    const start = inMicrometres(await use.scope.defocus.read(run.signal));
    const { at, underfocus } = await this.firstRings(start);
    const towards = underfocus - trial > most ? -trial : trial;
    const moved = await this.approach(at + towards);
    const next = measurementOf(await this.fitted('Defocus after a change', await this.image('Defocus after a change')));
    const change = moved - at;
    const allowed = allowedError + allowedShare * Math.abs(change);
    // Underfocus and overfocus of the same size look alike; they part when the lens goes on.
    const [under, over] = [-underfocus + change, underfocus + change];
    const found = next.defocus;
    const isUnder = Math.abs(found - under) < allowed;
    const isOver = Math.abs(found + Math.abs(over)) < allowed;
    if (!isUnder && !isOver) throw ctfImageErrors.focusDoesNotFollow(change, found + underfocus);
    const now = isUnder ? found : over;
    const target = Math.min(-least, Math.max(-most, now));
    if (target === now) {
      this.present = now;
      return;
    }
    await this.approach(moved + target - now);
    this.present = target;
    run.operator.log(
      `The rings show a defocus of ${readable(now, 2)} um; it was changed to ${readable(target, 2)} um for these images.`,
    );
  }

  /** The underfocus, or the overfocus, of the nearest of some places where an image shows rings beyond doubt. */
  private async firstRings(start: number): Promise<{ readonly at: number; readonly underfocus: number }> {
    let refusal: ReturnType<typeof ctfImageErrors.noFit> | undefined;
    for (const change of searched) {
      const at = await this.approach(start + change);
      const what = change === 0 ? 'Defocus' : `Defocus after a change of ${readable(change, 1)} um`;
      const fit = await this.fit(await this.image(what));
      if (fit.kind === 'fit') return { at, underfocus: -measurementOf(fit).defocus };
      this.run.operator.log(`${what}: ${fit.findings.map(({ text }) => text).join('; ')}.`);
      refusal ??= ctfImageErrors.noFit('The defocus was not found', fit);
      // An image of one value stays so at every defocus.
      if (fit.findings.some(({ code }) => code === 'blank')) break;
    }
    throw refusal!;
  }

  /** Goes to a defocus from below, and returns the one that the column holds. */
  private async approach(defocus: number): Promise<number> {
    const { use, run } = this;
    const { defocus: setting } = use.scope;
    await setting.write(micrometres(defocus - focusBacklash), run.signal);
    await setting.write(micrometres(defocus), run.signal);
    const [, after = 500] = use.settings.get('AstigmatismComaDelays');
    await run.clock.delay(milliseconds(after), run.signal);
    return inMicrometres(
      await readBack(setting, micrometres(defocus), { tolerance: micrometres(lensStep), signal: run.signal }),
    );
  }
}

/** Images of a run besides those of what it measures: two for the defocus at least. */
const imagesForDefocus = 2;
/** Seconds for reading and fitting an image, and for coils that are set before it. */
const [fitSeconds, coilSeconds] = [1.5, 1];

/** Images, exposure and duration of a run that takes a number of images for CTF fits, those for the defocus not counted. */
export function ctfImagesForecast(
  { cameras, settings, userSettings }: Pick<CtfImageUses, 'cameras' | 'settings' | 'userSettings'>,
  { least, most }: { readonly least: number; readonly most: number },
): Pick<Forecast, 'images' | 'exposure' | 'duration'> {
  const camera = cameras.selected;
  const { exposure, driftSettling } = ctfExposure(camera, settings, userSettings);
  const lit = exposure + driftSettling;
  const each = lit + camera.traits.startupDelay + fitSeconds + coilSeconds;
  const range = (factor: number) => ({
    least: (least + imagesForDefocus) * factor,
    most: (most + 2 * imagesForDefocus) * factor,
  });
  return { images: range(1), exposure: range(lit), duration: range(each) };
}

/** Underfocus that is expected, and that is searched: beyond it by so much that a wrong expectation shows. */
function rangesAround(expected: number): ExpectedDefocus {
  const underfocus = Math.max(minExpected, expected);
  const around = Math.max(windowWidth, windowShare * underfocus);
  return {
    window: [Math.max(0.1, underfocus - around), underfocus + around],
    searched: [searchedStart, Math.max(minSearchedEnd, searchedFactor * underfocus)],
  };
}

const isReached = (mean: RingMeasurement, goal: RingGoal): boolean =>
  astigmatismError(mean) <= (goal.astigmatismError ?? Infinity) &&
  defocusError(mean) <= (goal.defocusError ?? Infinity);

const inWords = (what: string, { defocus, astigmatism, images }: RingMeasurement): string =>
  `${what}: defocus ${readable(defocus, 3)} um, astigmatism ${readable(2 * Math.hypot(astigmatism.x, astigmatism.y), 4)} um, ${counted(images, 'image')}`;

/** Smallest and largest underfocus of the images, in micrometres. */
function allowedUnderfocus(
  { cameras, optics, userSettings }: CtfImageUses,
  { binning }: Pick<Exposure, 'binning'>,
  lens: CtfOptics,
  magIndex: ReturnType<Run['here']>['magIndex'],
  { extraDefocus }: CtfImagePlan,
): readonly [number, number] {
  const place = optics.at({ magIndex, camera: cameras.selected.traits.index });
  if (!place.pixelSize) throw ctfImageErrors.noPixelSize(place.magnification);
  const pixel = inNanometres(place.pixelSize.value) * binning;
  const least = smallestDefocus(lens, 10 * pixel, -userSettings.get('MinCtfBasedDefocus'));
  if (least === undefined) throw ctfImageErrors.tooFewRings(place.magnification, pixel);
  return [least + extraDefocus, maxUnderfocus];
}
