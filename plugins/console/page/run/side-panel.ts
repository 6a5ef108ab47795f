import { fill, h } from '../base/dom';
import type { Store } from '../base/store';
import { createItemCard } from './item-card';
import { createOutcomeCard } from './outcome-card';
import { drawPlot } from '../base/plot';
import { createRingCard } from './ring-card';
import { createRunCard } from './run-card';

/** The right side: the run, its plots, its result, and the chosen item. */
export function createSidePanel(store: Store): HTMLElement {
  const element = h(
    'aside',
    { class: 'side', 'aria-label': 'Run and result' },
    createRunCard(store),
    createOutcomeCard(store),
    createPlotCard(store),
    createRingCard(store),
    createItemCard(store),
    createWelcome(store),
  );
  return element;
}

function createPlotCard(store: Store): HTMLElement {
  const card = h('section', { class: 'card plots', 'aria-label': 'Measurements' });
  let ends: (() => void)[] = [];
  store.watch(['plots'], () => {
    const plots = store.shared.plots ?? [];
    ends.forEach((end) => end());
    ends = [];
    card.hidden = plots.length === 0;
    const places = plots.map(() => h('div'));
    fill(card, ...places);
    for (const [index, plot] of plots.entries())
      ends.push(drawPlot(places[index]!, plot, { height: plot.kind !== 'image' && plot.equalScales ? 250 : 190 }));
  });
  return card;
}

/** Text before the first choice. */
function createWelcome(store: Store): HTMLElement {
  const card = h(
    'section',
    { class: 'card welcome' },
    h('h2', {}, 'Calibrate'),
    h(
      'p',
      {},
      'Choose an item on the left, or press / and type a part of its name. You see here what it does before it starts.',
    ),
    h('p', {}, 'A new site follows the guide; it shows what comes first, what is done and what is out of date.'),
    h('button', { type: 'button', class: 'primary', onclick: () => store.set({ view: 'guide' }) }, 'Open the guide'),
    h(
      'dl',
      { class: 'keys' },
      ...keys.flatMap(([key, meaning]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, meaning)]),
    ),
  );
  store.watch(
    ['selected', 'run', 'outcome'],
    () =>
      (card.hidden =
        store.local.selected !== undefined || store.shared.run !== undefined || store.shared.outcome !== undefined),
  );
  return card;
}

const keys = [
  ['/', 'search the menu'],
  ['Esc', 'STOP'],
  ['f', 'Fourier transform'],
  ['x', 'switch between two buffers'],
  ['[ ]', 'buffer before, buffer after'],
  ['0 1', 'whole image, actual pixels'],
  ['Shift-drag', 'draw a line, see its profile'],
  ['Right-drag', 'image shift'],
] as const;
