import type { LocalState } from '../base/store';
import type { BufferState } from '../../protocol/state';
import { label } from './overlay';
import type { Point } from './pixels';
import type { Placement } from './renderer';

interface Size {
  readonly width: number;
  readonly height: number;
}

const [fitColour, limitColour, clickColour] = ['#ffb000', '#56b4e9', '#7dff9b'];

/** Middle of a transform in its pixels: no frequency lies in the middle of a pixel. */
const middleOf = ({ width, height }: Size): Point => ({
  x: Math.floor(width / 2) + 0.5,
  y: Math.floor(height / 2) + 0.5,
});

/** Frequency of a point of a transform, in cycles per pixel from the middle with Y up. */
export function frequencyAt({ x, y }: Point, size: Size): Point {
  const middle = middleOf(size);
  const within = (value: number): number => Math.max(-1, Math.min(1, value));
  return { x: within((x - middle.x) / size.width), y: within((middle.y - y) / size.height) };
}

/**
 * Draws what the rings of a transform show: the zeros of the fit over the left half, so that the right half can be compared with it, the
 * end of the fit, and the zeros of the defocus that was clicked.
 */
export function drawRings(
  context: CanvasRenderingContext2D,
  { ringFit, ringsAt, ring }: Pick<LocalState, 'ringFit' | 'ringsAt' | 'ring'>,
  { image }: Pick<BufferState, 'image'>,
  size: Size,
  { x, y, scale, ratio }: Placement & { readonly ratio: number },
): void {
  const middle = middleOf(size);
  const on = (radius: number, azimuth: number): readonly [number, number] => [
    x + scale * (middle.x + radius * size.width * Math.cos(azimuth)),
    y + scale * (middle.y - radius * size.height * Math.sin(azimuth)),
  ];
  const trace = (radii: readonly number[], colour: string, dash: readonly number[], from: number, to: number): void => {
    context.strokeStyle = colour;
    context.setLineDash(dash.map((each) => each * ratio));
    context.lineWidth = 1.4 * ratio;
    context.beginPath();
    let open = false;
    for (let step = from; step <= to; step++) {
      const radius = radii[step % radii.length]!;
      // A ring that leaves the spectrum, or has no zero there, is interrupted.
      if (radius < 0 || radius > maxRadius) open = false;
      else {
        const point = on(radius, (2 * Math.PI * step) / radii.length);
        if (open) context.lineTo(...point);
        else context.moveTo(...point);
        open = true;
      }
    }
    context.stroke();
  };
  context.save();
  context.globalAlpha = 0.85;
  if (ringFit?.image === image) {
    for (const zero of apart(ringFit.zeros, (minDistance / (scale * size.width)) * ratio))
      trace(zero, fitColour, [], zero.length / 4, (3 * zero.length) / 4);
    if (ringFit.limit !== undefined) trace(circle(ringFit.limit), limitColour, [6, 5], 0, circleSteps);
  }
  const clicked = ringsAt?.image === image ? ringsAt.rings.find((each) => each.ring === ring) : undefined;
  for (const zero of clicked?.zeros ?? []) trace(zero, clickColour, [3, 3], 0, zero.length);
  context.restore();
  // On a narrow screen the card with the numbers is out of view.
  const lines = [
    ...(ringFit?.image === image ? [[ringFit.refused ? 'No defocus' : ringFit.lines[0]!, fitColour] as const] : []),
    ...(clicked ? [[`Zero ${ring}: ${clicked.defocus.toFixed(2)} \u00b5m`, clickColour] as const] : []),
  ];
  for (const [at, [text, colour]] of [...lines].reverse().entries())
    label(context, text, 12 * ratio, context.canvas.height - (14 + 24 * at) * ratio, ratio, 'left', colour);
}

/** Pixels of the page between two zeros, below which one of them is left out. */
const minDistance = 4;

/** The zeros that stand far enough from the one drawn before. */
function apart(zeros: readonly (readonly number[])[], least: number): readonly (readonly number[])[] {
  const radiusOf = (zero: readonly number[]): number => Math.max(...zero);
  let last = 0;
  return zeros.filter((zero) => {
    if (radiusOf(zero) - last < least) return false;
    last = radiusOf(zero);
    return true;
  });
}

/** Largest radius that lies in a spectrum, towards its corners, in cycles per pixel. */
const maxRadius = Math.SQRT1_2;
const circleSteps = 72;
const circle = (radius: number): readonly number[] => Array.from({ length: circleSteps }, () => radius);
