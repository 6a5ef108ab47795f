import { leastSquares } from '../fits';
import { type Image, layoutOf } from '../image';
import { reduce } from '../reduction';
import { blockNoise } from './blocks-of-beam';
import { type FrameCover, frameCover } from './frame-cover';

/** An image that should show nothing but the beam. */
export interface BareBeam extends FrameCover {
  /** Counts that one electron makes by the noise of the image: its variance over its mean. Structure on the specimen makes it larger. */
  readonly countsByNoise: number;
  /** Standard deviation of what varies over the image and is neither noise nor a slow change of the beam, over the mean. */
  readonly structure: number;
  /** Share of the pixels without counts, where the image has no counts below 0: what noise would put there was cut off. */
  readonly empty: number;
  /** Range of the slow change of the beam over the image, over the mean. */
  readonly unevenness: number;
  /** Share by which the mean of the image exceeds the middle of its slow change, with its standard error. It changes as the beam spreads; a slope does not. */
  readonly hollow: number;
  readonly hollowError: number;
}

/** Parts along the shorter side in which the noise and the slow changes are looked at. */
const noiseParts = 64;
const surfaceParts = 16;
/** Standard errors by which the scatter of the parts exceeds the noise by chance. */
const chance = 4;

/** Looks at an image of the bare beam: its brightness with its error, and whether anything else can be seen in it. */
export function bareBeam(source: Image): BareBeam {
  const cover = frameCover(source);
  const { rows, columns } = layoutOf(source, 'bareBeam');
  const side = Math.min(rows, columns);
  const fine = Math.max(1, Math.floor(side / noiseParts));
  const noise = blockNoise({ means: reduce(source, fine), size: fine, columns, rows }) ?? 0;
  const countsByNoise = cover.mean > 0 ? (noise * fine) ** 2 / cover.mean : 0;

  const coarse = Math.max(1, Math.floor(side / surfaceParts));
  const { data, shape } = reduce(source, coarse);
  const [down = 0, across = 0] = shape;
  const terms = Array.from(data, (_, at) => {
    const [x, y] = [(at % across) / across - 0.5, Math.floor(at / across) / down - 0.5];
    return [1, x, y, x * x, x * y, y * y];
  });
  const { parameters, standardErrors } = leastSquares(terms, Array.from(data));
  const surface = terms.map((row) => row.reduce((sum, term, index) => sum + term * parameters[index]!, 0));
  const freedom = Math.max(1, data.length - parameters.length);
  const scatter = surface.reduce((sum, value, at) => sum + (data[at]! - value) ** 2, 0) / freedom;
  const expected = (noise * fine) ** 2 / coarse ** 2;
  const structure = Math.sqrt(Math.max(0, scatter - expected * (1 + chance * Math.sqrt(2 / freedom))));
  const range = Math.max(...surface) - Math.min(...surface);
  const share = (counts: number): number => (cover.mean > 0 ? counts / cover.mean : Infinity);
  // The squares of places from -1/2 to 1/2 are 1/12 in the mean.
  const [alongX = 0, alongY = 0] = [parameters[3], parameters[5]];
  const curvatureError = Math.hypot(standardErrors[3] ?? 0, standardErrors[5] ?? 0);
  return {
    ...cover,
    empty: emptyShare(source),
    countsByNoise,
    structure: share(structure),
    unevenness: share(range),
    hollow: share((alongX + alongY) / 12),
    hollowError: share(curvatureError / 12),
  };
}

function emptyShare({ data, shape, stride, offset }: Image): number {
  const [rows = 0, columns = 0] = shape;
  const [rowStride = 0, columnStride = 0] = stride;
  let empty = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const count = data[offset + row * rowStride + column * columnStride]!;
      if (count < 0) return 0;
      if (count === 0) empty += 1;
    }
  return empty / Math.max(1, rows * columns);
}
