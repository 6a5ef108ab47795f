import { h, setText } from '../base/dom';
import type { Store } from '../base/store';
import { onTheme } from '../base/theme';
import type { BufferState } from '../../protocol/state';
import { createBufferStrip } from './buffer-strip';
import { backgroundColour, captionOf } from './caption';
import { ContrastPanel } from './contrast-panel';
import { Counts } from './counts';
import { type Gestures, listenToGestures } from './gestures';
import { Loader } from './loader';
import { drawOverlay } from './overlay';
import type { Point } from './pixels';
import { ProfilePanel } from './profile-panel';
import { Reading } from './reading';
import { drawRings, frequencyAt } from './ring-drawing';
import { type Placement, Renderer } from './renderer';
import { createImageTools } from './image-tools';
import type { ImageView } from '../base/viewed-image';

/** Makes the area of the page that shows the buffers. */
export const createImageView = (store: Store): ImageView => new BufferView(store);

const largestScale = 40;
/** Samples up to this much larger than a pixel of the screen look equally sharp, and are far fewer. */
const maxSampleSize = 1.2;
const maxLives = 20;

class BufferView implements ImageView {
  readonly element: HTMLElement;
  private readonly stage: HTMLElement;
  private readonly picture = h('canvas', { class: 'picture' });
  private readonly drawing = h('canvas', { class: 'drawing' });
  private readonly empty = h('p', { class: 'empty' });
  private readonly caption = h('p', { class: 'caption', 'aria-live': 'off' });
  private readonly reading: Reading;
  private readonly counts = new Counts();
  private readonly renderer: Renderer | undefined;
  private readonly loader: Loader;
  private readonly contrast: ContrastPanel;
  private readonly profile: ProfilePanel;
  /** Page pixels per image pixel, and the point in the middle; undefined shows the whole image. */
  private look: { readonly scale: number; readonly centre: Point } | undefined;
  private dragged: Point = { x: 0, y: 0 };
  private drawnFor = '';
  private followed: number | undefined;
  /** Numbers of the last live images: the one on the screen may be a little older than the one in its buffer. */
  private lives: readonly number[] = [];
  private scheduled = false;
  private readonly tools: ReturnType<typeof createImageTools>;

  constructor(private readonly store: Store) {
    try {
      this.renderer = new Renderer(this.picture);
    } catch (error) {
      this.empty.textContent = error instanceof Error ? error.message : String(error);
    }
    this.loader = new Loader(store.connection, () => this.arrived());
    this.reading = new Reading(store.connection);
    this.profile = new ProfilePanel(store.connection);
    this.contrast = new ContrastPanel(() => this.schedule());
    this.stage = h(
      'div',
      {
        class: 'stage',
        tabindex: 0,
        role: 'application',
        'aria-label': 'Image. Arrow keys move it, plus and minus zoom, 0 shows all of it, Enter marks the middle.',
        onkeydown: (event: KeyboardEvent) => this.key(event),
      },
      this.picture,
      this.drawing,
      this.empty,
      this.caption,
      this.counts.element,
      this.reading.element,
      this.profile.element,
    );
    this.tools = createImageTools(store, this, this.contrast.element);
    this.element = h(
      'section',
      { class: 'image-view', 'aria-label': 'Images' },
      this.tools.element,
      this.stage,
      createBufferStrip(store),
    );
    new ResizeObserver(() => this.resize()).observe(this.stage);
    onTheme(() => this.schedule());
    const gestures = {
      click: (at) => this.mark(this.onImage(at)),
      pan: (by) => this.pan(by),
      zoom: (factor, about) => this.zoomAbout(factor, about),
      line: (from, to) => {
        if (this.shown) store.set({ line: { from: this.onImage(from), to: this.onImage(to) } });
      },
      shift: (by, done) => this.shift(by, done),
      hover: (at) => this.hover(at),
      fit: () => this.fit(),
    } satisfies Gestures;
    listenToGestures(this.stage, gestures, () => this.tools.dragMode());
    store.watch(['buffers', 'buffer', 'aligned'], () => this.buffersChanged());
    store.watch(['showing'], () => {
      if (store.shared.showing) store.showBuffer(store.shared.showing.buffer, true);
    });
    store.watch(['connected'], () => this.loader.again());
    store.watch(['marker', 'line', 'crossed', 'ringFit', 'ringsAt', 'ring'], () => this.schedule());
    store.watch(['run'], () => {
      this.followMark();
      this.schedule();
    });
  }

  redraw(): void {
    this.resize();
  }
  fit(): void {
    this.look = undefined;
    this.schedule();
  }
  actualSize(): void {
    this.zoomTo(1 / window.devicePixelRatio);
  }
  zoom(factor: number): void {
    const { width, height } = this.stage.getBoundingClientRect();
    this.zoomAbout(factor, { x: width / 2, y: height / 2 });
  }
  toggleFourier(): void {
    this.look = undefined;
    this.tools.showFourier(!this.fourier);
    this.store.set({ fourier: !this.fourier, marker: undefined, line: undefined });
    this.want();
  }
  toggleLive(): void {
    this.tools.toggleLive();
  }
  autoContrast(): void {
    this.contrast.automatic();
  }
  step(by: 1 | -1): void {
    const names = (this.store.shared.buffers ?? []).map(({ buffer }) => buffer);
    const at = names.indexOf(this.store.local.buffer);
    const next = names[(at + by + names.length) % names.length];
    if (next !== undefined) this.store.showBuffer(next);
  }

  private get fourier(): boolean {
    return this.store.local.fourier;
  }
  private get shown(): BufferState | undefined {
    return this.store.shared.buffers?.find(({ buffer }) => buffer === this.store.local.buffer);
  }
  private get size(): { readonly width: number; readonly height: number } {
    const header = this.loader.loaded?.quick.header;
    return header ? { width: header.fullWidth, height: header.fullHeight } : { width: 1, height: 1 };
  }

  /** Place of the image, in pixels of the page. */
  private placement(): Placement {
    const { width, height } = this.stage.getBoundingClientRect();
    const { width: columns, height: rows } = this.size;
    const whole = Math.min(width / columns, height / rows);
    const scale = this.look?.scale ?? whole;
    const centre = this.look?.centre ?? { x: columns / 2, y: rows / 2 };
    const { x, y } = (this.store.local.aligned && this.shown?.alignment) || { x: 0, y: 0 };
    return {
      scale,
      x: width / 2 - scale * (centre.x - x) + this.dragged.x,
      y: height / 2 - scale * (centre.y + y) + this.dragged.y,
    };
  }

  private onImage({ x, y }: Point): Point {
    const { x: left, y: top, scale } = this.placement();
    return { x: (x - left) / scale, y: (y - top) / scale };
  }

  private buffersChanged(): void {
    const key = `${this.store.local.buffer} ${this.shown?.image ?? ''}`;
    if (key !== this.drawnFor) {
      this.drawnFor = key;
      this.dragged = { x: 0, y: 0 };
      // The operator begins at a marker that the item set; over a live image, what was drawn stays.
      if (!this.shown?.live) this.store.set({ marker: this.shown?.marker, line: undefined });
    }
    this.want();
  }

  private want(): void {
    const { shown } = this;
    if (shown?.live) this.lives = [...this.lives.slice(-maxLives), shown.image];
    this.loader.want(this.shown?.image, this.fourier ? 'fourier' : 'none');
    this.schedule();
  }

  private arrived(): void {
    const { loaded } = this.loader;
    if (loaded) {
      this.contrast.show(
        loaded.quick.header.statistics,
        // The contrast of a live image stays from image to image.
        `${this.shown?.live ? this.shown.title : loaded.image} ${loaded.transform}`,
        loaded.transform === 'none' ? this.shown?.contrast : undefined,
      );
      this.renderer?.keep(new Set(this.loader.kept.flatMap(({ quick, part }) => (part ? [quick, part] : [quick]))));
    }
    this.draw();
    if (!loaded) return;
    // For measurements of the time from arrival to the screen.
    const { header } = loaded.part ?? loaded.quick;
    const { complete } = this.loader;
    this.stage.dataset['image'] = `${loaded.image} ${header.width}x${header.height}`;
    requestAnimationFrame(() => {
      this.stage.dataset['shownAt'] =
        `${loaded.image} ${complete ? 'complete' : 'quick'} ${Date.now()} ${header.width}x${header.height}/${header.reduction}`;
    });
  }

  private pan({ x, y }: Point): void {
    const { scale } = this.placement();
    const centre = this.look?.centre ?? { x: this.size.width / 2, y: this.size.height / 2 };
    this.look = { scale, centre: { x: centre.x - x / scale, y: centre.y - y / scale } };
    this.schedule();
  }

  private zoomAbout(factor: number, about: Point): void {
    const fixed = this.onImage(about);
    const { scale: now } = this.placement();
    const { width, height } = this.stage.getBoundingClientRect();
    const least = 0.5 * Math.min(width / this.size.width, height / this.size.height);
    const scale = Math.min(largestScale, Math.max(least, now * factor));
    this.look = {
      scale,
      centre: { x: fixed.x + (width / 2 - about.x) / scale, y: fixed.y + (height / 2 - about.y) / scale },
    };
    this.schedule();
  }

  private zoomTo(scale: number): void {
    this.zoom(scale / this.placement().scale);
  }

  private mark(at: Point): void {
    const { width, height } = this.size;
    if (!this.shown || at.x < 0 || at.y < 0 || at.x > width || at.y > height) return;
    this.store.set({ marker: at, clicked: this.fourier ? frequencyAt(at, this.size) : undefined });
  }

  private shift(by: Point, done: boolean): void {
    const { shown, store } = this;
    if (!shown || this.fourier || !store.inControl) return;
    this.dragged = by;
    this.schedule();
    if (!done) return;
    const { scale } = this.placement();
    void store.do({ do: 'drag-image', image: shown.image, by: { x: by.x / scale, y: by.y / scale } }).then((was) => {
      if (was)
        store.set({
          notice: { text: 'Image shift follows the drag. Take an image to see it.', hint: '', kind: 'fine' },
        });
      else this.dragged = { x: 0, y: 0 };
      this.schedule();
    });
  }

  /** Shows the buffer of an item that waits for a mark. */
  private followMark(): void {
    const wanted = this.store.shared.run?.waiting.find((each) => each.for === 'mark');
    if (wanted?.for === 'mark') this.store.showBuffer(wanted.buffer);
    // A live image beside a question is in A; an operator who chooses another buffer after that stays there.
    const beside = this.store.shared.run?.waiting.find((each) => each.live)?.id;
    if (beside !== undefined && beside !== this.followed) this.store.showBuffer('A');
    this.followed = beside;
  }

  private hover(at: Point | undefined): void {
    this.reading.show(at && this.onImage(at), this.loader.loaded);
  }

  private key(event: KeyboardEvent): void {
    const step = 40;
    const moves: Readonly<Record<string, Point>> = {
      ArrowLeft: { x: step, y: 0 },
      ArrowRight: { x: -step, y: 0 },
      ArrowUp: { x: 0, y: step },
      ArrowDown: { x: 0, y: -step },
    };
    const move = moves[event.key];
    const { marker } = this.store.local;
    if (move && event.shiftKey && marker) this.mark({ x: marker.x - move.x / step, y: marker.y - move.y / step });
    else if (move) this.pan(move);
    else if (event.key === 'Enter') {
      const { width, height } = this.stage.getBoundingClientRect();
      this.mark(this.onImage({ x: width / 2, y: height / 2 }));
    } else return;
    event.preventDefault();
  }

  private resize(): void {
    const { width, height } = this.stage.getBoundingClientRect();
    const ratio = window.devicePixelRatio;
    for (const canvas of [this.picture, this.drawing]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    this.draw();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  /** Reports the visible part to the loader, in pixels of the image. */
  private tellSeen({ x, y, scale }: Placement): void {
    const { width, height } = this.size;
    const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    const { width: across, height: down } = this.picture;
    this.loader.look({
      left: within(-x / scale, width),
      top: within(-y / scale, height),
      right: within((across - x) / scale, width),
      bottom: within((down - y) / scale, height),
      reduction: Math.max(1, Math.floor(maxSampleSize / scale)),
    });
  }

  private draw(): void {
    const { loaded } = this.loader;
    const { shown, store } = this;
    const ratio = window.devicePixelRatio;
    const { x, y, scale } = this.placement();
    const placement = { x: x * ratio, y: y * ratio, scale: scale * ratio };
    this.tellSeen(placement);
    // The coarse image is the better one where its pixels are smaller than those of the screen.
    const parts = !loaded
      ? []
      : !loaded.part || placement.scale * loaded.quick.header.reduction <= 1
        ? [loaded.quick]
        : [loaded.quick, loaded.part];
    this.renderer?.draw(parts, placement, this.contrast.black, this.contrast.white, backgroundColour());
    const context = this.drawing.getContext('2d');
    const current =
      loaded && shown && (loaded.image === shown.image || (shown.live && this.lives.includes(loaded.image)));
    if (context)
      drawOverlay(
        context,
        {
          buffer: current ? shown : undefined,
          fourier: this.fourier,
          marker: store.local.marker,
          line: store.local.line,
          points: this.fourier ? [] : (shown?.points ?? []),
          found: this.fourier ? undefined : shown?.drawing,
          // The operator centres a feature while an item waits for a button.
          centre:
            store.local.crossed || store.shared.run?.waiting.some((each) => each.for === 'button' || each.live?.cross)
              ? this.size
              : undefined,
          crossed: store.local.crossed,
          ratio,
        },
        placement,
      );
    if (context && current && this.fourier && shown)
      drawRings(context, store.local, shown, this.size, { ...placement, ratio });
    this.profile.show(current && !this.fourier ? loaded.image : undefined, store.local.line, shown?.pixelSize);
    if (this.renderer)
      setText(
        this.empty,
        shown ? '' : `Nothing in buffer ${store.local.buffer} yet. Take an image above, or start an item of the menu.`,
      );
    this.counts.show(current ? loaded : undefined);
    setText(this.caption, shown ? captionOf(shown, this.fourier, scale) : '');
    this.stage.toggleAttribute('data-marked', store.local.marker !== undefined || store.local.line !== undefined);
    this.stage.dataset['draws'] = String(Number(this.stage.dataset['draws'] ?? 0) + 1);
  }
}
