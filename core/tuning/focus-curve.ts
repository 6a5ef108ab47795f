import { type Metres, type Vector, add, length, metres, scale, subtract } from '../base';

/** One level of a focus curve. */
export interface FocusLevel {
  readonly defocus: Metres;
  /** Displacement of the image between the two beam tilts, in unbinned pixels (Y up) per unit of the tilt to one side. */
  readonly shift: Vector;
}

/** Displacement of the image by beam tilt as a function of defocus: at least two levels in ascending defocus. */
export interface FocusCurve {
  readonly levels: readonly FocusLevel[];
}

/** A defocus that a displacement stands for. */
export interface FoundDefocus {
  readonly defocus: Metres;
  /** Distance of the displacement from the curve, in the unit of the curve. */
  readonly distance: number;
  /** Length of the slope there, as a share of the slope at zero defocus. */
  readonly slopeRatio: number;
  /** Distance in defocus past the end of the curve; 0 within it. */
  readonly pastEnd: Metres;
}

interface Segment {
  readonly from: FocusLevel;
  readonly to: FocusLevel;
  /** Change of displacement for one metre. */
  readonly slope: Vector;
}

function segmentsOf({ levels }: FocusCurve): readonly Segment[] {
  return levels.slice(1).flatMap((to, at) => {
    const from = levels[at]!;
    const step = to.defocus - from.defocus;
    return step > 0 ? [{ from, to, slope: scale(subtract(to.shift, from.shift), 1 / step) }] : [];
  });
}

const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y;

/**
 * The defocus of the point of a curve that lies nearest to a displacement. The first and the last segment go on beyond their ends.
 * Undefined for a curve without a segment on which the image moves.
 */
export function defocusOf(curve: FocusCurve, shift: Vector): FoundDefocus | undefined {
  const segments = segmentsOf(curve);
  const atZero = length(segmentAt(curve, metres(0))?.slope ?? { x: 0, y: 0 });
  let best: FoundDefocus | undefined;
  for (const [at, { from, to, slope }] of segments.entries()) {
    const steepness = dot(slope, slope);
    if (steepness === 0) continue;
    const along = dot(subtract(shift, from.shift), slope) / steepness;
    const low = at === 0 ? -Infinity : 0;
    const high = at === segments.length - 1 ? Infinity : to.defocus - from.defocus;
    const step = Math.min(high, Math.max(low, along));
    const distance = length(subtract(shift, add(from.shift, scale(slope, step))));
    if (best && best.distance <= distance) continue;
    best = {
      defocus: metres(from.defocus + step),
      distance,
      slopeRatio: Math.sqrt(steepness) / atZero,
      pastEnd: metres(Math.max(0, -step, step - (to.defocus - from.defocus))),
    };
  }
  return best;
}

/** The displacement at a defocus: on the line between two levels, and on that of the last two beyond the ends. Undefined for fewer than two levels. */
export function shiftAt(curve: FocusCurve, defocus: Metres): Vector | undefined {
  const segment = segmentAt(curve, defocus);
  return segment && add(segment.from.shift, scale(segment.slope, defocus - segment.from.defocus));
}

/** The change of displacement for one micrometre at a defocus. Undefined for fewer than two levels. */
export function slopeAt(curve: FocusCurve, defocus: Metres): Vector | undefined {
  const slope = segmentAt(curve, defocus)?.slope;
  return slope && scale(slope, 1e-6);
}

function segmentAt(curve: FocusCurve, defocus: Metres): Segment | undefined {
  const segments = segmentsOf(curve);
  return segments.find(({ to }) => defocus < to.defocus) ?? segments.at(-1);
}

/** The same curve with its zero at another defocus. */
export const withZeroAt = ({ levels }: FocusCurve, zero: Metres): FocusCurve => ({
  levels: levels.map(({ defocus, shift }) => ({ defocus: metres(defocus - zero), shift })),
});
