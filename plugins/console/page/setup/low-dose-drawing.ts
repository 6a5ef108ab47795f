import type { AreaDrawing, LowDosePanelState } from '../../protocol/working-state';
import { h } from '../base/dom';

const size = 300;
/** Share of the drawing that stays free at its edges. */
const margin = 0.12;
/** Smallest width of the drawing, in micrometres. */
const minWidth = 2;

type SvgAttributes = Readonly<Record<string, string | number>>;

function svg(name: string, attributes: SvgAttributes, ...children: readonly (Node | string)[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Corners of the field of a camera on the specimen. */
function cornersOf({ x, y, field }: AreaDrawing): readonly (readonly [number, number])[] {
  if (!field) return [[x, y]];
  const turn = (field.rotation * Math.PI) / 180;
  const [across, down] = [field.width / 2, field.height / 2];
  return (
    [
      [-across, -down],
      [across, -down],
      [across, down],
      [-across, down],
    ] as const
  ).map(([u, v]) => [x + u * Math.cos(turn) - v * Math.sin(turn), y + u * Math.sin(turn) + v * Math.cos(turn)]);
}

/**
 * The areas on the specimen: the axis, the field of the camera in each area, and the beam where its size is known. An area that is far larger than
 * the others, such as View in low magnification, is left to reach beyond the edges.
 */
export function drawAreas({ drawing: all, axisAngle, area }: LowDosePanelState): HTMLElement {
  const drawing = all.filter(({ field, x, y }) => field !== undefined || Math.hypot(x, y) > 0);
  if (drawing.length === 0)
    return h(
      'p',
      { class: 'why' },
      'The areas are drawn here as they stand on the specimen, once they have a magnification.',
    );
  const close = drawing.filter(({ name }) => name !== 'View' && name !== 'Search');
  const reach = Math.max(minWidth / 2, ...close.flatMap((each) => cornersOf(each).flat()).map(Math.abs));
  const scale = (size * (0.5 - margin)) / reach;
  const on = (x: number, y: number): readonly [number, number] => [size / 2 + scale * x, size / 2 - scale * y];
  const angle = (axisAngle * Math.PI) / 180;
  const far = reach * 2;
  const [ax, ay] = on(-far * Math.cos(angle), -far * Math.sin(angle));
  const [bx, by] = on(far * Math.cos(angle), far * Math.sin(angle));
  // The largest first, so that the small ones are drawn over it.
  const sorted = [...drawing].sort((one, other) => (other.field?.width ?? 0) - (one.field?.width ?? 0));
  const labelled: (readonly [number, number])[] = [];
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${size} ${size}`, class: 'areas-drawing', role: 'img', 'aria-label': inWords(drawing, area) },
    svg('line', { class: 'axis', x1: ax, y1: ay, x2: bx, y2: by }),
    svg('path', { class: 'centre', d: `M${size / 2 - 6} ${size / 2}h12M${size / 2} ${size / 2 - 6}v12` }),
    ...sorted.map((each) => {
      const corners = cornersOf(each).map(([x, y]) => on(x, y));
      const [x, y] = on(each.x, each.y);
      // Above the middle of the upper edge, which may be turned.
      const [first, second = first] = corners.map(([, v]) => v).sort((one, other) => one - other);
      const wanted = Math.max(12, Math.min(size - 6, ((first ?? y) + (second ?? y)) / 2 - 5));
      // Labels of areas at the same place stand below each other.
      const below = labelled.filter(([lx, ly]) => Math.abs(lx - x) < 60 && Math.abs(ly - wanted) < 14).length;
      const [lx, ly] = [Math.max(24, Math.min(size - 24, x)), wanted + 14 * below];
      labelled.push([lx, ly]);
      return svg(
        'g',
        { class: `area area-${each.name.toLowerCase()}${each.name === area ? ' present' : ''}` },
        corners.length > 1
          ? svg('polygon', { points: corners.map(([u, v]) => `${u.toFixed(1)},${v.toFixed(1)}`).join(' ') })
          : svg('circle', { cx: x, cy: y, r: 4 }),
        ...(each.beam === undefined
          ? []
          : [svg('circle', { class: 'beam', cx: x, cy: y, r: (scale * each.beam) / 2 })]),
        svg('text', { x: lx, y: ly, 'text-anchor': 'middle' }, each.name),
      );
    }),
    ...scaleBar(scale),
  );
  return h('figure', { class: 'areas' }, picture as unknown as Node, h('figcaption', {}, captionOf(all, axisAngle)));
}

/** A bar of a round length below the areas. */
function scaleBar(scale: number): readonly SVGElement[] {
  const wanted = 70 / scale;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const length = [5, 2, 1].map((each) => each * power).find((each) => each <= wanted) ?? power;
  const [x, y] = [12, size - 12];
  return [
    svg('line', { class: 'bar', x1: x, y1: y, x2: x + scale * length, y2: y }),
    svg('text', { class: 'bar-text', x, y: y - 6 }, `${Number(length.toPrecision(1))} \u00b5m`),
  ];
}

const inWords = (drawing: readonly AreaDrawing[], present: string | undefined): string =>
  `Areas on the specimen. ${drawing
    .map(({ name, x, y }) => `${name} ${Math.hypot(x, y).toFixed(2)} micrometres from the optic axis`)
    .join(', ')}.${present === undefined ? '' : ` The column is in ${present}.`}`;

function captionOf(drawing: readonly AreaDrawing[], axisAngle: number): string {
  const unknown = drawing.filter(({ field }) => !field).map(({ name }) => name);
  const axis =
    axisAngle === 0 ? 'The line is the tilt axis' : `The line is the axis, ${axisAngle}\u00b0 from the tilt axis`;
  const beams = drawing
    .filter(({ beam }) => beam !== undefined)
    .map(({ name, beam }) => `${name} ${Number((beam ?? 0).toPrecision(3))} \u00b5m`);
  const dashed =
    beams.length === 0 ? '' : ` Dashed circles are the beam as the column gave it in an area: ${beams.join(', ')}.`;
  const fields =
    unknown.length === 0
      ? ''
      : ` No field is drawn for ${unknown.join(', ')}: magnification or pixel size is not known.`;
  return `${axis}; frames are the fields of the camera.${dashed}${fields}`;
}
