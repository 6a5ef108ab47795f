import type { Point } from './pixels';

/**
 * Actions of pointer gestures on an image. Points are in pixels of the page, from the upper left corner of the image
 * area.
 */
export interface Gestures {
  click(at: Point): void;
  pan(by: Point): void;
  zoom(factor: number, about: Point): void;
  line(from: Point, to: Point): void;
  /** A drag with the right button; `done` is true at its end. */
  shift(by: Point, done: boolean): void;
  hover(at: Point | undefined): void;
  fit(): void;
}

const clickTolerance = 4;

/**
 * Listens to pointer and wheel: drag pans, click marks, shift-drag draws a line, right-drag shifts the image, the wheel
 * zooms, double-click shows the whole image.
 */
export function listenToGestures(element: HTMLElement, gestures: Gestures): void {
  let start: (Point & { readonly kind: 'pan' | 'line' | 'shift' }) | undefined;
  let last: Point = { x: 0, y: 0 };
  let moved = false;
  const at = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  element.addEventListener('contextmenu', (event) => event.preventDefault());
  element.addEventListener('pointerdown', (event) => {
    if (event.button === 1) return;
    const point = at(event);
    start = { ...point, kind: event.button === 2 ? 'shift' : event.shiftKey ? 'line' : 'pan' };
    [last, moved] = [point, false];
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
  });
  element.addEventListener('pointermove', (event) => {
    const point = at(event);
    gestures.hover(point);
    if (!start) return;
    if (!moved && Math.hypot(point.x - start.x, point.y - start.y) < clickTolerance) return;
    moved = true;
    if (start.kind === 'pan') gestures.pan({ x: point.x - last.x, y: point.y - last.y });
    else if (start.kind === 'line') gestures.line(start, point);
    else gestures.shift({ x: point.x - start.x, y: point.y - start.y }, false);
    last = point;
  });
  element.addEventListener('pointerup', (event) => {
    if (!start) return;
    const point = at(event);
    if (!moved && start.kind !== 'shift') gestures.click(point);
    if (moved && start.kind === 'shift') gestures.shift({ x: point.x - start.x, y: point.y - start.y }, true);
    start = undefined;
  });
  element.addEventListener('pointercancel', () => (start = undefined));
  element.addEventListener('pointerleave', () => gestures.hover(undefined));
  element.addEventListener('dblclick', () => gestures.fit());
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      gestures.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), at(event));
    },
    { passive: false },
  );
}
