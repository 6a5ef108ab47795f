import type { Connection } from '../base/connection';
import { h, setText } from '../base/dom';
import type { Loaded } from './loader';
import { type Point, countsAt } from './pixels';

/** Shortest time between two requests for counts. */
const restMilliseconds = 60;

/**
 * Place and counts of the pixel under the cursor; where the page has only a coarse image, the counts come from the
 * program.
 */
export class Reading {
  readonly element = h('p', { class: 'reading' });
  private point: Point | undefined;
  private busy = false;

  constructor(private readonly connection: Connection) {}

  /** Shows the counts at a point of an image; undefined hides them. */
  show(point: Point | undefined, loaded: Loaded | undefined): void {
    this.point = point;
    if (!point || !loaded) return setText(this.element, '');
    const { quick, part, transform } = loaded;
    const fine = part && countsAt(part, point);
    const coarse = fine === undefined ? countsAt(quick, point) : undefined;
    const exact = fine !== undefined ? part?.header.reduction === 1 : quick.header.reduction === 1;
    const counts = fine ?? coarse;
    if (counts === undefined) return setText(this.element, '');
    this.tell(point, counts, exact || transform === 'fourier');
    if (!exact && transform === 'none') this.ask(loaded);
  }

  private tell({ x, y }: Point, counts: number, exact: boolean): void {
    setText(
      this.element,
      `${Math.floor(x)}, ${Math.floor(y)}: ${exact ? '' : 'about '}${counts.toFixed(counts < 100 ? 1 : 0)}`,
    );
  }

  private ask(loaded: Loaded): void {
    const { point } = this;
    if (this.busy || !point) return;
    this.busy = true;
    const rested = (): void => {
      this.busy = false;
      if (this.point !== point) this.ask(loaded);
    };
    this.connection.ask({ do: 'counts', image: loaded.image, at: point }).then(
      (counts) => {
        if (counts !== undefined && this.point === point) this.tell(point, counts, true);
        setTimeout(rested, restMilliseconds);
      },
      () => setTimeout(rested, restMilliseconds),
    );
  }
}
