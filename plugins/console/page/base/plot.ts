import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { h } from './dom';
import { colour, onTheme } from './theme';
import type { ChartState, PlotState, SeriesState } from '../../protocol/state';
import { drawImagePlot } from './image-plot';

/** Colours that people with any kind of colour vision can distinguish (after Okabe and Ito); shapes differ as well. */
const colours = {
  dark: ['#56b4e9', '#e69f00', '#3fc79a', '#f0e442', '#e88fc0', '#ff7f50'],
  light: ['#0072b2', '#b35c00', '#00795a', '#8a7a00', '#a6457d', '#b3430b'],
} as const;

type Series = SeriesState;

/** Draws a plot into an element in place of its contents; the returned function removes it. */
export function drawPlot(parent: HTMLElement, plot: PlotState, size: { readonly height: number }): () => void {
  return plot.kind === 'image' ? drawImagePlot(parent, plot, coloursNow) : drawChart(parent, plot, size);
}

/** Height of the strip of residuals, as a share of that of the chart. */
const residualShare = 0.55;

function drawChart(parent: HTMLElement, plot: ChartState, { height }: { readonly height: number }): () => void {
  const title = h('p', { class: 'plot-title' }, plot.title);
  const place = h('div', { class: 'plot', role: 'img', 'aria-label': `${plot.title}: ${plot.y} against ${plot.x}` });
  const names = h(
    'p',
    { class: 'plot-names' },
    ...(plot.series.length > 1
      ? plot.series.map((series) => h('span', { class: `series-${colourOf(plot.series, series) % 6}` }, series.name))
      : []),
  );
  const below = plot.residuals && h('div', { class: 'plot', role: 'img', 'aria-label': `${plot.title}: residuals` });
  parent.replaceChildren(title, place, ...(below ? [below] : []), names);
  let made: uPlot | undefined;
  let strip: uPlot | undefined;
  const make = (): void => {
    made?.destroy();
    strip?.destroy();
    const width = Math.max(160, Math.floor(place.getBoundingClientRect().width || 320));
    const tall = Math.round((height * textSize()) / usualText);
    made = new uPlot(optionsOf(plot, width, tall), dataOf(plot), place);
    if (!below) return;
    const residuals = residualChart(plot);
    strip = new uPlot(optionsOf(residuals, width, Math.round(residualShare * tall)), dataOf(residuals), below);
  };
  make();
  const observer = new ResizeObserver(() => {
    const width = Math.max(160, Math.floor(place.getBoundingClientRect().width));
    if (made && made.width !== width) make();
  });
  observer.observe(place);
  onTheme(make);
  return () => {
    observer.disconnect();
    made?.destroy();
    strip?.destroy();
    made = strip = undefined;
  };
}

/** The strip of residuals as a chart of its own, over the X axis of the chart, with a line at zero. */
function residualChart({ id, title, x, series, residuals }: ChartState): ChartState {
  const { y, series: points } = residuals!;
  const [low, high] = extentOf({ series } as ChartState, 'x', 0);
  const zero: Series = { name: '', kind: 'line', points: [low, high].map((at) => ({ x: at, y: 0 })) };
  const like = (each: Series): Series => ({ ...each, like: each.like ?? each.name });
  // Of the measured series only the colours count.
  const colours = series.map((each): Series => ({ ...each, points: [] }));
  return { id, title, x, y, series: [...colours, ...points.map(like), zero] };
}

/** Index of the colour of a series: its own place, or that of the series that it is like. */
function colourOf(all: readonly Series[], { name, like }: Series): number {
  const at = all.findIndex((each) => each.name === (like ?? name));
  return Math.max(0, at);
}

/** The colours of the theme that is shown. */
const coloursNow = (): readonly string[] =>
  colours[document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark'];

/** All points together, for the range of the axes; the visible ones are drawn below. */
function dataOf({ series }: ChartState): uPlot.AlignedData {
  const all = series.flatMap(({ points }) => points).sort((a, b) => a.x - b.x);
  return [all.map(({ x }) => x), all.map(({ y }) => y)];
}

function extentOf(plot: ChartState, axis: 'x' | 'y', share = 0.07): readonly [number, number] {
  const values = plot.series.flatMap(({ points }) =>
    points.flatMap((point) => {
      const [from, by] = axis === 'x' ? [point.x, point.dx ?? 0] : [point.y, point.dy ?? 0];
      const error = axis === 'y' ? (point.error ?? 0) : 0;
      return [from - error, from + by + error];
    }),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (share === 0) return [low, high];
  const margin = share * (high - low) || Math.abs(low) * 0.05 || 1;
  return [low - margin, high + margin];
}

/** The size of small print on the page, which grows with the screen. */
const textSize = (): number => Math.round(0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize));
/** Text size for which the heights of plots are given. */
const usualText = 12;

function optionsOf(plot: ChartState, width: number, height: number): uPlot.Options {
  const text = textSize();
  const font = `${text}px system-ui`;
  const axis = {
    stroke: colour('soft'),
    font,
    labelFont: font,
    labelSize: text + 5,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1 },
  };
  let [x, y] = [extentOf(plot, 'x'), extentOf(plot, 'y')];
  if (plot.equalScales) [x, y] = equal(x, y, (width - 6.5 * text) / (height - 4.7 * text));
  const isDate = plot.x === 'date';
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    // Half of the last date extends beyond the end of its axis.
    padding: [8, isDate ? 3 * text : text, 0, 0],
    scales: { x: { time: isDate, range: () => [x[0], x[1]] }, y: { range: () => [y[0], y[1]] } },
    axes: [
      {
        ...axis,
        size: 2.5 * text,
        ...(isDate ? { space: 7 * text, values: (_: uPlot, splits: number[]) => datesOf(splits) } : { label: plot.x }),
      },
      {
        ...axis,
        size: (_, shown: readonly string[] | undefined) =>
          Math.ceil(0.6 * text * Math.max(3, ...(shown ?? []).map(({ length }) => length))) + 20,
        label: plot.y,
        values: (_, splits) => splits.map((value) => String(Number(value.toPrecision(7)))),
      },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: { draw: [(chart) => drawSeries(chart, plot)] },
  };
}

/** Dates along an axis, as fine as their spacing in time needs. */
function datesOf(seconds: readonly number[]): string[] {
  const step = (seconds[1] ?? 0) - (seconds[0] ?? 0);
  return seconds.map((each) => new Date(1000 * each).toLocaleString(undefined, dateFormat(step)));
}

function dateFormat(stepSeconds: number): Intl.DateTimeFormatOptions {
  const day = 24 * 3600;
  if (stepSeconds < 60) return { hour: '2-digit', minute: '2-digit', second: '2-digit' };
  if (stepSeconds < day) return { hour: '2-digit', minute: '2-digit' };
  return stepSeconds < 60 * day ? { day: 'numeric', month: 'short' } : { month: 'short', year: 'numeric' };
}

/** Widens one of two ranges so that a unit has the same length on both axes. */
function equal(
  x: readonly [number, number],
  y: readonly [number, number],
  aspect: number,
): [readonly [number, number], readonly [number, number]] {
  const [wide, tall] = [x[1] - x[0], y[1] - y[0]];
  const widen = ([low, high]: readonly [number, number], to: number): readonly [number, number] => [
    (low + high - to) / 2,
    (low + high + to) / 2,
  ];
  return wide / tall < aspect ? [widen(x, tall * aspect), y] : [x, widen(y, wide / aspect)];
}

function drawSeries(chart: uPlot, { series }: ChartState): void {
  const { ctx } = chart;
  const ratio = window.devicePixelRatio;
  const own = coloursNow();
  ctx.save();
  ctx.beginPath();
  ctx.rect(chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height);
  ctx.clip();
  // The measurement comes first and is drawn last, over the broader strokes of its comparison.
  for (const [index, each] of [...series.entries()].reverse()) {
    const colourIndex = colourOf(series, each);
    ctx.strokeStyle = ctx.fillStyle = own[colourIndex % own.length]!;
    ctx.lineWidth = (each.kind === 'arrows' && index > 0 ? 5 : 2) * ratio;
    const at = (x: number, y: number): readonly [number, number] => [
      chart.valToPos(x, 'x', true),
      chart.valToPos(y, 'y', true),
    ];
    if (each.kind === 'line') drawLine(ctx, each, at);
    else if (each.kind === 'arrows') drawArrows(ctx, each, at, ratio);
    else drawPoints(ctx, each, at, ratio, colourIndex);
  }
  ctx.restore();
}

type Where = (x: number, y: number) => readonly [number, number];

function drawLine(ctx: CanvasRenderingContext2D, { points }: Series, at: Where): void {
  ctx.beginPath();
  for (const { x, y } of points) ctx.lineTo(...at(x, y));
  ctx.stroke();
}

function drawArrows(ctx: CanvasRenderingContext2D, { points }: Series, at: Where, ratio: number): void {
  for (const { x, y, dx = 0, dy = 0 } of points) {
    const [fromX, fromY] = at(x, y);
    const [toX, toY] = at(x + dx, y + dy);
    const angle = Math.atan2(toY - fromY, toX - fromX);
    const head = Math.min(7 * ratio, 0.4 * Math.hypot(toX - fromX, toY - fromY));
    ctx.beginPath();
    ctx.moveTo(fromX, fromY);
    ctx.lineTo(toX, toY);
    for (const turn of [2.6, -2.6]) {
      ctx.moveTo(toX, toY);
      ctx.lineTo(toX + head * Math.cos(angle + turn), toY + head * Math.sin(angle + turn));
    }
    ctx.stroke();
  }
}

function drawPoints(ctx: CanvasRenderingContext2D, { points }: Series, at: Where, ratio: number, index: number): void {
  const size = 3.5 * ratio;
  for (const { x, y, error } of points) {
    const [left, top] = at(x, y);
    if (error !== undefined) {
      ctx.beginPath();
      ctx.moveTo(...at(x, y - error));
      ctx.lineTo(...at(x, y + error));
      ctx.stroke();
    }
    ctx.beginPath();
    if (index % 2 === 0) ctx.arc(left, top, size, 0, 2 * Math.PI);
    else ctx.rect(left - size, top - size, 2 * size, 2 * size);
    ctx.fill();
  }
}
