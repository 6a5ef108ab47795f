import { fill, h, setAttribute, setText } from '../base/dom';
import type { Store } from '../base/store';
import { createImportButton, download } from './file-import';
import { panelHelp } from './panel-help';
import { UserSettingRows } from './user-setting-rows';

/** The user settings by group, with a search, and the import and export of a settings file of SerialEM. */
export function createUserSettingsPanel(store: Store): HTMLElement {
  const rows = new UserSettingRows(store);
  const search = h('input', {
    type: 'search',
    id: 'search-settings',
    placeholder: 'Search the settings',
    'aria-label': 'Search the user settings',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const only = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => turn() }, 'Changed only');
  const nothing = h('p', { class: 'why', hidden: true }, 'No setting fits.');
  const file = h('p', { class: 'place' });
  const remarks = h('div', {});
  const imports = createImportButton(store, 'import-user-settings', {
    button: 'Import from SerialEM\u2026',
    title: 'Import a settings file of SerialEM',
    done: 'The settings file was taken over. The one before is kept as a backup.',
    nothing: 'This file has the same settings as the one in use.',
  });
  const exports = h('button', { type: 'button', onclick: () => void save() }, 'Export for SerialEM');
  const save = async (): Promise<void> => {
    try {
      const { name, content } = await store.connection.ask({ do: 'export-user-settings' });
      download(name, content);
    } catch (error) {
      store.tell(error);
    }
  };
  let changedOnly = false;
  const turn = (): void => {
    changedOnly = !changedOnly;
    setAttribute(only, 'aria-pressed', String(changedOnly));
    show();
  };
  const show = (): void => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = store.shared.userSettings?.settings ?? [];
    const fitting = all.filter(({ id, label, group, about, changed }) => {
      const text = `${id} ${label} ${group} ${about}`.toLowerCase();
      return (!changedOnly || changed) && words.every((word) => text.includes(word));
    });
    nothing.hidden = fitting.length > 0;
    rows.show(fitting);
  };
  search.addEventListener('input', show);
  store.watch(['userSettings', 'people', 'me', 'run', 'connected'], () => {
    const shared = store.shared.userSettings;
    imports.disabled = !store.mayChange;
    exports.disabled = !store.local.connected || store.local.me?.role === 'observer';
    setText(file, shared ? `Kept in ${shared.file}` : '');
    fill(remarks, ...(shared?.remarks ?? []).map((remark) => h('p', { class: 'trouble' }, remark)));
    show();
  });
  return h(
    'section',
    { class: 'setup-panel user', 'aria-label': 'User settings' },
    h('h2', {}, 'User settings'),
    h(
      'p',
      { class: 'lead' },
      'Your choices for calibrations, routines and scripts, such as the beam tilt of autofocus.',
    ),
    panelHelp(
      'A change is written into the settings file at once. It is the file that SerialEM has too: lines that this program does not use stay as they are. \u201cThis session only\u201d stands beside a value that could not be written; the log says why.',
      'A coloured edge marks a value that is not the default; the arrow behind it brings the default back.',
      'An import replaces the whole file, with the areas of Low Dose; what would change is shown first, and the file before it is kept as a backup. The camera sets in the file are imported in the panel of the parameter sets.',
    ),
    h('div', { class: 'row' }, search, only, imports, exports),
    file,
    remarks,
    nothing,
    rows.element,
  );
}
