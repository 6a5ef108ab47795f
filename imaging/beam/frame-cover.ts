import { type Image, layoutOf } from '../image';
import { reduce } from '../reduction';
import { median } from '../statistics';

/** Brightness of the parts of an image that a beam should cover. */
export interface FrameCover {
  /** Mean of the whole image, in counts. */
  readonly mean: number;
  /** Brightness of the darkest part over the median of all parts. */
  readonly darkest: number;
  /** True when the beam covers the whole frame. */
  readonly covered: boolean;
}

/** Parts along the shorter side. */
const parts = 16;
/** Share of the median below which a part lies at the edge of the beam or beside it. */
const minShare = 0.8;

/** Looks whether a beam covers a whole image, by its darkest part. */
export function frameCover(source: Image): FrameCover {
  const { rows, columns } = layoutOf(source, 'frameCover');
  const size = Math.max(1, Math.floor(Math.min(rows, columns) / parts));
  const means = reduce(source, size);
  const values = Array.from(means.data);
  const middle = median(values);
  const darkest = middle > 0 ? Math.min(...values) / middle : 0;
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return { mean, darkest, covered: darkest >= minShare };
}
