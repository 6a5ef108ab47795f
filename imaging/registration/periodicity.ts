import { realTransform2 } from '../fft';
import { type Image, layoutOf } from '../image';
import { reduce } from '../reduction';
import { median } from '../statistics';

/** A wave that repeats across an image. */
export interface Periodicity {
  /** Pixels of the image after which the strongest coarse wave repeats. */
  readonly period: number;
  /** Direction of the wave, degrees counter-clockwise from the right (Y UP), from 0 to below 180. */
  readonly direction: number;
  /** Power of its wave relative to the usual power at its spatial frequency. */
  readonly strength: number;
}

/** Side of the middle part that is examined, after binning. */
const partSide = 512;
/**
 * Power, relative to the usual at its frequency, from which a wave is significant. Textures stay below 20 even in a
 * million waves.
 */
const minPower = 100;
/** A wave weaker than this share of the strongest cannot be the coarsest one. */
const minShareOfStrongest = 0.03;
/**
 * Power relative to the usual on a line of terms through the wave from which it is a wave and no streak. Stripes of a camera and the blur of
 * a drifting specimen put power on a whole line, where its highest term is 10 times as strong as the usual one.
 */
const minPowerOnLine = 40;
/** Directions in which lines are looked at, and the distances of their terms from the wave on either side. */
const lineDirections = 24;
const lineTerms = { nearest: 3, farthest: 12 };
/**
 * Share of the terms of a line that may lie between the waves of a lattice, which stand on lines, too; and the median of noise over the
 * power that this share of it keeps below.
 */
const shareBetween = 0.17;
const medianOverLow = -Math.log(2) / Math.log(1 - shareBetween);
/** Waves with fewer repeats than this across the part are the shape of a single object. */
const minRepeats = 4;
const ringWidth = 2;

/**
 * Looks for waves in an image that do not come from texture: a grating, a crystal, the bars of a grid.
 *
 * @param source shape [rows, columns]
 * @returns the coarsest of the waves that stand out, or undefined when none does
 * @throws ImagingError 'imaging/empty-image', 'imaging/bad-size'
 */
export function findPeriodicity(source: Image): Periodicity | undefined {
  const { rows: all, columns: across } = layoutOf(source, 'findPeriodicity');
  const factor = Math.max(1, Math.ceil(Math.min(all, across) / partSide));
  const binned = factor > 1 ? reduce(source, factor) : source;
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(binned, 'findPeriodicity');
  const size = Math.min(partSide, 2 * Math.floor(Math.min(rows, columns) / 2));
  if (size < 64) return undefined;
  const start = offset + Math.floor((rows - size) / 2) * rowStride + Math.floor((columns - size) / 2) * columnStride;
  const window = Float32Array.from({ length: size }, (_, index) => Math.sin((Math.PI * (index + 0.5)) / size) ** 2);
  const transform = realTransform2(size, size);
  const canvas = new Float32Array(size * size);
  let level = 0;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) level += data[start + row * rowStride + column * columnStride]!;
  level /= size * size;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++)
      canvas[row * size + column] =
        (data[start + row * rowStride + column * columnStride]! - level) * window[row]! * window[column]!;
  }
  return strongest(transform.forward(canvas), size, factor);
}

interface Wave {
  readonly across: number;
  readonly down: number;
  readonly power: number;
  readonly strength: number;
}

function strongest(spectrum: Float32Array, size: number, factor: number): Periodicity | undefined {
  const width = size / 2 + 1;
  const rings: Wave[][] = [];
  for (let row = 0; row < size; row++) {
    const down = 2 * row > size ? row - size : row;
    for (let across = 0; across < width; across++) {
      const distance = Math.hypot(across, down);
      if (distance < minRepeats || distance > size / 2 || (across === 0 && down < 0)) continue;
      const at = 2 * (row * width + across);
      (rings[Math.floor(distance / ringWidth)] ??= []).push({
        across,
        down,
        power: spectrum[at]! ** 2 + spectrum[at + 1]! ** 2,
        strength: 0,
      });
    }
  }
  const waves = rings.flatMap((ring) => {
    const usual = median(ring.map(({ power }) => power));
    return ring
      .filter(({ power }) => power > minPower * usual)
      .map((wave) => ({ ...wave, strength: wave.power / usual }))
      .filter((wave) => wave.power > minPowerOnLine * usualOnLine(spectrum, size, wave))
      .filter((wave) => wave.power > powerBefore(spectrum, size, wave));
  });
  if (waves.length === 0) return undefined;
  const most = Math.max(...waves.map(({ power }) => power));
  const named = waves.filter(({ power }) => power > minShareOfStrongest * most);
  const coarsest = Math.min(...named.map(({ across, down }) => Math.hypot(across, down)));
  // A wave spreads over neighbouring terms; the highest of them is its place.
  const { across, down, strength } = named
    .filter((wave) => Math.hypot(wave.across, wave.down) < coarsest + 3)
    .reduce((best, each) => (each.power > best.power ? each : best));
  const x = across + beside((step) => amplitude(spectrum, size, across + step, down));
  const y = down + beside((step) => amplitude(spectrum, size, across, down + step));
  const direction = (Math.atan2(-y, x) * 180) / Math.PI;
  return { period: (factor * size) / Math.hypot(x, y), direction: ((direction % 180) + 180) % 180, strength };
}

/** Highest power three terms nearer to the origin: a single edge, as of the beam or of a hole, has more there than at any wave beyond. */
function powerBefore(spectrum: Float32Array, size: number, { across, down }: Wave): number {
  const distance = Math.hypot(across, down);
  const share = (distance - lineTerms.nearest) / distance;
  const [x, y] = [Math.round(share * across), Math.round(share * down)];
  return Math.max(
    ...[-1, 0, 1].map((step) => amplitude(spectrum, size, x + step, y) ** 2),
    amplitude(spectrum, size, x, y - 1) ** 2,
    amplitude(spectrum, size, x, y + 1) ** 2,
  );
}

/** Usual power on the line of terms through a wave where it is highest. */
function usualOnLine(spectrum: Float32Array, size: number, { across, down }: Wave): number {
  let highest = 0;
  for (let direction = 0; direction < lineDirections; direction++) {
    const angle = (direction * Math.PI) / lineDirections;
    const [right, up] = [Math.cos(angle), Math.sin(angle)];
    const powers: number[] = [];
    for (let distance = lineTerms.nearest; distance <= lineTerms.farthest; distance++)
      for (const sign of [-distance, distance]) {
        const [x, y] = [across + Math.round(sign * right), down + Math.round(sign * up)];
        if (Math.hypot(x, y) >= minRepeats && Math.max(Math.abs(x), Math.abs(y)) <= size / 2)
          powers.push(amplitude(spectrum, size, x, y) ** 2);
      }
    powers.sort((one, other) => one - other);
    highest = Math.max(highest, medianOverLow * (powers[Math.floor(shareBetween * powers.length)] ?? 0));
  }
  return highest;
}

/** Amplitude of any term, of which half is stored. */
function amplitude(spectrum: Float32Array, size: number, across: number, down: number): number {
  const [column, row] = across < 0 || across > size / 2 ? [-across, -down] : [across, down];
  const at = 2 * ((((row % size) + size) % size) * (size / 2 + 1) + ((column + size) % size));
  return Math.hypot(spectrum[at]!, spectrum[at + 1]!);
}

/**
 * Distance of a wave from the highest of its terms, in terms: under the squared-sine window the highest two are as 2 -
 * d to 1 + d. Source: M. Gasior and J. L. Gonzalez, AIP Conf. Proc. 732 (2004) 276.
 */
function beside(amplitudeAt: (step: number) => number): number {
  const [before, here, after] = [amplitudeAt(-1), amplitudeAt(0), amplitudeAt(1)];
  const ratio = Math.max(before, after) / here;
  const by = Math.min(0.5, Math.max(0, (2 * ratio - 1) / (ratio + 1)));
  return after > before ? by : -by;
}
