import { h } from '../base/dom';
import { colour, onTheme } from '../base/theme';
import type { ImageStatistics } from '../../protocol/frames';

const steps = 1000;
const classes = 120;

/** Black and white of the image: from its percentiles, or by two sliders below its histogram. */
export class ContrastPanel {
  black = 0;
  white = 1;
  readonly element: HTMLElement;
  private image: ImageStatistics | undefined;
  private key = '';
  private manual = false;
  private span: readonly [number, number] = [0, 1];
  private readonly canvas = h('canvas', { class: 'histogram', width: 2 * classes, height: 44, 'aria-hidden': 'true' });
  private readonly sliders: readonly [HTMLInputElement, HTMLInputElement];

  constructor(private readonly changed: () => void) {
    const slider = (name: string): HTMLInputElement =>
      h('input', {
        type: 'range',
        min: 0,
        max: steps,
        step: 1,
        'aria-label': name,
        title: name,
        oninput: () => this.slide(),
      });
    this.sliders = [slider('Black'), slider('White')];
    this.element = h(
      'div',
      { class: 'group contrast', role: 'group', 'aria-label': 'Contrast', hidden: true },
      h(
        'button',
        { type: 'button', title: 'Choose contrast from the image (c)', onclick: () => this.automatic() },
        'Auto',
      ),
      h('div', { class: 'levels' }, this.canvas, ...this.sliders),
    );
    onTheme(() => this.drawHistogram());
  }

  /**
   * Shows an image. An image of another kind starts with contrast of its own. `given` are the counts that the maker of
   * the image chose.
   */
  show(
    image: ImageStatistics,
    key: string,
    given: { readonly black: number; readonly white: number } | undefined,
  ): void {
    const isNew = key !== this.key;
    this.element.hidden = false;
    this.image = image;
    this.key = key;
    const { minimum, maximum, black, white, histogram } = image;
    this.span = given
      ? [Math.min(given.black, minimum), Math.max(given.white, maximum)]
      : [histogram.low, histogram.high];
    if (isNew || !this.manual) {
      this.manual = false;
      [this.black, this.white] = given ? [given.black, given.white] : [black, white];
    }
    this.showSliders();
    this.drawHistogram();
  }

  /** Returns to the percentiles of the image. */
  automatic(): void {
    if (!this.image) return;
    this.manual = false;
    const { black, white } = this.image;
    [this.black, this.white] = [black, white];
    this.showSliders();
    this.drawHistogram();
    this.changed();
  }

  private slide(): void {
    const [low, high] = this.span;
    const [black, white] = this.sliders.map(({ value }) => low + (Number(value) / steps) * (high - low)) as [
      number,
      number,
    ];
    this.manual = true;
    [this.black, this.white] = [black, Math.max(white, black + (high - low) / steps)];
    this.drawHistogram();
    this.changed();
  }

  private showSliders(): void {
    const [low, high] = this.span;
    const at = (value: number): string => String(Math.round((steps * (value - low)) / (high - low || 1)));
    this.sliders[0].value = at(this.black);
    this.sliders[1].value = at(this.white);
  }

  private drawHistogram(): void {
    const context = this.canvas.getContext('2d');
    if (!context || !this.image) return;
    const { width, height } = this.canvas;
    const [low, high] = this.span;
    const counts = inClasses(this.image.histogram, low, high);
    const most = Math.max(1, ...counts.map(Math.sqrt));
    context.clearRect(0, 0, width, height);
    context.fillStyle = colour('faint');
    for (const [index, count] of counts.entries()) {
      const tall = (height * Math.sqrt(count)) / most;
      context.fillRect(2 * index, height - tall, 2, tall);
    }
    context.strokeStyle = colour('accent');
    context.lineWidth = 2;
    context.beginPath();
    const x = (value: number): number => (width * (value - low)) / (high - low || 1);
    context.moveTo(x(this.black), height);
    context.lineTo(x(this.white), 0);
    context.stroke();
  }
}

/**
 * A histogram in the drawn classes between two counts; the counts of each class are spread over the classes that it
 * overlaps.
 */
function inClasses(
  { low: from, high: to, found }: ImageStatistics['histogram'],
  low: number,
  high: number,
): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  const scale = classes / (high - low || 1);
  const width = ((to - from) / found.length) * scale;
  for (const [index, count] of found.entries()) {
    const begin = (from - low) * scale + index * width;
    for (let at = Math.max(0, Math.floor(begin)); at < Math.min(classes, begin + width); at++)
      counts[at]! += (count * Math.min(1, Math.min(at + 1, begin + width) - Math.max(at, begin))) / width;
  }
  return counts;
}
