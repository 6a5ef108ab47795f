// First, because the modules after it format numbers.
import './base/language';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/image.css';
import './styles/panels.css';
import './styles/views.css';
import './styles/setup.css';
import { fill, h } from './base/dom';
import { installKeys } from './base/keys';
import { Store } from './base/store';
import { applyTheme } from './base/theme';
import { askToDrop } from './image/buffer-files';
import { createImageView } from './image/image-view';
import { followRings } from './image/ring-fits';
import { createSidePanel } from './run/side-panel';
import { createSetupView } from './setup/setup-view';
import { createActionNote } from './views/action-note';
import { createConfigurationView } from './views/configuration-view';
import { openDrawerFor } from './views/drawer';
import { createGuideView } from './views/guide-view';
import { createHistoryView } from './views/history-view';
import { createLogPanel } from './views/log-panel';
import { createMenuPanel } from './views/menu-panel';
import { createNotices } from './views/notices';
import { createSettingsStrip } from './views/settings-strip';
import { createTopBar } from './views/top-bar';

/**
 * The key from the address; kept for this tab and for new ones, and removed from the address so that it is not shown or passed on.
 */
function takeToken(): string | undefined {
  const address = new URL(window.location.href);
  const given = address.searchParams.get('token');
  if (given !== null) {
    sessionStorage.setItem('token', given);
    localStorage.setItem('token', given);
    address.searchParams.delete('token');
    history.replaceState(undefined, '', address.pathname + address.search);
  }
  const kept = sessionStorage.getItem('token') ?? localStorage.getItem('token') ?? undefined;
  if (kept !== undefined) sessionStorage.setItem('token', kept);
  return kept;
}

applyTheme();
const store = new Store(takeToken());
store.askToDrop = askToDrop;
const image = createImageView(store);

const views = {
  calibrate: h(
    'div',
    { class: 'view calibrate' },
    createMenuPanel(store),
    h('div', { class: 'middle' }, createSettingsStrip(store), image.element, createLogPanel(store)),
    createSidePanel(store),
  ),
  guide: createGuideView(store),
  history: createHistoryView(store),
  setup: createSetupView(store),
  configuration: createConfigurationView(store),
};
const main = h('main', { id: 'main' }, ...Object.values(views));
fill(
  document.body,
  h('a', { class: 'skip', href: '#main' }, 'Go to the work area'),
  createTopBar(store),
  main,
  createNotices(store),
);
store.watch(['view'], () => {
  for (const [name, view] of Object.entries(views)) view.hidden = name !== store.local.view;
  image.redraw();
});
image.element.append(createActionNote(store));
openDrawerFor(store);
installKeys(store, image);
followRings(store);
