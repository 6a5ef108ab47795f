import { goodSize, realTransform2, type RealTransform2 } from '../../../imaging';
import { reframed, type Frame } from '../../base/frame';
import { scratch } from '../../base/scratch';
import type { Scene, Texture } from '../../specimen/scene';
import { isInvisible, throughFactor, throughRound, throughTransfer, type OpticalFrame } from './filters';
import { focalPlanes, type FocalPlanes, type Slope } from './focal-planes';
import type { LensEffect, Transfer } from './lens';
import type { RasterMotion } from '../motion';

const { ceil, max, min } = Math;

/** Pixels painted beyond each edge of the image, so that what the transform wraps round is mostly cut off again, */
const usualMargin = 64;
/** more where defocus spreads detail further, */
const maxMargin = 1024;
/** of this frequency in cycles per pixel, beyond which detectors see little. */
const finestSpread = 0.4;

/** Everything that changes the spectrum of the specimen on its way to the detector. */
export interface Lens {
  readonly transfer: LensEffect['transfer'];
  readonly spread: LensEffect['spread'];
  /** Motion of the specimen during the exposure; undefined where it stands still. */
  readonly motion: RasterMotion | undefined;
  /** Change of defocus over the image; none where the specimen is flat. */
  readonly slope?: Slope;
  readonly kilovolts: number;
  /** The plane across the optical axis, in which the lens sees directions whatever the tilt of the specimen is. */
  readonly lab: OpticalFrame;
  /** Transfer of the detector by the square of the frequency in cycles per pixel of the image; undefined where its blur is painted with the specimen. */
  readonly detector?: Transfer | undefined;
  /** The image of a clear specimen. */
  readonly brightness: number;
}

/** A specimen, and the shorter side of the camera's full field of view in micrometres. */
export interface Viewed {
  readonly scene: Scene;
  readonly field: number;
}

/** A raster with margins, and the transform of it. */
interface Padded {
  readonly frame: Frame;
  readonly plan: RealTransform2;
  readonly rows: number;
  readonly columns: number;
  readonly margin: number;
}

/** Spectrum of what lies in a specimen at one depth, before the lens. */
interface Sheet {
  readonly spectrum: Float32Array;
  readonly thickness: number;
}

/** Fills a canvas of `frame.rows * frame.columns` values with what a lens makes of a specimen. */
export function imageThrough(lens: Lens, canvas: Float32Array, frame: Frame, { scene, field }: Viewed): void {
  const { transfer, motion, detector, brightness, lab } = lens;
  const texture = scene.texture?.(frame.pixelSize);
  const flat = transfer({ defocus: 0, thickness: scene.thickness });
  const planes = focalPlanes(lens, frame);
  if (isInvisible(flat, lab) && !motion && !detector && !texture && !planes) {
    scene.paint(canvas, frame, field);
    for (let k = 0; k < canvas.length; k++) canvas[k]! *= brightness;
    return;
  }
  const spread = ceil(lens.spread(finestSpread / lab.pixelSize) / lab.pixelSize);
  const usual = texture ? usualMargin : min(usualMargin, ceil(max(frame.columns, frame.rows) / 8));
  const margin = max(usual, min(maxMargin, spread)) + (motion ? ceil(motion.reach) : 0);
  const columns = goodSize(frame.columns + 2 * margin);
  const rows = goodSize(frame.rows + 2 * margin);
  const plan = realTransform2(rows, columns);
  const padded = { frame: reframed(frame, margin, margin, columns, rows), plan, rows, columns, margin };
  const sheets = sheetsOf(padded, { scene, field }, texture);
  const mean = texture ? (scene.uniform ?? 0) : 0;
  if (!planes) {
    focused(lens, padded, sheets, 0, mean);
    take(canvas, frame, padded, brightness);
    return;
  }
  canvas.fill(0);
  const kept = sheets.map((sheet, k) => ({
    ...sheet,
    spectrum: copied(sheet.spectrum, `sheet ${k}`),
  }));
  for (let k = 0; k < planes.count; k++) {
    const working = kept.map((sheet, n) => ({ ...sheet, spectrum: copied(sheet.spectrum, `focused ${n}`) }));
    focused(lens, padded, working, planes.first + k * planes.step, mean);
    blend(canvas, frame, padded, planes, k, brightness);
  }
}

/** Leaves in the memory of the transform the image of sheets of a specimen at a defocus from that of the lens; their spectra are used up. */
function focused(
  { transfer, motion, detector, lab }: Lens,
  { plan, rows, columns }: Padded,
  sheets: readonly Sheet[],
  defocus: number,
  mean: number,
): void {
  for (const { spectrum, thickness } of sheets) {
    const here = transfer({ defocus, thickness });
    // A transfer that nobody could see is 1.
    if (!isInvisible(here, lab)) throughTransfer(spectrum, here, lab, rows, columns);
  }
  const [first, ...more] = sheets;
  const total = plan.complex;
  if (first!.spectrum !== total) total.set(first!.spectrum.subarray(0, total.length));
  for (const { spectrum } of more) addTo(total, spectrum);
  total[0]! += mean * rows * columns;
  if (detector) throughRound(total, detector, { pixelSize: 1 }, rows, columns);
  motion?.smear(total, rows, columns);
  plan.inverse(total, plan.real);
}

/** Spectra of the transmission of a specimen, where it is not the same everywhere, and of the parts of its texture. A single one stays in the memory of the transform. */
function sheetsOf(padded: Padded, { scene, field }: Viewed, texture: Texture | undefined): readonly Sheet[] {
  const { frame, plan, rows, columns, margin } = padded;
  const pixels = plan.real.subarray(0, rows * columns);
  if (!texture) {
    scene.paint(pixels, frame, field);
    return [{ spectrum: plan.forward(plan.real, plan.complex), thickness: scene.thickness }];
  }
  const { uniform } = scene;
  const single = uniform !== undefined && texture.parts.length === 1;
  const sheets: Sheet[] = [];
  let transmission: Float32Array | undefined;
  if (uniform === undefined) {
    scene.paint(pixels, frame, field);
    transmission = copied(pixels, 'transmission');
    plan.forward(plan.real, plan.complex);
    sheets.push({ spectrum: copied(plan.complex, 'sheet 0'), thickness: scene.thickness });
  }
  const grains = single ? pixels : scratch('grains', rows * columns).subarray(0, rows * columns);
  texture.paint(grains, frame);
  taper(grains, rows, columns, margin / 2);
  texture.parts.forEach(({ factor, thickness, weigh }, part) => {
    if (!single) pixels.set(grains);
    weigh?.(pixels, frame);
    if (weigh && pixels.every((value) => value === 0)) return;
    if (transmission) multiply(pixels, transmission);
    const spectrum = plan.forward(plan.real, plan.complex);
    throughFactor(spectrum, (square) => factor(square) * (uniform ?? 1), frame, rows, columns);
    sheets.push({ spectrum: single ? spectrum : copied(spectrum, `sheet ${part + 1}`), thickness });
  });
  return sheets;
}

/** Lets the values of a raster go to zero at its edges, so that the transform, which joins opposite edges, sees no step there. */
function taper(values: Float32Array, rows: number, columns: number, width: number): void {
  for (let k = 0; k < width; k++) {
    const share = (k + 0.5) / width;
    const factor = share * share * (3 - 2 * share);
    for (const row of [k, rows - 1 - k])
      for (let at = row * columns; at < (row + 1) * columns; at++) values[at]! *= factor;
    for (const column of [k, columns - 1 - k])
      for (let at = column; at < rows * columns; at += columns) values[at]! *= factor;
  }
}

/** Multiplies each value by another one. */
function multiply(values: Float32Array, by: Float32Array): void {
  for (let k = 0; k < values.length; k++) values[k]! *= by[k]!;
}

/** Adds the first values of another array, as many as there are. */
function addTo(values: Float32Array, more: Float32Array): void {
  for (let k = 0; k < values.length; k++) values[k]! += more[k]!;
}

function copied(values: Float32Array, name: string): Float32Array {
  const copy = scratch(name, values.length).subarray(0, values.length);
  copy.set(values);
  return copy;
}

/** Copies the image without its margins to a canvas. */
function take(canvas: Float32Array, frame: Frame, { plan, columns, margin }: Padded, brightness: number): void {
  const { real } = plan;
  for (let row = 0, to = 0; row < frame.rows; row++) {
    let from = (row + margin) * columns + margin;
    for (const end = to + frame.columns; to < end; to++, from++) canvas[to] = real[from]! * brightness;
  }
}

/** Adds the image of one focal plane to a canvas, as far as each pixel is near it. */
function blend(
  canvas: Float32Array,
  frame: Frame,
  { plan, columns, margin }: Padded,
  planes: FocalPlanes,
  k: number,
  brightness: number,
): void {
  const { perColumn, perRow, corner } = planes.height;
  const scale = 1 / planes.step;
  const { real } = plan;
  for (let row = 0, at = 0; row < frame.rows; row++) {
    let place = (corner + perRow * row - planes.first) * scale - k;
    const step = perColumn * scale;
    let from = (row + margin) * columns + margin;
    for (let column = 0; column < frame.columns; column++, at++, from++, place += step) {
      const weight = planes.weight(place);
      if (weight !== 0) canvas[at]! += weight * brightness * real[from]!;
    }
  }
}
