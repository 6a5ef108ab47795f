import { findDefinition, type PropertyDefinition } from '../definitions';
import { errorAt, MAX_PROBLEMS, type Problem, warningAt } from '../problem';
import type { Entry, Row, Section } from '../source';
import { HIGHEST_CAMERA, unknownKey } from '../yaml/read-properties';
import { cutLine, endsInText, hasTooManyWords, type Line, MAX_WORDS, trim, trimEnd, valuesOf } from './lines';
import type { PropertiesText, TextItem, TextSection } from './properties-text';

const HEADER = 'SerialEMProperties';

/**
 * Reads the text of a SerialEMproperties.txt completely. Never throws; everything at which SerialEM would fail is a
 * problem.
 */
export function readPropertiesText(text: string, file: string): PropertiesText {
  return new PropertiesReader(text, file).read();
}

type OpenSection = { -readonly [Key in keyof TextSection]: TextSection[Key] } & { readonly items: TextItem[] };

class PropertiesReader {
  private readonly lines: readonly Line[];
  private readonly problems: Problem[] = [];
  private readonly general: OpenSection;
  private camera: OpenSection | undefined;
  private readonly cameras: OpenSection[] = [];
  /** Line of each property in the open section. */
  private entered = new Map<string, number>();
  private readonly enteredOutside = this.entered;
  private next = 0;

  constructor(
    text: string,
    private readonly file: string,
  ) {
    const withoutMark = text.replace(/^(\ufeff|\u00ef\u00bb\u00bf)/, '');
    const lines = withoutMark.split(/\r\n|\n|\r/);
    if (lines.at(-1) === '') lines.pop();
    this.lines = lines.map((line, at) => cutLine(line, at + 1));
    this.general = { scope: 'general', place: this.at(1, 1), items: [] };
  }

  read(): PropertiesText {
    this.readHeader();
    while (this.next < this.lines.length) this.readLine(this.lines[this.next++]!);
    if (this.camera) {
      this.report(
        errorAt(
          'camera-not-closed',
          this.camera.place,
          `The camera block ${this.camera.index} has no EndCameraProperties.`,
          'Add EndCameraProperties after its last property.',
        ),
      );
    }
    const sections = this.cameras.map((camera) => ({ ...sectionOf(camera), index: camera.index! }));
    return {
      source: { file: this.file, general: sectionOf(this.general), cameras: sections },
      general: this.general,
      problems: this.problems,
    };
  }

  private at(line: number, column: number): { file: string; line: number; column: number } {
    return { file: this.file, line, column };
  }
  private report(problem: Problem): void {
    this.problems.push(problem);
  }
  private get open(): OpenSection {
    return this.camera ?? this.general;
  }
  /** SerialEM skips the contents of a parked block, so an error there is only a warning. */
  private reportInSection(problem: Problem): void {
    const parked = this.camera !== undefined && this.camera.index! < 0;
    this.report(parked ? { ...problem, severity: 'warning' } : problem);
  }

  private readHeader(): void {
    const first = this.lines.findIndex((line) => line.text !== '');
    const line = this.lines[first];
    if (line?.words[0]?.text === HEADER) {
      this.next = first + 1;
      if (line.comment !== undefined) this.general.items.push({ kind: 'comment', text: line.comment });
      return;
    }
    const hint = `Write ${HEADER} on the first line, in exactly these letters, with nothing before it.`;
    this.report(
      errorAt('missing-header', this.at(line?.number ?? 1, 1), `The file does not begin with ${HEADER}.`, hint),
    );
    this.next = line?.words[0]?.text.toLowerCase() === HEADER.toLowerCase() ? first + 1 : 0;
  }

  private readLine(line: Line): void {
    this.checkLine(line);
    const keyword = line.words[0]?.text;
    if (keyword === undefined)
      return void this.open.items.push(
        line.comment === undefined ? { kind: 'blank' } : { kind: 'comment', text: line.comment },
      );
    if (keyword.startsWith('/*')) return this.readBlockComment(line);
    const lower = keyword.toLowerCase();
    if (lower === 'cameraproperties') return this.openCamera(line);
    if (lower === 'endcameraproperties') return this.closeCamera(line);
    // The header again in the middle of the file has no effect.
    const definition = findDefinition(this.open.scope, keyword);
    if (definition) this.readEntry(line, definition);
    else
      this.readUnknown(
        line,
        keyword === HEADER
          ? undefined
          : unknownKey(
              this.open.scope,
              keyword,
              this.at(line.number, line.words[0]!.column),
              [],
              this.problems.length < MAX_PROBLEMS,
            ),
      );
  }

  private checkLine(line: Line): void {
    if (hasTooManyWords(line)) {
      const hint = 'Spread the values over several lines where the property allows it, or remove some.';
      const column = line.words[MAX_WORDS]?.column ?? line.text.length;
      this.report(
        errorAt(
          'too-many-words',
          this.at(line.number, column),
          `The line has more than ${MAX_WORDS} words; SerialEM stops reading the file here.`,
          hint,
        ),
      );
    }
    const value = line.comment === undefined ? line.text : line.text.slice(0, line.text.indexOf(line.comment));

    const foreign = /[^\x00-\x7f]/.exec(value);
    if (foreign) {
      this.report(
        warningAt(
          'not-ascii',
          this.at(line.number, foreign.index + 1),
          `"${foreign[0]}" is not an ASCII character; SerialEM may read it differently.`,
          'Write the name or path with plain letters.',
        ),
      );
    }
  }

  private readUnknown(line: Line, problem: Problem | undefined): void {
    this.open.items.push({ kind: 'unknown', line: trim(line.text), place: this.at(line.number, 1) });
    const place = this.at(line.number, line.words[0]!.column);
    this.reportInSection(problem ?? errorAt('unknown-key', place, `${HEADER} is repeated here.`, 'Remove the line.'));
  }

  private readBlockComment(line: Line): void {
    const place = this.at(line.number, line.words[0]!.column);
    if (this.camera) {
      this.readUnknown(
        line,
        errorAt(
          'block-comment',
          place,
          'A comment of the form /* ... */ does not work inside a camera block.',
          'Begin each of its lines with #.',
        ),
      );
      return;
    }
    const comment = (text: string): TextItem => ({ kind: 'comment', text: trimEnd(`# ${trim(text)}`) });
    let current: Line | undefined = line;
    while (current) {
      this.general.items.push(comment(current.text));
      if (current.text.includes('*/')) {
        const rest = current.text.slice(current.text.indexOf('*/') + 2).trim();
        if (rest !== '')
          this.report(
            warningAt(
              'block-comment',
              this.at(current.number, 1),
              `"${rest}" after the end of a comment is ignored.`,
              'Put it on a line of its own.',
            ),
          );
        return;
      }
      current = this.lines[this.next++];
      if (current) this.checkLine(current);
    }
    this.report(
      errorAt(
        'block-comment',
        place,
        'This comment is never closed, so the rest of the file is ignored.',
        'End it with */.',
      ),
    );
  }

  private openCamera(line: Line): void {
    const place = this.at(line.number, line.words[0]!.column);
    const written = line.words[1]?.text;
    const index = Number(/^[+-]?\d+$/.exec(written ?? '')?.[0] ?? Number.NaN);
    if (this.camera) {
      this.report(
        errorAt(
          'camera-not-closed',
          place,
          `A camera block begins inside the camera block ${this.camera.index}.`,
          'Close the earlier one with EndCameraProperties.',
        ),
      );
    }
    if (Number.isNaN(index) || index > HIGHEST_CAMERA) {
      const message =
        written === undefined
          ? 'A camera block needs the number of the camera.'
          : `"${written}" is not the number of a camera.`;
      this.report(
        errorAt(
          'camera-index',
          this.at(line.number, line.words[1]?.column ?? line.text.length + 1),
          message,
          `Write 0 to ${HIGHEST_CAMERA}; a negative number parks the block.`,
        ),
      );
    } else if (index >= 0 && this.cameras.some((camera) => camera.index === index)) {
      this.report(
        warningAt(
          'duplicate-camera',
          place,
          `Camera ${index} has another block already; both are read as one.`,
          'Join the two blocks, or give this one its own number.',
        ),
      );
    }
    this.camera = {
      scope: 'camera',
      index: Number.isNaN(index) ? 0 : index,
      indexText: written,
      place,
      items: [],
      comment: line.comment,
    };
    this.cameras.push(this.camera);
    this.entered = new Map();
    this.general.items.push({ kind: 'camera', section: this.camera });
  }

  private closeCamera(line: Line): void {
    if (!this.camera) {
      const problem = errorAt(
        'camera-not-open',
        this.at(line.number, line.words[0]!.column),
        'EndCameraProperties has no camera block to end.',
        'Remove it, or open the block with CameraProperties and its number.',
      );
      return this.readUnknown(line, problem);
    }
    if (line.comment !== undefined) this.camera.items.push({ kind: 'comment', text: line.comment });
    this.camera = undefined;
    this.entered = this.enteredOutside;
  }

  private readEntry(line: Line, definition: PropertyDefinition): void {
    const place = this.at(line.number, line.words[0]!.column);
    if (definition.form === 'table') return this.readTable(line, definition);
    const values = valuesOf(line, 1, definition, this.file);
    const comment = endsInText(definition) && values.at(-1)?.type === 'quoted' ? undefined : line.comment;
    this.checkRepetition(definition, place);
    this.open.items.push({
      kind: 'entry',
      entry: { name: definition.name, definition, place, rows: [values] },
      comment,
      rowComments: [],
    });
  }

  private checkRepetition(definition: PropertyDefinition, place: Entry['place']): void {
    if (definition.form === 'rows' || definition.form === 'append' || definition.form === 'ignored') return;
    const earlier = this.entered.get(definition.name);
    this.entered.set(definition.name, place.line);
    if (earlier === undefined) return;
    this.report(
      warningAt(
        'duplicate-key',
        place,
        `${definition.name} is entered twice; this one replaces line ${earlier}.`,
        'Keep one of the two.',
      ),
    );
  }

  private readTable(line: Line, definition: PropertyDefinition): void {
    const place = this.at(line.number, line.words[0]!.column);
    this.checkRepetition(definition, place);
    const header = line.words
      .slice(1)
      .map((word) => ({ text: word.text, type: 'plain' as const, place: this.at(line.number, word.column) }));
    const announced = Number(/^\d+/.exec(header[0]?.text ?? '')?.[0] ?? 0);
    const rows: Row[] = [];
    const rowComments: (string | undefined)[] = [];
    const between: TextItem[] = [];
    for (let current = this.lines[this.next]; current && rows.length < announced; current = this.lines[++this.next]) {
      if (this.isKeyword(current)) break;
      this.checkLine(current);
      if (current.words.length === 0) {
        const what = current.comment === undefined ? 'An empty line' : 'A comment';
        this.reportInSection(
          errorAt(
            'table-row',
            this.at(current.number, 1),
            `${what} is inside ${definition.name}; SerialEM counts it as a row and fails.`,
            'Remove it, or put the comment after a row.',
          ),
        );
        if (current.comment !== undefined) between.push({ kind: 'comment', text: current.comment });
        continue;
      }
      rows.push(valuesOf(current, 0, definition, this.file));
      rowComments.push(current.comment);
    }
    const surplus = this.surplusRows();
    if (header.length === 0 || rows.length !== announced || surplus.length > 0) {
      const found = rows.length + surplus.length;
      const message =
        header.length === 0
          ? `${definition.name} needs the number of its rows.`
          : `${definition.name} announces ${announced} rows, but ${found} follow.`;
      this.reportInSection(
        errorAt(
          'table-count',
          header[0]?.place ?? place,
          message,
          `Write "${definition.name} ${found}", or correct the rows.`,
        ),
      );
    }
    this.open.items.push(...between, {
      kind: 'entry',
      entry: { name: definition.name, definition, place, rows, header },
      comment: line.comment,
      rowComments,
    });
    for (const row of surplus)
      this.open.items.push({ kind: 'unknown', line: trim(row.text), place: this.at(row.number, 1) });
  }

  private isKeyword(line: Line): boolean {
    const word = line.words[0]?.text ?? '';
    return (
      /^(End)?CameraProperties$/i.test(word) ||
      findDefinition('general', word) !== undefined ||
      findDefinition('camera', word) !== undefined
    );
  }

  /** Lines of numbers after the last row of a table; they are rows that were not counted. */
  private surplusRows(): readonly Line[] {
    const surplus: Line[] = [];
    for (
      let line = this.lines[this.next];
      line && /^[+-]?[\d.]/.test(line.words[0]?.text ?? '');
      line = this.lines[++this.next]
    )
      surplus.push(line);
    return surplus;
  }
}

const sectionOf = (section: TextSection): Section => ({
  scope: section.scope,
  ...(section.index === undefined ? {} : { index: section.index }),
  place: section.place,
  entries: section.items.flatMap((item) => (item.kind === 'entry' ? [item.entry] : [])),
});
