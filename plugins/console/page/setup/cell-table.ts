import type { FieldState, ShownValue } from '../../protocol/change-state';
import { fill, h, setAttribute, setText } from '../base/dom';

/** A value in a table of cells. */
export interface TableValue extends ShownValue {
  /** A remark below the value. */
  readonly note?: string;
  /** True for a remark that hardly matters. */
  readonly slight?: boolean;
  /** True for a value that differs from what is kept. */
  readonly changed?: boolean;
  /** Text for a pointer that rests on the cell. */
  readonly hint?: string;
}

/** Contents of a table of cells. */
export interface TableContents {
  readonly columns: readonly { readonly name: string; readonly marked?: boolean }[];
  readonly rows: readonly FieldState[];
  readonly value: (row: FieldState, column: number) => TableValue;
  /** True where values may be changed now. */
  readonly open: boolean;
  /** A last row, such as one of buttons. */
  readonly last?: { readonly name: string; readonly cell: (column: number) => Node };
}

interface Cell {
  readonly button: HTMLButtonElement;
  readonly text: HTMLElement;
  readonly note: HTMLElement;
}

/** A table of values, each of which opens its editor. It is one stop of the Tab key; arrows go from cell to cell. */
export class CellTable {
  readonly element = h('table', { class: 'cells' });
  private cells: Cell[][] = [];
  private contents: TableContents | undefined;
  private shape = '';

  constructor(
    label: string,
    private readonly edit: (cell: HTMLElement, row: FieldState, column: number, value: TableValue) => void,
  ) {
    this.element.setAttribute('aria-label', label);
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('focusin', ({ target }) => {
      if (target instanceof HTMLButtonElement && target.matches('.value')) this.keepOneStop(target);
    });
  }

  /** Shows contents; the table is only made again where rows or columns have changed. */
  show(contents: TableContents): void {
    this.contents = contents;
    const shape = JSON.stringify([contents.rows.map(({ id, label, unit }) => [id, label, unit]), contents.columns]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(contents);
    }
    for (const [at, row] of contents.rows.entries())
      for (const [column, { name }] of contents.columns.entries()) {
        const { button, text, note } = this.cells[at]![column]!;
        const value = contents.value(row, column);
        setText(text, value.text);
        setText(note, value.note ?? '');
        note.classList.toggle('slight', value.slight === true);
        const fixed = value.value === undefined;
        // A cell that cannot be changed just now can still be reached, so that the focus stays where it is.
        setAttribute(button, 'aria-disabled', fixed || !contents.open ? 'true' : undefined);
        button.classList.toggle('fixed', fixed);
        button.classList.toggle('changed', value.changed === true);
        const unit = row.unit === undefined || fixed ? '' : ` ${row.unit}`;
        const parts = [`${row.label} of ${name}: ${value.text}${unit}`, value.note ?? '', value.hint ?? ''];
        setAttribute(button, 'aria-label', parts.filter((part) => part !== '').join('. '));
        setAttribute(button, 'title', value.hint);
      }
  }

  private build({ columns, rows, last }: TableContents): void {
    const focused = this.place(document.activeElement ?? undefined);
    this.cells = rows.map((row, at) =>
      columns.map((_, column) => {
        const [text, note] = [h('span', { class: 'text' }), h('span', { class: 'note' })];
        const open = (): void => this.open(at, column);
        const button = h('button', { type: 'button', class: 'value', 'data-field': row.id, onclick: open }, text, note);
        return { button, text, note };
      }),
    );
    fill(
      this.element,
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('td', {}),
          ...columns.map(({ name, marked }) => h('th', { scope: 'col', class: marked ? 'marked' : undefined }, name)),
        ),
      ),
      h(
        'tbody',
        {},
        ...rows.map((row, at) =>
          h(
            'tr',
            {},
            h(
              'th',
              { scope: 'row', title: row.about },
              row.label,
              row.unit === undefined ? undefined : h('span', { class: 'unit' }, ` ${row.unit}`),
            ),
            ...this.cells[at]!.map(({ button }, column) =>
              h('td', { class: columns[column]!.marked ? 'marked' : undefined }, button),
            ),
          ),
        ),
        last
          ? h(
              'tr',
              { class: 'last' },
              h('th', { scope: 'row' }, last.name),
              ...columns.map(({ marked }, column) =>
                h('td', { class: marked ? 'marked' : undefined }, last.cell(column)),
              ),
            )
          : undefined,
      ),
    );
    const [row, column] = focused ?? [0, 0];
    const stop = this.cells[Math.min(row, this.cells.length - 1)]?.[Math.min(column, columns.length - 1)]?.button;
    this.keepOneStop(stop);
    if (focused) stop?.focus();
  }

  private open(at: number, column: number): void {
    const { contents } = this;
    const row = contents?.rows[at];
    if (!contents || !row) return;
    const value = contents.value(row, column);
    if (contents.open && value.value !== undefined) this.edit(this.cells[at]![column]!.button, row, column, value);
  }

  private place(element: Element | undefined): readonly [row: number, column: number] | undefined {
    for (const [row, cells] of this.cells.entries()) {
      const column = cells.findIndex(({ button }) => button === element);
      if (column >= 0) return [row, column];
    }
    return undefined;
  }

  private key(event: KeyboardEvent): void {
    const at = this.place(document.activeElement ?? undefined);
    const by = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    }[event.key];
    if (!at || !by) return;
    event.preventDefault();
    this.cells[at[0] + by[0]!]?.[at[1] + by[1]!]?.button.focus();
  }

  private keepOneStop(stop: HTMLButtonElement | undefined): void {
    for (const { button } of this.cells.flat()) button.tabIndex = button === stop ? 0 : -1;
  }
}
