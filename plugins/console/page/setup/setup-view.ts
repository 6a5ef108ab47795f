import { h, setAttribute } from '../base/dom';
import type { Store } from '../base/store';
import { createLowDosePanel } from './low-dose-panel';
import { createSetsPanel } from './sets-panel';
import { createUserSettingsPanel } from './user-settings-panel';

const panels = [
  ['sets', 'Parameter sets', 'p'],
  ['low-dose', 'Low Dose', 'd'],
  ['user', 'User settings', 'u'],
] as const;

/** The view of what calibrations and scripts work with: parameter sets, Low Dose and user settings. */
export function createSetupView(store: Store): HTMLElement {
  const elements = {
    sets: createSetsPanel(store),
    'low-dose': createLowDosePanel(store),
    user: createUserSettingsPanel(store),
  };
  const tabs = panels.map(([panel, label, key]) =>
    h(
      'button',
      { type: 'button', class: 'tab', title: `${label} (${key})`, onclick: () => store.set({ panel }) },
      label,
    ),
  );
  store.watch(['panel'], () => {
    for (const [name, element] of Object.entries(elements)) element.hidden = name !== store.local.panel;
    for (const [at, tab] of tabs.entries())
      setAttribute(tab, 'aria-current', panels[at]![0] === store.local.panel ? 'page' : undefined);
  });
  return h(
    'div',
    { class: 'view page setup' },
    h('nav', { class: 'panel-tabs', 'aria-label': 'Setup' }, ...tabs),
    ...Object.values(elements),
  );
}
