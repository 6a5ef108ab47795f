import { fill, h, setAttribute } from '../base/dom';
import { formatValue } from '../base/format';
import { drawPlot } from '../base/plot';
import type { Store } from '../base/store';
import type { RingPanelState, RingPhase, RingRow } from '../../protocol/state';

/** Card of the Thon rings of the transform on the screen: the fit, what a clicked point means, what is expected, and the last fits. */
export function createRingCard(store: Store): HTMLElement {
  const result = h('div', { class: 'ring-result', role: 'status' });
  const plot = h('div', {});
  const clicked = h('div', { class: 'ring-clicked' });
  const table = h('div', { class: 'ring-table' });
  const lens = h('p', { class: 'why' });
  const card = h(
    'section',
    { class: 'card rings', 'aria-label': 'Thon rings' },
    h('h2', {}, 'Thon rings'),
    result,
    plot,
    clicked,
    createExpectations(store),
    lens,
    table,
  );
  store.watch(['fourier'], () => (card.hidden = !store.local.fourier));
  let end: (() => void) | undefined;
  store.watch(['ringFit', 'fourier'], () => {
    const { ringFit: rings, fourier } = store.local;
    if (!fourier) return;
    fill(
      result,
      ...(rings
        ? rings.lines.map((line, at) => h('p', { class: rings.refused ? 'hint' : at === 0 ? 'summary' : '' }, line))
        : [h('p', { class: 'why' }, 'The rings of the image are being fitted.')]),
    );
    end?.();
    end = undefined;
    const { curve } = rings ?? {};
    const points = (values: readonly number[]) =>
      curve!.frequencies.map((x, at) => ({ x, y: values[at]! })).filter(({ y }) => Number.isFinite(y));
    if (curve)
      end = drawPlot(
        plot,
        {
          id: 'rings',
          title: 'Power over the smooth spectrum',
          x: 'cycles per nm, along equal phase',
          y: 'power',
          series: [
            { name: 'fit', kind: 'line', points: points(curve.fit) },
            { name: 'image', kind: 'line', points: points(curve.power) },
          ],
        },
        { height: 150 },
      );
    else fill(plot);
  });
  store.watch(['ringsAt', 'ring'], () => fill(clicked, ...clickedTexts(store)));
  store.watch(['ringFit'], () => setAttribute(card, 'data-image', String(store.local.ringFit?.image ?? '')));
  const showPanel = (): void => {
    const { rings } = store.shared;
    if (!rings) return;
    const { kilovolts, aberration, amplitudeContrast } = rings.lens;
    lens.textContent = `${kilovolts === undefined ? 'High tension of the image' : `${formatValue(kilovolts)} kV`}, Cs ${formatValue(aberration)} mm, amplitude contrast ${formatValue(amplitudeContrast)} (FFTZeroParams of the configuration).`;
    fill(table, ...fitTable(rings));
  };
  store.watch(['rings'], showPanel);
  return card;
}

function clickedTexts(store: Store): readonly HTMLElement[] {
  const { ringsAt, ring } = store.local;
  if (!ringsAt) return [h('p', { class: 'why' }, 'Click on a dark ring to see its defocus.')];
  if (ringsAt.rings.length === 0) return [h('p', { class: 'why' }, 'No defocus has a zero there.')];
  return [
    h('p', {}, `A zero at ${formatValue(ringsAt.period)} nm is:`),
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'Number of the zero' },
      ...ringsAt.rings.map((each) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(each.ring === ring),
            title: `The clicked ring is zero number ${each.ring}`,
            onclick: () => store.set({ ring: each.ring }),
          },
          `${each.ring}: ${each.defocus.toFixed(2)} \u00b5m`,
        ),
      ),
    ),
  ];
}

/** Form of what is expected: the range of underfocus, and the phase. */
function createExpectations(store: Store): HTMLElement {
  const field = (label: string): HTMLInputElement =>
    h('input', { type: 'number', min: 0, max: 50, step: 0.1, 'aria-label': label, placeholder: 'any' });
  const least = field('Least underfocus in micrometres');
  const most = field('Largest underfocus in micrometres');
  const phase = h(
    'select',
    { 'aria-label': 'Phase shift' },
    ...[
      ['none', 'no phase plate'],
      ['search', 'phase searched'],
      ['known', 'phase known'],
    ].map(([value, text]) => h('option', { value: value! }, text)),
  );
  const degrees = h('input', {
    type: 'number',
    min: -180,
    max: 180,
    'aria-label': 'Phase shift in degrees',
    value: 90,
  });
  const send = (): void => {
    const limits = [least, most].map(({ value }) => (value.trim() === '' ? undefined : Number(value)));
    const [from, to] = limits;
    degrees.hidden = phase.value !== 'known';
    const wanted: RingPhase = phase.value === 'known' ? Number(degrees.value) : (phase.value as 'none' | 'search');
    const partly = limits.filter((each) => each !== undefined).length === 1;
    // Half a range is not sent before its other end is typed.
    if (partly || (from !== undefined && to !== undefined && to <= from)) return;
    void store.do({
      do: 'expect-rings',
      phase: wanted,
      ...(from !== undefined && to !== undefined && { defocus: [from, to] }),
    });
  };
  for (const each of [least, most, phase, degrees]) each.addEventListener('change', send);
  store.watch(['rings', 'me'], () => {
    const { rings } = store.shared;
    if (!rings || document.activeElement?.closest('.ring-expected')) return;
    least.value = rings.defocus ? String(rings.defocus[0]) : '';
    most.value = rings.defocus ? String(rings.defocus[1]) : '';
    phase.value = typeof rings.phase === 'number' ? 'known' : rings.phase;
    if (typeof rings.phase === 'number') degrees.value = String(rings.phase);
    degrees.hidden = phase.value !== 'known';
    for (const each of [least, most, phase, degrees]) each.disabled = store.local.me?.role === 'observer';
  });
  return h(
    'div',
    { class: 'ring-expected', role: 'group', 'aria-label': 'Expected' },
    h('span', {}, 'Expected underfocus'),
    least,
    h('span', {}, 'to'),
    most,
    h('span', {}, '\u00b5m'),
    phase,
    degrees,
  );
}

const columns = ['Time', 'Image', 'Defocus \u00b5m', 'Astig. \u00b5m', 'Angle', 'Score', 'To nm'] as const;

const cellsOf = ({ time, title, found, refused }: RingRow): readonly string[] =>
  found
    ? [
        time,
        title,
        formatValue(found.defocus, found.error),
        found.astigmatism.toFixed(3),
        `${found.angle.toFixed(0)}\u00b0`,
        `${found.score.toFixed(2)}${found.phase === undefined ? '' : `, ${found.phase.toFixed(0)}\u00b0`}`,
        found.resolution === undefined ? '' : formatValue(found.resolution),
      ]
    : [time, title, refused ?? ''];

function fitTable({ fits }: RingPanelState): readonly HTMLElement[] {
  if (fits.length === 0) return [];
  const copy = h('button', { type: 'button', class: 'quiet' }, 'Copy as text');
  copy.addEventListener('click', () => {
    const text = [columns, ...fits.map(cellsOf)].map((cells) => cells.join('\t')).join('\n');
    void navigator.clipboard.writeText(text).then(() => (copy.textContent = 'Copied'));
  });
  return [
    h('div', { class: 'ring-head' }, h('h3', {}, 'Last fits'), copy),
    h(
      'table',
      { class: 'ring-fits' },
      h('thead', {}, h('tr', {}, ...columns.slice(1).map((each) => h('th', { scope: 'col' }, each)))),
      h(
        'tbody',
        {},
        ...fits.map((row) => {
          // The time of a fit shows under the pointer; a narrow card has no room for it.
          const cells = cellsOf(row).slice(1);
          return h(
            'tr',
            { class: row.found ? '' : 'refused', title: row.time },
            ...cells.map((cell, at) =>
              h('td', { ...(!row.found && at === 1 && { colspan: columns.length - 2 }) }, cell),
            ),
          );
        }),
      ),
    ),
  ];
}
