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

/** Effect of a drag with the main button, or with one finger. */
export type DragMode = 'pan' | 'line' | 'shift';

const clickTolerance = 4;

/**
 * Listens to pointer and wheel: drag pans, click marks, shift-drag draws a line, right-drag shifts the image, the wheel
 * zooms, double-click shows the whole image. Two fingers move and zoom; `mode` says what one finger does.
 */
export function listenToGestures(element: HTMLElement, gestures: Gestures, mode: () => DragMode): void {
  /** Beginning of a drag, on the image area and on the screen: the area itself may move meanwhile. */
  let start: (Point & { readonly kind: DragMode; readonly screen: Point }) | undefined;
  const since = (event: MouseEvent, { screen }: { readonly screen: Point }): Point => ({
    x: event.clientX - screen.x,
    y: event.clientY - screen.y,
  });
  const fingers = new Map<number, Point>();
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
    fingers.set(event.pointerId, point);
    if (fingers.size === 2 && start?.kind === 'shift') gestures.shift({ x: 0, y: 0 }, false);
    start =
      fingers.size > 1
        ? undefined
        : {
            ...point,
            kind: event.button === 2 ? 'shift' : event.shiftKey ? 'line' : mode(),
            screen: { x: event.clientX, y: event.clientY },
          };
    [last, moved] = [point, false];
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
  });
  element.addEventListener('pointermove', (event) => {
    const point = at(event);
    gestures.hover(point);
    if (pinch(fingers, event.pointerId, point, gestures) || !start) return;
    if (!moved && Math.hypot(point.x - start.x, point.y - start.y) < clickTolerance) return;
    moved = true;
    if (start.kind === 'pan') gestures.pan({ x: point.x - last.x, y: point.y - last.y });
    else if (start.kind === 'line') gestures.line(start, point);
    else gestures.shift(since(event, start), false);
    last = point;
  });
  element.addEventListener('pointerup', (event) => {
    fingers.delete(event.pointerId);
    if (!start) return;
    const point = at(event);
    if (!moved && start.kind !== 'shift') gestures.click(point);
    if (moved && start.kind === 'shift') gestures.shift(since(event, start), true);
    start = undefined;
  });
  element.addEventListener('pointercancel', ({ pointerId }) => {
    fingers.delete(pointerId);
    start = undefined;
  });
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

/** Moves and zooms with two fingers; returns true while there are two. Notes where each of them is. */
function pinch(fingers: Map<number, Point>, id: number, now: Point, gestures: Gestures): boolean {
  const before = fingers.get(id);
  if (!before) return false;
  fingers.set(id, now);
  const other = [...fingers].find(([each]) => each !== id)?.[1];
  if (!other) return false;
  const [was, is] = [before, now].map((each) => Math.hypot(each.x - other.x, each.y - other.y));
  const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
  gestures.pan({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
  if (was! > 0 && is! > 0) gestures.zoom(is! / was!, middle);
  return true;
}
