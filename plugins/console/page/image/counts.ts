import { h, setText } from '../base/dom';
import type { Loaded } from './loader';

const shownCounts = (value: number): string => (Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0));

/** Mean, scatter, least and greatest counts of the image on the screen. */
export class Counts {
  readonly element = h('p', { class: 'counts', 'aria-live': 'off' });

  /** Shows the counts of an image; nothing for a transform, or without an image. */
  show(loaded: Loaded | undefined): void {
    if (!loaded || loaded.transform !== 'none') return setText(this.element, '');
    const { mean, deviation, minimum, maximum } = loaded.quick.header.statistics;
    const [least, most] = [shownCounts(minimum), shownCounts(maximum)];
    setText(this.element, `mean ${shownCounts(mean)} \u00b1 ${shownCounts(deviation)}  min ${least}  max ${most}`);
  }
}
