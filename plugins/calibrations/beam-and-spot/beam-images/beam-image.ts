import { type BeamInImage, type FrameCover, findBeam } from '../../../../imaging';
import { type CameraIndex, readable, seconds } from '../../../../core/base';
import type { Camera, Exposure } from '../../../../core/devices';
import type { BufferedImage, Run } from '../../../../core/kernel';
import { type ImageAcquisition, singleExposureOf } from '../../../../core/acquisition';
import type { Settings } from '../../../../core/settings';
import { beamErrors } from './beam-errors';

/** Seconds after which a beam has come to rest: deflectors take up to a third of a second for what is missing to fall to 1/e. */
export const beamSettling = seconds(1.5);

/** The exposure of Trial images as it stands. */
export function trialExposure(camera: Camera, settings: Pick<Settings, 'parameterSets'>): Exposure {
  const index: CameraIndex = camera.traits.index;
  return camera.fit(singleExposureOf(settings.parameterSets.get(index)!.Trial, camera.traits));
}

/** The exposure of Trial images in linear read mode: a camera that counts electrons loses some of them where they come close together. */
export const linearTrialExposure = (camera: Camera, settings: Pick<Settings, 'parameterSets'>): Exposure =>
  camera.fit({ ...trialExposure(camera, settings), readMode: 'linear' });

/** An image with the beam that it shows. */
export interface BeamImage {
  readonly beam: BeamInImage;
  readonly image: BufferedImage;
}

/** Takes an image and looks for the beam in it. */
export async function lookForBeam(
  run: Pick<Run, 'signal'>,
  acquisition: ImageAcquisition,
  exposure: Exposure,
  title: string,
): Promise<BeamImage> {
  const image = await acquisition.take(exposure, { signal: run.signal, title });
  return { image, beam: findBeam(image.frame.image) };
}

/** As `lookForBeam`; throws for a beam that cannot be measured, by the reason why. */
export async function takeBeam(...given: Parameters<typeof lookForBeam>): Promise<BeamImage> {
  const found = await lookForBeam(...given);
  if (found.beam.verdict !== 'inside') throw beamErrors.notMeasurable(`the image "${given[3]}"`, found.beam);
  return found;
}

/** Throws for an image of which a part is saturated, or the whole, which has one count everywhere then. */
export function requireUnsaturated(
  title: string,
  { context }: Pick<BufferedImage, 'context'>,
  { constant }: Pick<FrameCover, 'constant'>,
): void {
  if (context.saturated === undefined && !constant) return;
  const why =
    context.saturated === undefined
      ? 'All of its pixels have the same count.'
      : `${readable(100 * context.saturated)} % of its pixels are saturated.`;
  throw beamErrors.notMeasurable(`the image "${title}"`, { verdict: 'saturated', why });
}
