import { fill, h, icon } from '../base/dom';
import type { Store } from '../base/store';
import type { ProblemRow } from '../../protocol/state';

/** Problems of the configuration, line by line, and the enabled plugins. */
export function createConfigurationView(store: Store): HTMLElement {
  const problems = h('div', { class: 'problems' });
  const plugins = h('dl', { class: 'plugins' });
  const load = (): void => {
    store.connection.ask({ do: 'check' }).then(
      (found) =>
        fill(
          problems,
          ...(found.length === 0
            ? [h('p', { class: 'good' }, icon('check'), 'The configuration has no problems.')]
            : found.map(problemOf)),
        ),
      () => undefined,
    );
  };
  store.watch(['view', 'connected'], () => {
    if (store.local.view === 'configuration' && store.local.connected) load();
  });
  store.watch(['instrument'], () =>
    fill(
      plugins,
      ...(store.shared.instrument?.plugins ?? []).flatMap(({ id, summary }) => [h('dt', {}, id), h('dd', {}, summary)]),
    ),
  );
  return h(
    'div',
    { class: 'view page configuration' },
    h(
      'header',
      { class: 'page-head' },
      h('h1', {}, 'Configuration'),
      h(
        'p',
        { class: 'lead' },
        'The file of this instrument as it is on the disk now. Changes in it take effect at the next start.',
      ),
      h('button', { type: 'button', onclick: load }, 'Check again'),
    ),
    h(
      'div',
      { class: 'split' },
      h('section', { class: 'card', 'aria-label': 'Problems' }, h('h2', {}, 'Problems'), problems),
      h('section', { class: 'card', 'aria-label': 'Plugins' }, h('h2', {}, 'Enabled plugins'), plugins),
    ),
  );
}

const problemOf = ({ severity, message, hint, place, code }: ProblemRow): HTMLElement =>
  h(
    'article',
    { class: `problem ${severity}` },
    h(
      'p',
      {},
      icon(severity === 'error' ? 'cross' : 'warn'),
      h('strong', {}, severity === 'error' ? 'Error' : 'Warning'),
      ` ${message}`,
    ),
    h('p', { class: 'hint' }, hint),
    h('p', { class: 'place' }, `${place}  [${code}]`),
  );
