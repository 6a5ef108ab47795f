import { h } from '../base/dom';
import { formatChange, formatError, formatValue } from '../base/format';
import type { MatrixState, ValueState } from '../../protocol/state';

/** A matrix with two rows and two columns, and below it the axes on the specimen. */
export function matrixCard({ unit, elements, axes, ratio, skew, mirrored }: MatrixState): HTMLElement {
  const cell = ({ name, value, error, before }: ValueState): HTMLElement =>
    h(
      'td',
      { class: 'number', title: before === undefined ? name : `${name}, before ${formatValue(before, error)}` },
      formatValue(value as number, error),
      error === undefined ? undefined : h('span', { class: 'error' }, ` \u00b1 ${formatError(error)}`),
      before === undefined ? undefined : h('span', { class: 'change' }, formatChange(before, value as number)),
    );
  const row = (from: number): HTMLElement => h('tr', {}, ...elements.slice(from, from + 2).map(cell));
  return h(
    'div',
    { class: 'matrix' },
    h(
      'table',
      { class: 'brackets' },
      h('caption', {}, unit === '' ? 'Matrix' : `Matrix (${unit})`),
      h('tbody', {}, row(0), row(2)),
    ),
    h(
      'dl',
      {},
      ...axes.flatMap(({ name, length, angle, unit: each }) => [
        h('dt', {}, `${name} axis`),
        h('dd', {}, `${formatValue(length)} ${each} at ${angle.toFixed(1)}\u00b0`),
      ]),
      h('dt', {}, 'Axis ratio'),
      h('dd', {}, ratio.toFixed(3)),
      h('dt', {}, 'Skew'),
      h('dd', {}, `${skew.toFixed(1)}\u00b0${mirrored ? ', mirrored' : ''}`),
    ),
  );
}
