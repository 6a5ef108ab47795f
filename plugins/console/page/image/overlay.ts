import { formatLength } from '../base/format';
import type { BufferState } from '../../protocol/state';
import { type Point, roundLength } from './pixels';
import type { Placement } from './renderer';

/** Drawing over an image. */
export interface Drawing {
  readonly buffer: BufferState | undefined;
  readonly fourier: boolean;
  readonly marker: Point | undefined;
  readonly line: { readonly from: Point; readonly to: Point } | undefined;
  readonly points: readonly Point[];
  /** Size of the image where its centre is marked. */
  readonly centre: { readonly width: number; readonly height: number } | undefined;
  /** Something that was found in the image. */
  readonly found: BufferState['drawing'];
  /** True for a cross through the whole image, with a circle in the middle. */
  readonly crossed: boolean;
  /** Canvas pixels per pixel of the page. */
  readonly ratio: number;
}

const markColour = '#ffd23f';
const pointColour = '#56b4e9';
const foundColour = '#ffb000';
/** Pixels of the page below the caption at which text begins, on every screen. */
const captionHeight = 62;
/** Length of each arm of the cross in the centre of something that was found, in pixels of the page. */
const foundArm = 9;
/** Length of each arm of the cross in the centre, in pixels of the page. */
const centreArm = 40;

/**
 * Draws marker, line, points and scale bar over an image; every stroke has a dark rim, so that it is visible on any
 * grey.
 */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  { buffer, fourier, marker, line, points, centre, found, crossed, ratio }: Drawing,
  placement: Placement,
): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  if (!buffer) return;
  const on = ({ x, y }: Point): Point => ({
    x: placement.x + placement.scale * x,
    y: placement.y + placement.scale * y,
  });
  const stroke = (colour: string, path: () => void): void => {
    for (const [style, thickness] of [
      ['rgba(0, 0, 0, 0.75)', 4.5],
      [colour, 2],
    ] as const) {
      context.strokeStyle = style;
      context.lineWidth = thickness * ratio;
      context.beginPath();
      path();
      context.stroke();
    }
  };
  context.lineCap = 'round';
  for (const each of points) {
    const { x, y } = on(each);
    context.strokeStyle = pointColour;
    context.lineWidth = 1.3 * ratio;
    context.beginPath();
    context.arc(x, y, 6 * ratio, 0, 2 * Math.PI);
    context.stroke();
  }
  if (centre && !fourier) {
    const { x, y } = on({ x: centre.width / 2, y: centre.height / 2 });
    const [left, top] = [on({ x: 0, y: 0 }).x, on({ x: 0, y: 0 }).y];
    const [across, down] = crossed ? [x - left, y - top] : [centreArm * ratio, centreArm * ratio];
    stroke(pointColour, () => {
      context.moveTo(x - across, y);
      context.lineTo(x + across, y);
      context.moveTo(x, y - down);
      context.lineTo(x, y + down);
      if (!crossed) return;
      const radius = Math.min(across, down) / 4;
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    });
  }
  for (const { x, y, long, short, direction } of found?.outlines ?? []) {
    const middle = on({ x, y });
    const { scale } = placement;
    stroke(foundColour, () => {
      context.ellipse(middle.x, middle.y, scale * long, scale * short, (-direction * Math.PI) / 180, 0, 2 * Math.PI);
      for (const [across, down] of [
        [foundArm * ratio, 0],
        [0, foundArm * ratio],
      ] as const) {
        context.moveTo(middle.x - across, middle.y - down);
        context.lineTo(middle.x + across, middle.y + down);
      }
    });
  }
  for (const [at, text] of foundLines(found).entries())
    label(context, text, 14 * ratio, (captionHeight + 22 * at) * ratio, ratio, 'left', foundColour);
  if (marker) {
    const { x, y } = on(marker);
    const [inner, outer] = [4 * ratio, 13 * ratio];
    stroke(markColour, () => {
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        context.moveTo(x + dx * inner, y + dy * inner);
        context.lineTo(x + dx * outer, y + dy * outer);
      }
    });
  }
  if (line) {
    const [from, to] = [on(line.from), on(line.to)];
    stroke(markColour, () => {
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    });
    if (buffer.pixelSize !== undefined && !fourier) {
      const length = Math.hypot(line.to.x - line.from.x, line.to.y - line.from.y);
      label(
        context,
        `${formatLength(length * buffer.pixelSize)}, ${length.toFixed(0)} pixels`,
        (from.x + to.x) / 2,
        (from.y + to.y) / 2 - 12 * ratio,
        ratio,
        'center',
      );
    }
  }
  if (!fourier) scaleBar(context, buffer, placement, ratio);
}

/** Lines on the image about what was found in it: on a narrow screen the card with them is out of view. */
const foundLines = (found: Drawing['found']): readonly string[] =>
  found
    ? [...found.numbers.map((each) => `${each.label}: ${each.text}`), ...(found.trouble ? [found.trouble] : [])]
    : [];

function scaleBar(
  context: CanvasRenderingContext2D,
  { pixelSize }: BufferState,
  { scale }: Placement,
  ratio: number,
): void {
  if (pixelSize === undefined) return;
  const { width, height } = context.canvas;
  const nanometres = roundLength((0.24 * width * pixelSize) / scale);
  const long = (nanometres / pixelSize) * scale;
  const [x, y] = [18 * ratio, height - 20 * ratio];
  context.fillStyle = 'rgba(0, 0, 0, 0.75)';
  context.fillRect(x - 2 * ratio, y - 2 * ratio, long + 4 * ratio, 9 * ratio);
  context.fillStyle = '#fff';
  context.fillRect(x, y, long, 5 * ratio);
  label(context, formatLength(nanometres), x + long / 2, y - 8 * ratio, ratio, 'center');
}

/** Writes a text over an image, with a dark rim. */
export function label(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  ratio: number,
  align: CanvasTextAlign,
  colour = '#fff',
): void {
  context.font = `600 ${14 * ratio}px system-ui, sans-serif`;
  context.textAlign = align;
  context.lineWidth = 4 * ratio;
  context.lineJoin = 'round';
  context.strokeStyle = 'rgba(0, 0, 0, 0.8)';
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
