import { saturationOf } from '../../imaging';
import { type CameraIndex, type MagIndex, type Logger, metres, seconds, service } from '../base';
import { type Camera, Cameras, type Exposure, type Frame, type Scope, type Stage } from '../devices';
import {
  areaOfSet,
  type BufferedImage,
  type ImageBuffers,
  type ImageContext,
  LowDose,
  readConditions,
  Session,
} from '../kernel';
import { type ParameterSetName, Settings } from '../settings';
import type { Conditions } from '../store';
import { acquisitionErrors } from './errors';
import { type HighDefocusOfImage, ImageShiftControl, type OpticalPlace, Optics, pixelSizeAt } from '../optics';
import type { Settling } from './settling';
import type { FocusRampOptions } from './dynamic-focus';
import { exposureOf } from './exposure-of-set';
import { type ScanRates, slowerBy } from './scan-rate';
import { LiveImage } from './live-image';

/** Options of an image. */
export interface TakeOptions {
  readonly signal?: AbortSignal;
  /** Number of older images to keep rolling, at least. */
  readonly roll?: number;
  readonly title?: string;
  /** The parameter set that it is taken with. */
  readonly parameterSet?: ParameterSetName;
  /** Takes the exposure within something else; in a ramp of the focus where `dynamicFocus` asks for one. */
  readonly around?: (expose: () => Promise<Frame>) => Promise<Frame>;
  /** Lets the focus follow the scan over a tilted specimen. */
  readonly dynamicFocus?: Omit<FocusRampOptions, 'signal'>;
  /** Settings of the column, where the caller has read them; they are noted with the image. */
  readonly conditions?: Conditions;
  /** The present mag index, where the caller has just read it, as when the image shift was written; it is read otherwise. */
  readonly magIndex?: MagIndex;
}

/** Takes images with the selected camera once everything has come to rest. */
export interface ImageAcquisition {
  /** Waits, takes one image and puts it into buffer A. Throws `camera/unexpected-size` when the camera delivers another size than was asked for. */
  take(exposure: Exposure, options?: TakeOptions): Promise<BufferedImage>;
}
/** The token of the image acquisition. */
export const ImageAcquisition = service<ImageAcquisition>('ImageAcquisition');

/** Dependencies of image acquisition. */
export interface AcquisitionParts {
  readonly scope: Pick<Scope, 'magIndex'>;
  readonly stage?: Pick<Stage, 'position'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly optics: Optics;
  readonly settling: Settling;
  readonly imageShift: Pick<ImageShiftControl, 'readAt'>;
  readonly buffers: ImageBuffers;
  readonly date?: () => Date;
  /** More about the state of the microscope, such as the area of Low Dose. */
  readonly moreContext?: () => Partial<ImageContext>;
  /** Finds the changes by a high defocus of an image that is taken now. */
  readonly highDefocus?: (place: OpticalPlace, signal?: AbortSignal) => Promise<HighDefocusOfImage | undefined>;
  /** Takes an exposure while the focus follows it. */
  readonly inFocusRamp?: (
    exposure: Exposure,
    options: FocusRampOptions,
    expose: () => Promise<Frame>,
  ) => Promise<Frame>;
  /** Rates of the scans of a camera; undefined where the site has entered none. */
  readonly scanRates?: (camera: CameraIndex) => ScanRates | undefined;
  /** Told when an image is saturated. */
  readonly log?: Pick<Logger, 'warn'>;
}

/**
 * Waits in the order: stage, then image shift, lenses and stage at rest, then the drift settling, which the camera does with the
 * specimen illuminated, then the exposure.
 */
export class WaitingAcquisition implements ImageAcquisition {
  constructor(private readonly parts: AcquisitionParts) {}

  async take(exposure: Exposure, options: TakeOptions = {}): Promise<BufferedImage> {
    const { signal, roll } = options;
    const { cameras, settling, buffers, log } = this.parts;
    const camera = cameras.selected;
    const asked = camera.fit(exposure);
    const context = await this.context(asked, options);
    const wanted = this.slowEnough(camera, asked, context);
    await settling.wait(camera.traits, context.magIndex, signal);
    const frame = await this.exposed(camera, wanted, options);
    const size = [wanted.area.bottom - wanted.area.top, wanted.area.right - wanted.area.left].map((unbinned) =>
      Math.floor(unbinned / wanted.binning),
    );
    const [rows, columns] = frame.image.shape;
    if (rows !== size[0] || columns !== size[1])
      throw acquisitionErrors.unexpectedSize(camera.traits.index, frame.image.shape, size);
    const saturation = saturationOf(frame.image);
    if (saturation) {
      const percent = 100 * saturation.share;
      const share = percent < 10 ? percent.toPrecision(2) : percent.toFixed(0);
      log?.warn(
        `${camera.traits.name}: ${share} % of the pixels of this image are saturated, at ${saturation.ceiling} counts. What is measured on it may be wrong: spread the beam or shorten the exposure.`,
      );
    }
    return buffers.add(frame, saturation ? { ...context, saturated: saturation.share } : context, roll);
  }

  private exposed(camera: Camera, exposure: Exposure, { signal, around, dynamicFocus }: TakeOptions): Promise<Frame> {
    const expose = (): Promise<Frame> => camera.acquire(exposure, signal);
    if (around) return around(expose);
    if (!dynamicFocus) return expose();
    if (!this.parts.inFocusRamp) throw acquisitionErrors.noFocusDuringScan(camera.traits.name);
    return this.parts.inFocusRamp(exposure, { ...dynamicFocus, ...(signal && { signal }) }, expose);
  }

  /** Lengthens a scan that would move the probe faster than the site allows, and says when it is faster than advisable. */
  private slowEnough(camera: Camera, exposure: Exposure, { pixelSize }: ImageContext): Exposure {
    const rates = camera.traits.stem && pixelSize !== undefined && this.parts.scanRates?.(camera.traits.index);
    if (!rates || pixelSize === undefined) return exposure;
    const { log } = this.parts;
    const factor = slowerBy(exposure, pixelSize, rates.fastest);
    const slower = factor > 1 ? camera.fit({ ...exposure, exposure: seconds(exposure.exposure * factor) }) : exposure;
    if (factor > 1)
      log?.warn(
        `${camera.traits.name}: the scan takes ${slower.exposure.toPrecision(3)} s instead of ${exposure.exposure.toPrecision(3)} s, since the probe would move faster than MaximumScanRate.`,
      );
    else if (slowerBy(exposure, pixelSize, rates.advisable) > 1)
      log?.warn(
        `${camera.traits.name}: the probe moves faster than the advisable rate of MaximumScanRate, so that the left of the image may be distorted.`,
      );
    return slower;
  }

  private async context(
    exposure: Exposure,
    { title, parameterSet, conditions, signal, magIndex: known }: TakeOptions,
  ): Promise<ImageContext> {
    const { scope, stage, cameras, optics, imageShift } = this.parts;
    const camera = cameras.selected.traits.index;
    const magIndex = known ?? (await scope.magIndex.read(signal));
    const { magnification, pixelSize: pixel } = optics.at({ magIndex, camera });
    const highDefocus = await this.parts.highDefocus?.({ magIndex, camera }, signal);
    return {
      magIndex,
      magnification,
      ...(pixel && { pixelSize: pixelSizeAt(metres(pixel.value * exposure.binning), highDefocus) }),
      ...(highDefocus && { highDefocus }),
      netImageShift: await imageShift.readAt(magIndex, signal),
      ...(stage && { stage: await stage.position.read(signal) }),
      ...(title !== undefined && { title }),
      ...(parameterSet !== undefined && { parameterSet }),
      ...(conditions && { conditions }),
      ...(this.parts.date && { takenAt: this.parts.date() }),
      ...this.parts.moreContext?.(),
    };
  }
}

/** Takes an image with one of the parameter sets of the selected camera, as an operator does with a button; undefined on an instrument that cannot. */
export async function takeImage(
  { find }: Pick<Session, 'find'>,
  name: ParameterSetName,
  signal?: AbortSignal,
): Promise<BufferedImage | undefined> {
  const camera = find(Cameras)?.selected.traits;
  const set = camera && find(Settings)?.parameterSets.get(camera.index)?.[name];
  if (!set) return undefined;
  await find(LiveImage)?.stop();
  const lowDose = find(LowDose);
  if (lowDose?.on) await lowDose.goTo(areaOfSet(name), signal);
  // An image that somebody asks for by itself is kept with all that is known of it. Those of a series do without, which saves some calls each.
  const conditions = await readConditions(find(Session)?.deviceSettings() ?? [], find(Cameras));
  return find(ImageAcquisition)?.take(exposureOf(set, camera), {
    conditions,
    title: name,
    parameterSet: name,
    ...(camera.scan && set.scan?.dynamicFocus && { dynamicFocus: {} }),
    ...(signal && { signal }),
  });
}
