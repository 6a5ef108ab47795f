import type { FieldState } from '../../protocol/change-state';
import type { CameraSetsState, SetValue } from '../../protocol/working-state';
import { Refusal } from '../base/connection';
import { fill, h, setText } from '../base/dom';
import type { Store } from '../base/store';
import { openValueEditor } from '../base/value-editor';
import { CellTable, type TableValue } from './cell-table';
import { createImportButton, openDialog } from './file-import';
import { panelHelp } from './panel-help';

/** The parameter sets of a camera as a table, with what the camera makes of each value. */
export function createSetsPanel(store: Store): HTMLElement {
  let chosen: number | undefined;
  const camera = (): CameraSetsState | undefined => {
    const cameras = store.shared.parameterSets?.cameras ?? [];
    return cameras.find((each) => each.camera === chosen) ?? cameras.find(({ selected }) => selected) ?? cameras[0];
  };
  const table = new CellTable('Parameter sets', (cell, row, column, value) => {
    const of = camera();
    const set = of?.sets[column];
    if (of && set) edit(store, { cell, camera: of, set: set.name, row, value });
  });
  const cameras = h('div', { class: 'group cameras', role: 'group', 'aria-label': 'Camera' });
  const state = h('p', { class: 'sum', role: 'status' });
  const write = h(
    'button',
    { type: 'button', class: 'primary', onclick: () => void showDifference(store) },
    'Write to the configuration\u2026',
  );
  const back = h('button', { type: 'button', onclick: () => void store.do({ do: 'reset-sets' }) }, 'Undo all changes');
  const imports = createImportButton(store, 'import-sets', {
    button: 'Import from SerialEM\u2026',
    title: 'Import camera sets from a settings file of SerialEM',
    done: 'The parameter sets were imported for this session. Write them to the configuration to keep them.',
    nothing: 'All camera sets in this file are the same as the parameter sets in use.',
  });
  const refusals = h('div', { class: 'refusals' });
  store.watch(['parameterSets', 'people', 'me', 'run', 'connected'], () => {
    const all = store.shared.parameterSets;
    const shown = camera();
    if (!all || !shown) return;
    const { unwritten, file } = all;
    fill(
      cameras,
      ...all.cameras.map((each) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': each === shown ? 'true' : 'false',
            onclick: () => {
              chosen = each.camera;
              show();
            },
          },
          each.name,
        ),
      ),
    );
    cameras.hidden = all.cameras.length < 2;
    setText(
      state,
      unwritten === 0
        ? `All values are as in ${file ?? 'the configuration'}.`
        : `${unwritten === 1 ? '1 value was' : `${unwritten} values were`} changed for this session and ${unwritten === 1 ? 'is' : 'are'} not in ${file ?? 'the configuration'}.`,
    );
    write.disabled = unwritten === 0 || file === undefined || store.local.me?.role === 'observer';
    back.disabled = unwritten === 0 || !store.mayChange;
    imports.disabled = !store.mayChange;
    show();
  });
  function show(): void {
    const shown = camera();
    if (!shown) return;
    for (const [at, button] of [...cameras.children].entries())
      button.setAttribute('aria-pressed', store.shared.parameterSets?.cameras[at] === shown ? 'true' : 'false');
    const { fields, sets, name } = shown;
    table.show({
      columns: sets.map((set) => ({ name: set.name })),
      // What no set has, such as a frame time, is shown once a set has it.
      rows: [
        ...fields.filter(({ id }) => sets.some(({ values }) => values[id]?.value !== undefined)),
        {
          id: 'image',
          label: 'Image',
          unit: 'pixels',
          about: 'Size of the image that the camera makes.',
          change: { by: 'text', hint: '' },
        },
      ],
      value: (row, column) => {
        const set = sets[column]!;
        if (row.id === 'image') return { text: set.refusal === undefined ? set.image : 'refused' };
        return tableValue(set.values[row.id], row);
      },
      open: store.mayChange,
    });
    fill(
      refusals,
      ...sets.flatMap(({ name: set, refusal }) =>
        refusal === undefined
          ? []
          : [h('p', { class: 'trouble' }, `${set}: ${name} takes no image with these values. ${refusal}`)],
      ),
    );
  }
  return h(
    'section',
    { class: 'setup-panel sets', 'aria-label': 'Parameter sets' },
    h('h2', {}, 'Parameter sets'),
    h(
      'p',
      { class: 'lead' },
      'How the camera takes images for each purpose. Calibrations and the buttons above the image use these sets.',
    ),
    panelHelp(
      'Click on a value, or go to it with the arrow keys and press Enter, to change it. While you type you see what the camera makes of it: cameras round exposures to whole frames, and offer only some binnings and areas.',
      'A change counts at once, for this session. A coloured edge marks a value that is not in the configuration yet. \u201cWrite to the configuration\u201d shows the changed lines first; an administrator can write them.',
      'An arrow below a value is what the camera makes of it. Beam, magnification and focus do not belong to a parameter set; in Low Dose they belong to an area.',
    ),
    h('div', { class: 'row' }, cameras, state),
    h('div', { class: 'row' }, write, back, imports),
    h('div', { class: 'table-scroll' }, table.element),
    refusals,
  );
}

function tableValue(value: SetValue | undefined, { unit }: FieldState): TableValue {
  if (!value) return { text: '\u2013' };
  const { written, becomes, ...shown } = value;
  const inUnit = unit === undefined ? '' : ` ${unit}`;
  return {
    ...shown,
    ...(becomes !== undefined && { note: `\u2192 ${becomes}`, slight: isSlight(value.value, becomes) }),
    ...(written !== undefined && { changed: true, hint: `In the configuration: ${written}${inUnit}` }),
  };
}

/** Largest share by which a camera may round a number without anybody minding. */
const slightShare = 0.02;

const isSlight = (wanted: unknown, made: string): boolean =>
  typeof wanted === 'number' && Math.abs(Number(made) - wanted) <= slightShare * Math.abs(wanted);

interface EditedSet {
  readonly cell: HTMLElement;
  readonly camera: CameraSetsState;
  readonly set: CameraSetsState['sets'][number]['name'];
  readonly row: FieldState;
  readonly value: TableValue;
}

function edit(store: Store, { cell, camera, set, row, value }: EditedSet): void {
  const place = { camera: camera.camera, set, field: row.id } as const;
  openValueEditor({
    cell,
    id: 'set-value',
    title: `${row.label} of ${set}`,
    value: value.value,
    change: row.change,
    about: [row.about, ...(value.hint === undefined ? [] : [value.hint])],
    tried: async (given) => {
      try {
        const made = await store.connection.ask({ do: 'try-set', ...place, value: given });
        if (made.refusal !== undefined) return `${camera.name} takes no image with it. ${made.refusal}`;
        const becomes = made.values[row.id]?.becomes;
        return becomes === undefined
          ? `Image: ${made.image} pixels.`
          : `${camera.name} makes ${becomes}${row.unit === undefined ? '' : ` ${row.unit}`} of it. Image: ${made.image} pixels.`;
      } catch (error) {
        return error instanceof Refusal ? `${error.message} ${error.hint}` : '';
      }
    },
    send: (given) => store.do({ do: 'change-set', ...place, value: given }),
  });
}

/** Shows the lines of the configuration that would change, and writes them for an administrator. */
async function showDifference(store: Store): Promise<void> {
  try {
    const { number, file, diff } = await store.connection.ask({ do: 'sets-difference' });
    const mayWrite = store.isAdministrator && store.mayChange;
    openDialog(
      `Write parameter sets into ${file}`,
      number === undefined
        ? [h('p', {}, `${file} holds these values already.`)]
        : [
            diffOf(diff),
            mayWrite
              ? h('p', { class: 'why' }, 'The file as it is now is kept as a backup beside it.')
              : h('p', { class: 'why' }, 'Only an administrator who is in control can write this.'),
          ],
      number === undefined
        ? undefined
        : {
            label: 'Write',
            disabled: !mayWrite,
            act: async () => {
              if (await store.do({ do: 'write-sets', difference: number }))
                store.set({ notice: { text: `Written into ${file}.`, hint: '', kind: 'fine' } });
            },
          },
    );
  } catch (error) {
    store.tell(error);
  }
}

/** A unified difference, with the lines that go and the lines that come. */
const diffOf = (diff: string): HTMLElement =>
  h(
    'pre',
    { class: 'diff scrolling', tabindex: 0, role: 'region', 'aria-label': 'Changed lines' },
    ...diff
      .split('\n')
      .filter((line) => !/^(---|\+\+\+) /.test(line))
      .map((line) =>
        h('span', { class: line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'place' }, `${line}\n`),
      ),
  );
