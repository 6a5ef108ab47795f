import { fill, h } from '../base/dom';
import { nameOf } from '../base/format';
import type { Store } from '../base/store';
import type { HistoryRow } from '../../protocol/state';
import { drawPlot } from '../base/plot';

const maxEntries = 60;

/** The history of a calibration as a small plot: its main value over time, at the magnification of the last entry. */
export function createTrend(store: Store, item: string, _: number): HTMLElement {
  const place = h('div', { class: 'trend' });
  store.connection.ask({ do: 'history', item }).then(
    (rows) => showTrend(place, rows),
    () => fill(place),
  );
  return place;
}

/** Draws one value of several entries over time into an element; nothing for a single entry. */
export function showTrend(place: HTMLElement, rows: readonly HistoryRow[], wanted?: string): (() => void) | undefined {
  const latest = rows[0];
  if (!latest) return undefined;
  const alike = rows
    .filter(
      ({ conditions }) =>
        conditions['magnification'] === latest.conditions['magnification'] &&
        conditions['camera'] === latest.conditions['camera'],
    )
    .slice(0, maxEntries)
    .reverse();
  const name = wanted ?? valueToFollow(latest);
  if (alike.length < 2 || name === undefined) return undefined;
  const matrix = name === 'scale';
  const points = alike.flatMap((row) => {
    const value = matrix ? scaleOf(row) : row.values[name];
    const error = matrix ? scaleErrorOf(row) : row.errors[name];
    return value === undefined
      ? []
      : [{ x: Date.parse(row.when) / 1000, y: value, ...(error !== undefined && { error }) }];
  });
  if (points.length < 2) return undefined;
  const at = latest.conditions['magnification'];
  const unit = latest.units[matrix ? 'xpx' : name];
  return drawPlot(
    place,
    {
      id: 'trend',
      title: `${matrix ? 'Axis length' : nameOf(name, unit)}${at ? ` at ${at}` : ''}, last ${points.length} runs`,
      x: 'date',
      y: unit ?? '',
      series: [
        { name, kind: 'line', points },
        { name, kind: 'points', points },
      ].slice(points.length > 30 ? 0 : 1) as never,
    },
    { height: 120 },
  );
}

function valueToFollow({ values, errors }: HistoryRow): string | undefined {
  if (values['xpx'] !== undefined && values['ypy'] !== undefined) return 'scale';
  return Object.keys(errors).find((name) => values[name] !== undefined) ?? Object.keys(values)[0];
}

function scaleOf({ values }: HistoryRow): number | undefined {
  const { xpx, xpy, ypx, ypy } = values;
  return xpx === undefined || xpy === undefined || ypx === undefined || ypy === undefined
    ? undefined
    : Math.sqrt(Math.abs(xpx * ypy - xpy * ypx));
}

/** Standard error of that length, from independent errors of the elements. */
function scaleErrorOf(row: HistoryRow): number | undefined {
  const { values, errors } = row;
  const [scale, names] = [scaleOf(row), ['xpx', 'xpy', 'ypx', 'ypy'] as const];
  if (!scale || names.some((name) => errors[name] === undefined)) return undefined;
  const opposite = { xpx: 'ypy', xpy: 'ypx', ypx: 'xpy', ypy: 'xpx' } as const;
  return Math.hypot(...names.map((name) => values[opposite[name]]! * errors[name]!)) / (2 * scale);
}
