import { fill, h } from '../base/dom';
import { Kept, type Store } from '../base/store';

const kinds = [
  ['.mrc', 'MRC (an image is added to a file that is there)'],
  ['.tif', 'TIFF (one image in a file)'],
] as const;
const allowed = /^[A-Za-z0-9_][\w .()+=,-]{0,119}$/;

/** The buttons that save the shown image, and read one from a file. */
export function createBufferFiles(store: Store): readonly HTMLElement[] {
  const save = h(
    'button',
    { type: 'button', title: 'Save the shown image with what is known of it', onclick: () => openSave(store) },
    'Save\u2026',
  );
  const read = h(
    'button',
    { type: 'button', title: 'Read an image from a file', onclick: () => void openRead(store) },
    'Read\u2026',
  );
  store.watch(['buffers', 'buffer', 'people', 'me', 'run', 'connected'], () => {
    save.disabled = !store.inControl || !store.shared.buffers?.some(({ buffer }) => buffer === store.local.buffer);
    read.disabled = !store.mayChange;
  });
  return [save, read];
}

function openSave(store: Store): void {
  const { buffer } = store.local;
  const name = h('input', {
    id: 'file-name',
    type: 'text',
    value: localStorage.getItem('image-name') ?? 'image',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const kind = h('select', { id: 'file-kind' }, ...kinds.map(([ending, text]) => h('option', { value: ending }, text)));
  const trouble = h('p', { class: 'trouble', role: 'alert' });
  const send = async (): Promise<boolean> => {
    const given = name.value.trim().replace(/\.(mrc|tiff?)$/i, '');
    if (!allowed.test(given)) {
      trouble.textContent = 'Letters, digits and . _ - ( ) make a name; the folder is given.';
      name.focus();
      return false;
    }
    localStorage.setItem('image-name', given);
    try {
      const saved = await store.connection.ask({ do: 'save-buffer', buffer, file: `${given}${kind.value}` });
      const section = saved.section > 0 ? `, section ${saved.section}` : '';
      store.set({ notice: { text: `${buffer} was saved in ${saved.path}${section}.`, hint: '', kind: 'fine' } });
      return true;
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
      return false;
    }
  };
  openForm(
    `Save the image in ${buffer}`,
    [
      h('label', { for: 'file-name' }, 'Name of the file'),
      name,
      h('label', { for: 'file-kind' }, 'Format'),
      kind,
      h('p', { class: 'why' }, 'Beside it an .mdoc file keeps magnification, exposure, stage and the like.'),
      trouble,
    ],
    'Save',
    send,
  );
  name.select();
}

async function openRead(store: Store): Promise<void> {
  let found;
  try {
    found = await store.connection.ask({ do: 'image-files' });
  } catch (error) {
    return store.tell(error);
  }
  const { folder, files } = found;
  const file = h(
    'select',
    { id: 'image-file', size: Math.max(2, Math.min(12, files.length)) },
    ...files.map((name, at) => h('option', { value: name, selected: at === 0 }, name)),
  );
  const section = h('input', { id: 'image-section', type: 'text', inputmode: 'numeric', class: 'number', value: '0' });
  const trouble = h('p', { class: 'trouble', role: 'alert' });
  openForm(
    `Read an image into buffer ${store.shared.bufferRules?.reading ?? 'A'}`,
    files.length === 0
      ? [h('p', {}, `There are no images in ${folder} yet.`)]
      : [
          h('label', { for: 'image-file' }, `Image in ${folder}`),
          file,
          h('label', { for: 'image-section' }, 'Section of an MRC file, from 0'),
          section,
          trouble,
        ],
    files.length === 0 ? undefined : 'Read',
    async () => {
      const number = Number(section.value);
      if (!Number.isInteger(number) || number < 0) {
        trouble.textContent = 'Enter a whole number.';
        return false;
      }
      try {
        const wish = { do: 'read-image', file: file.value, section: number } as const;
        store.showBuffer(await store.orDropping(wish, (sent) => store.connection.ask(sent)));
        return true;
      } catch (error) {
        if (error instanceof Kept) return true;
        trouble.textContent = error instanceof Error ? error.message : String(error);
        return false;
      }
    },
  );
}

/** Asks whether an unsaved image may be dropped; Esc keeps it. */
export function askToDrop(reason: string): Promise<boolean> {
  return new Promise((resolve) => {
    let drops = false;
    const dialog = openForm('Drop the Record image?', [h('p', {}, reason)], 'Drop it', () =>
      Promise.resolve((drops = true)),
    );
    dialog.addEventListener('close', () => resolve(drops));
  });
}

/** Opens a dialog with a form; Enter sends it, Esc closes it. */
function openForm(
  title: string,
  contents: readonly Node[],
  action: string | undefined,
  send: () => Promise<boolean>,
): HTMLDialogElement {
  document.querySelector('dialog.asks')?.remove();
  const dialog = h('dialog', { class: 'large asks', 'aria-label': title, 'data-popover': true });
  const form = h('form', {
    class: 'file-form',
    onsubmit: (event: Event) => {
      event.preventDefault();
      if (action === undefined) return dialog.close();
      void send().then((done) => done && dialog.close());
    },
  });
  fill(
    form,
    h('h2', {}, title),
    ...contents,
    h(
      'div',
      { class: 'row' },
      action === undefined ? undefined : h('button', { type: 'submit', class: 'primary' }, action),
      h('button', { type: 'button', onclick: () => dialog.close() }, action === undefined ? 'Close' : 'Cancel'),
    ),
  );
  dialog.append(form);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
