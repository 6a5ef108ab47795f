import type { Connection } from '../base/connection';
import { h } from '../base/dom';
import { drawPlot } from '../base/plot';
import type { ProfileState } from '../../protocol/state';
import type { Point } from './pixels';

interface Line {
  readonly from: Point;
  readonly to: Point;
}

/** Shortest time between two requests for a profile while a line is being drawn. */
const restMilliseconds = 60;

/**
 * The intensity along the drawn line, in a corner of the image. It uses every pixel, however coarse the image is shown.
 */
export class ProfilePanel {
  readonly element = h('div', { class: 'profile', hidden: true });
  private wanted = '';
  private asked = '';
  private end: (() => void) | undefined;

  constructor(private readonly connection: Connection) {}

  /** Shows the profile along a line; undefined hides it. */
  show(image: number | undefined, line: Line | undefined, pixelSize: number | undefined): void {
    if (image === undefined || !line || Math.hypot(line.to.x - line.from.x, line.to.y - line.from.y) < 3) {
      this.element.hidden = true;
      this.wanted = '';
      return;
    }
    const key = JSON.stringify([image, line]);
    if (key === this.wanted) return;
    this.wanted = key;
    if (this.asked === '') this.ask(key, image, line, pixelSize);
  }

  private ask(key: string, image: number, line: Line, pixelSize: number | undefined): void {
    this.asked = key;
    const rested = (): void => {
      this.asked = '';
      const { wanted } = this;
      if (wanted === '' || wanted === key) return;
      const [next, drawn] = JSON.parse(wanted) as [number, Line];
      this.ask(wanted, next, drawn, pixelSize);
    };
    this.connection.ask({ do: 'profile', image, from: line.from, to: line.to }).then(
      (found) => {
        if (this.wanted !== '') this.draw(found, pixelSize);
        setTimeout(rested, restMilliseconds);
      },
      () => setTimeout(rested, restMilliseconds),
    );
  }

  private draw({ distance, counts }: ProfileState, pixelSize: number | undefined): void {
    this.element.hidden = false;
    const inMicrometres = pixelSize === undefined ? undefined : pixelSize / 1000;
    const points = distance.map((each, index) => ({ x: each * (inMicrometres ?? 1), y: counts[index]! }));
    this.end?.();
    this.end = drawPlot(
      this.element,
      {
        id: 'profile',
        title: 'Intensity along the line',
        x: inMicrometres === undefined ? 'pixels' : '\u00b5m',
        y: 'counts',
        series: [{ name: 'counts', kind: 'line', points }],
      },
      { height: 130 },
    );
  }
}
