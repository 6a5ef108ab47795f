import { formatLength } from '../base/format';
import { colour } from '../base/theme';
import type { BufferState } from '../../protocol/state';

/** Line below an image: its buffer, its exposure and the scale at which it is shown. */
export function captionOf(
  { buffer, title, width, height, magnification, binning, exposure, pixelSize, saturated }: BufferState,
  fourier: boolean,
  scale: number,
): string {
  const pixel = pixelSize === undefined ? 'pixel size not known' : `pixel ${formatLength(pixelSize)}`;
  const full = saturated === undefined ? '' : `  ${(100 * saturated).toPrecision(2)} % SATURATED`;
  return `${buffer}${fourier ? ' transform' : ''}  ${title}  ${width} \u00d7 ${height}  ${magnification}x  binning ${binning}  ${Number(exposure.toPrecision(3))} s  ${pixel}  shown at ${(100 * scale * window.devicePixelRatio).toFixed(0)} %${full}`;
}

/** Colour around an image, as the renderer takes it. */
export function backgroundColour(): readonly [number, number, number] {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour('image-ground'))?.[1] ?? '101418';
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as readonly [
    number,
    number,
    number,
  ];
}
