import { findBeam, reduce } from '../../../../imaging';
import { inMicrometres, readable } from '../../../../core/base';
import { BeamShift, Illumination } from '../../../../core/devices';
import type { ImageDrawing, ImageToLookAt, LiveBeside } from '../../../../core/kernel';

/** Pixels along the shorter side to which an image is binned before it is looked at: a live image has to stay live. */
const enoughPixels = 512;

/** The outline, centre and diameter of the beam in an image, for an operator who centres it or brings it to crossover. */
export function beamDrawing({ frame, context }: ImageToLookAt): ImageDrawing {
  const [rows = 0, columns = 0] = frame.image.shape;
  const size = Math.max(1, Math.floor(Math.min(rows, columns) / enoughPixels));
  const { outline, verdict, why, levels } = findBeam(size > 1 ? reduce(frame.image, size) : frame.image);
  const trouble = why || undefined;
  const counts = { label: 'Counts in the beam', text: readable(levels.inside) };
  if (!outline || verdict === 'not there') return { outlines: [], numbers: [counts], ...(trouble && { trouble }) };
  const pixel = context.pixelSize && inMicrometres(context.pixelSize);
  const number = (pixels: number): string => (pixel === undefined ? readable(pixels, 1) : readable(pixels * pixel, 3));
  const unit = pixel === undefined ? 'px' : 'um';
  const { centre, radius, axes } = outline;
  const diameter = 2 * size * radius;
  return {
    outlines: [
      {
        x: columns / 2 + size * centre.x,
        y: rows / 2 - size * centre.y,
        long: size * axes.long,
        short: size * axes.short,
        direction: axes.direction,
      },
    ],
    numbers: [
      { label: 'Diameter', text: `${number(diameter)} ${unit}` },
      { label: 'Part of the image', text: `${readable((100 * diameter) / Math.min(rows, columns), 0)} %` },
      { label: 'From the middle', text: `X ${number(size * centre.x)}, Y ${number(size * centre.y)} ${unit}` },
      { label: 'Long to short', text: readable(axes.long / axes.short, 3) },
      counts,
    ],
    ...(trouble && { trouble }),
  };
}

/** The devices by whose settings an operator changes the beam. */
export const beamDevices = [Illumination, BeamShift] as const;

/** A live image with the beam drawn into it and the settings by which an operator changes the beam. */
export const beamBeside = (set: LiveBeside['set']): LiveBeside => ({
  set,
  cross: true,
  look: beamDrawing,
  devices: beamDevices,
});
