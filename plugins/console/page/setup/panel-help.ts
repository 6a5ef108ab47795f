import { h } from '../base/dom';

/** The explanation of a panel, folded up until it is opened. */
export const panelHelp = (...paragraphs: readonly string[]): HTMLElement =>
  h(
    'details',
    { class: 'panel-help' },
    h('summary', {}, 'How this works'),
    ...paragraphs.map((text) => h('p', {}, text)),
  );
