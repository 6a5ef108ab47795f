import { readable } from './figures';
import { counted } from './for-reading';
import type { Vector } from './vector';

/** A point of a plot; with `dx` and `dy` an arrow that begins there. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly dx?: number;
  readonly dy?: number;
  /** Standard error in Y. */
  readonly error?: number;
}
/** Points, a line or arrows that belong together. */
export interface PlotSeries {
  readonly name: string;
  readonly kind: 'points' | 'line' | 'arrows';
  readonly points: readonly PlotPoint[];
  /** Name of the series whose colour it has, as the fitted curve that of its points. */
  readonly like?: string;
}
/** Numbers against each other, in axes. */
export interface Chart {
  readonly kind?: 'chart';
  readonly id: string;
  readonly title: string;
  /** Labels of the axes, each with its unit. */
  readonly x: string;
  readonly y: string;
  /** True when lengths and angles in it have a meaning, so that both axes need one scale. */
  readonly equalScales?: boolean;
  readonly series: readonly PlotSeries[];
  /** Differences between points and curves, in a strip below over the same X axis. */
  readonly residuals?: { readonly y: string; readonly series: readonly PlotSeries[] };
}
/** Something drawn on an image: a curve, points or arrows, in pixels of the tile, Y down. */
export interface PlotOverlay extends PlotSeries {
  /** True for a curve that ends where it begins. */
  readonly closed?: boolean;
}
/** One small image of a plot. */
export interface PlotTile {
  /** Place among the tiles, from 0: columns to the right, rows downwards. */
  readonly column: number;
  readonly row: number;
  /** Line below it. */
  readonly label?: string;
  readonly width: number;
  readonly height: number;
  /** Gray values of 8 bits, row by row from the top, in base64; undefined where only what was drawn on it is kept. */
  readonly pixels?: string;
  readonly overlays: readonly PlotOverlay[];
}
/** Images with what was found in them, such as rings with their fit or a tableau of tilts. */
export interface ImagePlot {
  readonly kind: 'image';
  readonly id: string;
  readonly title: string;
  readonly tiles: readonly PlotTile[];
}
/** A picture of what is measured; a later one of the same id takes its place. */
export type Plot = Chart | ImagePlot;

/** Measured points with the curve that was fitted to them. */
export interface FittedPoints {
  readonly name: string;
  readonly points: readonly PlotPoint[];
  /** The curve; undefined before there is a fit. */
  readonly curve?: (x: number) => number;
}

/** Number of points of a drawn curve. */
const curvePoints = 61;

/** A chart of measured points with their standard errors, the fitted curves, and the residuals below. */
export function fittedChart(
  { id, title, x, y }: Pick<Chart, 'id' | 'title' | 'x' | 'y'>,
  fitted: readonly FittedPoints[],
): Chart {
  const values = fitted.flatMap(({ points }) => points.map((point) => point.x));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const steps = Array.from({ length: curvePoints }, (_, step) => low + (step * (high - low)) / (curvePoints - 1));
  const lines = fitted.flatMap(({ name, curve }): readonly PlotSeries[] =>
    curve && high > low
      ? [{ name: `${name}, fit`, kind: 'line', like: name, points: steps.map((at) => ({ x: at, y: curve(at) })) }]
      : [],
  );
  const residuals = fitted.flatMap(({ name, points, curve }): readonly PlotSeries[] =>
    curve ? [{ name, kind: 'points', points: points.map((each) => ({ ...each, y: each.y - curve(each.x) })) }] : [],
  );
  return {
    id,
    title,
    x,
    y,
    series: [...fitted.map(({ name, points }) => ({ name, kind: 'points' as const, points })), ...lines],
    ...(residuals.length > 0 && { residuals: { y: 'residual', series: residuals } }),
  };
}

/** A chart of vectors, such as what a stigmator does, as arrows from the origin or from places of their own; X and Y have one scale. */
export const vectorChart = (
  { id, title, x, y }: Pick<Chart, 'id' | 'title' | 'x' | 'y'>,
  series: readonly { readonly name: string; readonly vectors: readonly Vector[]; readonly from?: readonly Vector[] }[],
): Chart => ({
  id,
  title,
  x,
  y,
  equalScales: true,
  series: series.map(({ name, vectors, from }) => ({
    name,
    kind: 'arrows',
    points: vectors.map((vector, at) => ({ ...(from?.[at] ?? { x: 0, y: 0 }), dx: vector.x, dy: vector.y })),
  })),
});

/** Gray values of an image for a tile. */
export interface GraySource {
  readonly width: number;
  readonly height: number;
  /** Samples row by row from the top. */
  readonly samples: ArrayLike<number>;
  readonly black: number;
  readonly white: number;
}

/** Largest side of a tile in pixels; larger images are reduced by whole numbers. */
const maxTileSide = 256;

/** A tile of an image. Overlays are in pixels of the image that is handed in. */
export function imageTile(
  { width, height, samples, black, white }: GraySource,
  { column = 0, row = 0, label, overlays = [] }: Partial<Pick<PlotTile, 'column' | 'row' | 'label' | 'overlays'>> = {},
): PlotTile {
  const by = Math.max(1, Math.ceil(Math.max(width, height) / maxTileSide));
  const [columns, rows] = [Math.floor(width / by), Math.floor(height / by)];
  const gray = new Uint8Array(columns * rows);
  for (let top = 0; top < rows; top++)
    for (let left = 0; left < columns; left++) {
      let sum = 0;
      for (let down = 0; down < by; down++)
        for (let right = 0; right < by; right++) sum += samples[(top * by + down) * width + left * by + right]!;
      gray[top * columns + left] = Math.max(0, Math.min(255, (255 * (sum / (by * by) - black)) / (white - black)));
    }
  const scaled = (point: PlotPoint): PlotPoint => ({
    x: point.x / by,
    y: point.y / by,
    ...(point.dx !== undefined && { dx: point.dx / by }),
    ...(point.dy !== undefined && { dy: point.dy / by }),
  });
  return {
    column,
    row,
    ...(label !== undefined && { label }),
    width: columns,
    height: rows,
    pixels: Buffer.from(gray).toString('base64'),
    overlays: overlays.map((each) => ({ ...each, points: each.points.map(scaled) })),
  };
}

const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, each) => sum + each * each, 0) / values.length);

/** A plot in one line, for an operator without a screen for it. */
export function plotInWords(plot: Plot): string {
  if (plot.kind === 'image') {
    const labels = plot.tiles.flatMap(({ label }) => label ?? []);
    return `${plot.title}: ${labels.length > 0 ? labels.join('; ') : counted(plot.tiles.length, 'image')}.`;
  }
  const left = plot.residuals?.series.flatMap(({ points }) => points.map(({ y }) => y)) ?? [];
  const parts = plot.series.flatMap(({ name, kind, points }) => {
    if (points.length === 0 || kind === 'line') return [];
    if (kind === 'points') return [`${name} ${counted(points.length, 'point')}`];
    const mean = points.reduce((sum, { dx = 0, dy = 0 }) => sum + Math.hypot(dx, dy), 0) / points.length;
    return [`${name} ${counted(points.length, 'arrow')}, mean length ${readable(mean)}`];
  });
  if (left.length > 0) parts.push(`residuals ${readable(rootMeanSquare(left))} rms`);
  return `${plot.title} (${plot.y} against ${plot.x}): ${parts.join('; ')}.`;
}

/** Limits of what the history keeps of the plots of a result. */
const kept = { plots: 4, series: 8, points: 48, tiles: 12, figures: 4 } as const;

/** Plots as the history keeps them: few points of few figures, and no pixels. */
export const keptPlots = (plots: readonly Plot[]): readonly Plot[] => plots.slice(-kept.plots).map(keptPlot);

function keptPlot(plot: Plot): Plot {
  if (plot.kind === 'image')
    return {
      ...plot,
      tiles: plot.tiles.slice(0, kept.tiles).map(({ pixels: _, overlays, ...tile }) => ({
        ...tile,
        overlays: overlays.slice(0, kept.series).map(thinned),
      })),
    };
  const { series, residuals } = plot;
  return {
    ...plot,
    series: series.slice(0, kept.series).map(thinned),
    ...(residuals && { residuals: { ...residuals, series: residuals.series.slice(0, kept.series).map(thinned) } }),
  };
}

function thinned<Series extends PlotSeries>(series: Series): Series {
  const { points } = series;
  const some =
    points.length <= kept.points
      ? points
      : Array.from(
          { length: kept.points },
          (_, at) => points[Math.round((at * (points.length - 1)) / (kept.points - 1))]!,
        );
  return { ...series, points: some.map(rounded) };
}

const rounded = (point: PlotPoint): PlotPoint =>
  Object.fromEntries(
    Object.entries(point).map(([name, value]) => [name, Number((value as number).toPrecision(kept.figures))]),
  ) as unknown as PlotPoint;
