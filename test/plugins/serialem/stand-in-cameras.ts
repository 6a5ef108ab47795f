import type { Command } from './stand-in-server';

/** A camera in the list of SerialEM. */
export interface ListedCamera {
  readonly width: number;
  readonly height: number;
  /** Part of a binning that scripts count as one: 2 for a K2 or K3. */
  readonly unit?: number;
  /** Seconds from a request until the exposure begins. */
  readonly startup?: number;
}

/** Counts on the chip, linear in the place, so that a binned pixel shows the mean of its pixels. */
export const countAt = (column: number, row: number): number => 8 * column + 4 * row;

interface Parameters {
  binning: number;
  edges: [left: number, right: number, top: number, bottom: number];
  exposure: number;
  drift: number;
  processing: number;
  readMode: number;
  frames: number;
}
type Letter = 'V' | 'F' | 'T' | 'R' | 'L';
const takes: Readonly<Record<number, Letter>> = { 69: 'V', 71: 'F', 73: 'T', 75: 'R', 77: 'L' };
const bytesOf: Readonly<Record<number, number>> = { 0: 1, 1: 2, 2: 4, 6: 2, 16: 3 };

/**
 * The cameras of SerialEM as its script commands are described: each command changes one of the sets of parameters until it is put back, and an
 * image goes into buffer A. It shares nothing with the program.
 */
export class StandInCameras {
  /** Images that were begun, with the set that each was taken with. */
  readonly taken: (Parameters & { readonly set: Letter; readonly camera: number })[] = [];
  /** Behaviour that a test can change. */
  lowDose = 0;
  type = 6;
  padding = 0;
  chunk = Infinity;
  /** Seconds of which an exposure is a multiple; 0 for none. */
  step = 0;
  /** Pixels by which the image is wider than it was asked for. */
  wider = 0;
  empty = false;
  mostAtOnce = 0;
  /** Done once in the middle of an exposure. */
  action: (() => void) | undefined;
  private running = 0;
  private selected = 1;
  private readonly sets = new Map<Letter, Parameters>();
  private buffer:
    { readonly columns: number; readonly rows: number; readonly data: Buffer; readonly row: number } | undefined;
  private properties: readonly number[] = [];

  constructor(
    private readonly list: readonly ListedCamera[],
    private readonly pass: (seconds: number) => Promise<void>,
  ) {}

  /** Letters of the sets that differ from those of the user. */
  get changed(): string {
    return [...this.sets.keys()].join('');
  }

  /** Report of a command for a camera; undefined for another command, and nothing for one that fails. */
  async run({ number, numbers, texts }: Command): Promise<readonly number[] | 'failed' | undefined> {
    const letter = texts[0] as Letter;
    const [, a = 0, b = 0, c = 0, d = 0] = numbers;
    const change = (some: Partial<Parameters>): readonly number[] | 'failed' => {
      if (!Object.values(takes).includes(letter)) return 'failed';
      this.sets.set(letter, { ...this.set(letter), ...some });
      return [];
    };
    if (takes[number]) return this.take(takes[number]);
    switch (number) {
      case 342:
        return this.buffer && texts[0] === 'A' ? this.properties : 'failed';
      case 418:
        if (!this.list[(numbers[0] ?? 0) - 1]) return 'failed';
        this.sets.clear();
        this.selected = numbers[0]!;
        return [];
      case 419:
        return change({ exposure: a, drift: b });
      case 420:
        return change({ binning: a * this.unit });
      case 421:
        return texts.length === 5 ? change({ edges: [a, b, c, d] }) : 'failed';
      case 422:
        return change({ binning: a * this.unit, edges: this.centred(a * this.unit, b, c) });
      case 424:
        return a === 0 ? [] : 'failed';
      case 425:
        return change({ processing: a });
      case 428:
        return this.unit === 2 ? change({ readMode: a }) : 'failed';
      case 429:
        return change({ frames: a });
      case 438:
        return this.sets.delete(letter) ? [] : 'failed';
      case 530:
        return [this.lowDose, this.lowDose ? 0 : -1];
      default:
        return undefined;
    }
  }

  /** Header and pieces of the reply to a request for an image. */
  reply(): { readonly head: Buffer; readonly pieces: readonly Buffer[] } {
    const { columns = 0, rows = 0, data = Buffer.alloc(0), row = 0 } = this.empty ? {} : (this.buffer ?? {});
    const chunks = Math.max(1, Math.ceil(data.length / this.chunk));
    const size = Math.trunc((data.length + chunks - 1) / chunks);
    const head = Buffer.alloc(32);
    [32, 0, this.type, row, columns, rows, data.length, data.length === 0 ? 0 : chunks].forEach((value, at) =>
      head.writeInt32LE(value, 4 * at),
    );
    const pieces = Array.from({ length: chunks }, (_, at) => data.subarray(at * size, (at + 1) * size));
    return { head, pieces: data.length === 0 ? [] : pieces };
  }

  private get unit(): number {
    return this.list[this.selected - 1]!.unit ?? 1;
  }

  private set(letter: Letter): Parameters {
    const { width, height } = this.list[this.selected - 1]!;
    const usual: Parameters = {
      binning: 1,
      edges: [0, width, 0, height],
      exposure: 1,
      drift: 0,
      processing: 2,
      readMode: 0,
      frames: 1,
    };
    return this.sets.get(letter) ?? usual;
  }

  private centred(binning: number, columns: number, rows: number): Parameters['edges'] {
    const { width, height } = this.list[this.selected - 1]!;
    const left = Math.trunc((Math.trunc(width / binning) - columns) / 2);
    const top = Math.trunc((Math.trunc(height / binning) - rows) / 2);
    return [left, left + columns, top, top + rows].map((edge) => edge * binning) as Parameters['edges'];
  }

  private async take(letter: Letter): Promise<readonly number[]> {
    const set = this.set(letter);
    this.taken.push({ ...set, set: letter, camera: this.selected });
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
    const exposure = this.step ? Math.max(1, Math.round(set.exposure / this.step)) * this.step : set.exposure;
    await this.pass((this.list[this.selected - 1]!.startup ?? 0) + set.drift);
    const now = this.action;
    this.action = undefined;
    now?.();
    await this.pass(exposure);
    this.running--;
    const { binning, edges } = set;
    const [left, right, top, bottom] = edges.map((edge) => Math.trunc(edge / binning)) as [
      number,
      number,
      number,
      number,
    ];
    const [columns, rows] = [right - left + this.wider, bottom - top];
    const bytes = bytesOf[this.type]!;
    const row = columns * bytes + this.padding;
    const data = Buffer.alloc(row * rows, 0xee);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        this.write(data, y * row + x * bytes, countAt((left + x + 0.5) * binning, (top + y + 0.5) * binning));
    this.buffer = { columns, rows, data, row };
    this.properties = [columns, rows, binning / this.unit, exposure, 0.1, 3];
    return [];
  }

  private write(data: Buffer, at: number, count: number): void {
    if (this.type === 0) data.writeUInt8(count & 0xff, at);
    else if (this.type === 1) data.writeInt16LE(-count, at);
    else if (this.type === 2) data.writeFloatLE(count, at);
    else if (this.type === 6) data.writeUInt16LE(count, at);
  }
}
