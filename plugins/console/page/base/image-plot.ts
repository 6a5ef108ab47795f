import { h } from './dom';
import type { ImagePlotState } from '../../protocol/state';

type Tile = ImagePlotState['tiles'][number];

/** Draws images with their overlays into an element in place of its contents; the returned function removes them. */
export function drawImagePlot(
  parent: HTMLElement,
  { title, tiles }: ImagePlotState,
  colours: () => readonly string[],
): () => void {
  const columns = Math.max(1, ...tiles.map(({ column }) => column + 1));
  const grid = h('div', { class: 'plot-tiles' });
  grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  for (const tile of tiles) {
    const label = tile.label ?? title;
    const figure = h(
      'figure',
      {},
      drawTile(tile, label, colours()),
      ...(tile.label === undefined ? [] : [h('figcaption', {}, tile.label)]),
    );
    figure.style.gridColumn = String(tile.column + 1);
    figure.style.gridRow = String(tile.row + 1);
    grid.append(figure);
  }
  const names = [...new Set(tiles.flatMap(({ overlays }) => overlays.map(({ name }) => name)))];
  parent.replaceChildren(
    h('p', { class: 'plot-title' }, title),
    grid,
    h('p', { class: 'plot-names' }, ...names.map((name, index) => h('span', { class: `series-${index % 6}` }, name))),
  );
  return () => parent.replaceChildren();
}

function drawTile(tile: Tile, label: string, colours: readonly string[]): HTMLCanvasElement {
  const { width, height, pixels, overlays } = tile;
  // Twice the pixels, so that thin rings are round.
  const scale = 2;
  const canvas = h('canvas', { width: width * scale, height: height * scale, role: 'img', 'aria-label': label });
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  context.fillStyle = '#404040';
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (pixels !== undefined) drawPixels(context, { width, height, pixels, scale });
  const names = [...new Set(overlays.map(({ name }) => name))];
  context.lineWidth = 1.5;
  for (const { name, kind, points, closed } of overlays) {
    context.strokeStyle = context.fillStyle = colours[names.indexOf(name) % colours.length]!;
    context.beginPath();
    if (kind === 'line') {
      for (const { x, y } of points) context.lineTo(x * scale, y * scale);
      if (closed) context.closePath();
    } else if (kind === 'arrows')
      for (const { x, y, dx = 0, dy = 0 } of points) {
        context.moveTo(x * scale, y * scale);
        context.lineTo((x + dx) * scale, (y + dy) * scale);
      }
    else
      for (const { x, y } of points) {
        context.moveTo(x * scale + 4, y * scale);
        context.arc(x * scale, y * scale, 4, 0, 2 * Math.PI);
      }
    context.stroke();
  }
  return canvas;
}

function drawPixels(
  context: CanvasRenderingContext2D,
  {
    width,
    height,
    pixels,
    scale,
  }: { readonly width: number; readonly height: number; readonly pixels: string; readonly scale: number },
): void {
  const gray = Uint8Array.from(atob(pixels), (each) => each.charCodeAt(0));
  const image = new ImageData(width, height);
  for (const [at, value] of gray.entries()) image.data.set([value, value, value, 255], 4 * at);
  const small = h('canvas', { width, height });
  small.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width * scale, height * scale);
}
