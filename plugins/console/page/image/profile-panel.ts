import type { ReceivedImage } from '../base/connection';
import { h } from '../base/dom';
import { drawPlot } from '../run/plot';
import { type Point, profileAlong } from './pixels';

/** The intensity along the line that was drawn, in a corner of the image. */
export class ProfilePanel {
  readonly element = h('div', { class: 'profile', hidden: true });
  private drawn = '';
  private end: (() => void) | undefined;

  /** Shows the profile along a line; nothing without one. */
  show(image: ReceivedImage | undefined, line: { readonly from: Point; readonly to: Point } | undefined, pixelSize: number | undefined): void {
    if (!image || !line || Math.hypot(line.to.x - line.from.x, line.to.y - line.from.y) < 3) {
      this.element.hidden = true;
      this.drawn = '';
      return;
    }
    const key = JSON.stringify([image.header.image, image.header.reduction, line]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.element.hidden = false;
    const { distance, counts } = profileAlong(image, line.from, line.to);
    const inMicrometres = pixelSize === undefined ? undefined : pixelSize / 1000;
    const points = distance.map((each, index) => ({ x: each * (inMicrometres ?? 1), y: counts[index]! }));
    this.end?.();
    this.end = drawPlot(this.element, { id: 'profile', title: 'Intensity along the line', x: inMicrometres === undefined ? 'pixels' : 'um', y: 'counts', series: [{ name: 'counts', kind: 'line', points }] }, { height: 130 });
  }
}
