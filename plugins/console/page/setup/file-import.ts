import type { Answers } from '../../protocol/state';
import type { ImportState } from '../../protocol/working-state';
import { fill, h } from '../base/dom';
import type { Store } from '../base/store';

/** Bytes of a file in one command; with base64 below the longest part that the program takes. */
const partBytes = 8190;
const largestFile = 1024 * 1024;
let count = 0;

/** Sends a file in parts; resolves with its number, or undefined where it was refused. */
async function sendFile(store: Store, file: File): Promise<number | undefined> {
  if (file.size > largestFile) {
    const text = `${file.name} is larger than a settings file can be.`;
    store.set({
      notice: { text, hint: 'Choose a settings file of SerialEM, such as SerialEMsettings.txt.', kind: 'trouble' },
    });
    return undefined;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const number = (count += 1);
  for (let at = 0; at === 0 || at < bytes.length; at += partBytes) {
    const content = btoa(String.fromCharCode(...bytes.subarray(at, at + partBytes)));
    if (!(await store.do({ do: 'file-part', file: number, name: file.name, at, content }))) return undefined;
  }
  return number;
}

/** A button that imports a settings file of SerialEM: it shows what would change, and takes that over when the person says so. */
export function createImportButton(
  store: Store,
  command: 'import-sets' | 'import-user-settings',
  words: { readonly button: string; readonly title: string; readonly done: string; readonly nothing: string },
): HTMLButtonElement {
  const chosen = h('input', { type: 'file', accept: '.txt,text/plain', hidden: true, 'aria-label': words.title });
  chosen.addEventListener('change', () => {
    const file = chosen.files?.[0];
    chosen.value = '';
    if (file) void show(file);
  });
  const ask = async (number: number, apply: boolean): Promise<Answers[typeof command] | undefined> => {
    try {
      return await store.connection.ask({ do: command, file: number, apply });
    } catch (error) {
      store.tell(error);
      return undefined;
    }
  };
  const show = async (file: File): Promise<void> => {
    const number = await sendFile(store, file);
    const found = number === undefined ? undefined : await ask(number, false);
    if (number === undefined || !found) return;
    const nothing = found.differences.length === 0 && found.remarks.length === 0;
    openDialog(
      words.title,
      [h('p', {}, file.name), nothing ? h('p', { class: 'why' }, words.nothing) : differencesOf(found)],
      nothing
        ? undefined
        : {
            label: 'Import',
            act: async () => {
              if (await ask(number, true)) store.set({ notice: { text: words.done, hint: '', kind: 'fine' } });
            },
          },
    );
  };
  const button = h('button', { type: 'button', onclick: () => chosen.click() }, words.button);
  button.append(chosen);
  return button;
}

/** The differences as a table, with the remarks below it. */
function differencesOf({ differences, remarks }: ImportState): HTMLElement {
  const rows = differences.map(({ of, label, before, after }) =>
    h(
      'tr',
      {},
      h('td', {}, of),
      h('td', {}, label),
      h('td', { class: 'before' }, before),
      h('td', { class: 'after' }, after),
    ),
  );
  return h(
    'div',
    { class: 'scrolling', tabindex: 0, role: 'region', 'aria-label': 'Differences' },
    differences.length === 0
      ? undefined
      : h(
          'table',
          { class: 'values differences' },
          h(
            'thead',
            {},
            h('tr', {}, ...['', '', 'Now', 'After the import'].map((name) => h('th', { scope: 'col' }, name))),
          ),
          h('tbody', {}, ...rows),
        ),
    ...remarks.map((remark) => h('p', { class: 'why' }, remark)),
  );
}

/** Opens a dialog with a button that does something, and one that closes it; Esc closes it, too. */
export function openDialog(
  title: string,
  contents: readonly (Node | undefined)[],
  action: { readonly label: string; readonly act: () => Promise<void> | void; readonly disabled?: boolean } | undefined,
): void {
  document.querySelector('dialog.asks')?.remove();
  const act =
    action && h('button', { type: 'button', class: 'primary', disabled: action.disabled === true }, action.label);
  act?.addEventListener('click', () => {
    act.disabled = true;
    void Promise.resolve(action?.act()).finally(() => dialog.close());
  });
  const dialog = h('dialog', { class: 'large asks', 'aria-label': title, 'data-popover': true });
  fill(
    dialog,
    h('h2', {}, title),
    ...contents,
    h(
      'div',
      { class: 'row' },
      act,
      h('button', { type: 'button', onclick: () => dialog.close() }, action ? 'Cancel' : 'Close'),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Hands a file over to the person, in the browser's folder for downloads. */
export function download(name: string, content: string): void {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: 'text/plain' }));
  const link = h('a', { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}
