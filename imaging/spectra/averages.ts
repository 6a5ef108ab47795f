import { badArgument } from '../errors';
import { type Image, layoutOf } from '../image';

/** A curve of means over the spatial frequency. */
export interface RadialCurve {
  /** Mean frequency of the pixels in each bin, cycles per pixel; the middle of the bin where there is none. */
  readonly frequencies: Float64Array;
  /** Mean value of each bin; NaN where no pixel fell into it. */
  readonly values: Float64Array;
  /** Pixels in each bin. */
  readonly counts: Uint32Array;
}

/** Options of an average over frequency. */
export interface RadialOptions {
  /** Number of bins from 0 up to the highest frequency; default half of the larger side of the spectrum. */
  readonly binCount?: number;
  /** End of the last bin in cycles per pixel; default 0.5 (Nyquist). The corners reach 0.707. */
  readonly highestFrequency?: number;
}

/**
 * The rotational mean of a spectrum (or of anything with zero frequency at row `rows / 2` rounded down, column `columns / 2`).
 *
 * Frequencies are in cycles per pixel in both directions, so the spectra of images that are not square come out round.
 * NaN pixels make the mean of their bin NaN.
 *
 * @throws ImagingError 'imaging/bad-argument' for options out of range, 'imaging/empty-image'
 */
export function radialAverage(spectrum: Image, options: RadialOptions = {}): RadialCurve {
  return accumulate(spectrum, options, 1, 'radialAverage', (x, y) => Math.sqrt(x * x + y * y))[0] as RadialCurve;
}

/** The mean of a spectrum over one pair of opposite sectors. */
export interface SectorCurve extends RadialCurve {
  /** Direction of the middle of the sector in degrees, counter-clockwise from X (Y up), from 0 to below 180. */
  readonly angle: number;
}

/**
 * The means of a spectrum over pairs of opposite sectors, for astigmatism, drift and the direction of a lattice.
 *
 * Sector k is centred at k * 180 / sectorCount degrees, counter-clockwise from X with Y UP. Zero frequency belongs to no direction and
 * is left out.
 *
 * @param sectorCount sectors in half a turn, from 2
 * @throws ImagingError 'imaging/bad-argument' for options out of range, 'imaging/empty-image'
 */
export function sectorAverages(spectrum: Image, sectorCount: number, options: RadialOptions = {}): SectorCurve[] {
  if (!Number.isInteger(sectorCount) || sectorCount < 2)
    throw badArgument('sectorAverages', `${sectorCount} sectors in half a turn cannot be`);
  const curves = accumulate(spectrum, options, sectorCount, 'sectorAverages', (x, y) =>
    x === 0 && y === 0 ? -1 : Math.sqrt(x * x + y * y),
  );
  return curves.map((curve, sector) => ({ ...curve, angle: (180 * sector) / sectorCount }));
}

/** Astigmatism that makes the rings of a power spectrum elliptical. */
export interface Astigmatism {
  /** Defocus along the axis and across it, in one unit of length; underfocus positive, both of one sign. */
  readonly along: number;
  readonly across: number;
  /** Direction of the axis in degrees, counter-clockwise from X, Y UP. */
  readonly angle: number;
  /** Spherical aberration, electron wavelength and pixel size in the unit of the defocus; default: no spherical aberration. */
  readonly lens?: { readonly sphericalAberration: number; readonly wavelength: number; readonly pixelSize: number };
}

/**
 * The mean of a power spectrum along lines of equal phase of an astigmatic contrast transfer function.
 *
 * Each pixel is counted at the frequency s' at which a microscope of the mean defocus z has the phase that its own
 * defocus z(angle) = z + (along - across) / 2 * cos 2 (angle - axis) gives at its frequency s: with the phase pi w z
 * s^2 - pi/2 Cs w^3 s^4 (w the wavelength, Cs the spherical aberration) a quadratic equation in s'^2, without Cs simply
 * s' = s sqrt(z(angle) / z). So the rings of an astigmatic image are not blurred. This is the equi-phase average of K.
 * Zhang, Journal of Structural Biology 193 (2016) 1-12. The frequencies of the result are those s'. Beyond the
 * frequency where Cs turns the phase round, pixels are counted at their own s.
 *
 * @throws ImagingError 'imaging/bad-argument' when the two defocus values are not of one sign, or options are out of
 * range
 */
export function equiphaseAverage(spectrum: Image, astigmatism: Astigmatism, options: RadialOptions = {}): RadialCurve {
  const where = 'equiphaseAverage';
  const { along, across, angle, lens } = astigmatism;
  if (!(along * across > 0) || !Number.isFinite(along + across + angle)) {
    throw badArgument(
      where,
      `the defocus ${along} along and ${across} across the axis are not both under or both over focus`,
    );
  }
  if (lens && !(lens.pixelSize > 0 && lens.wavelength > 0 && Number.isFinite(lens.sphericalAberration)))
    throw badArgument(where, 'the lens is not described by finite numbers');
  const mean = (along + across) / 2;
  const half = (along - across) / 2;
  const axis = (angle * Math.PI) / 180;
  // Cs w^2 / 2 for frequencies in cycles per pixel: what the phase loses against z s^2.
  const loss = lens ? (lens.sphericalAberration * lens.wavelength ** 2) / (2 * lens.pixelSize ** 2) : 0;
  const frequencyOf = (x: number, y: number): number => {
    const square = x * x + y * y;
    const own = mean + half * Math.cos(2 * (Math.atan2(y, x) - axis));
    if (loss === 0) return Math.sqrt((square * own) / mean);
    const phase = own * square - loss * square * square;
    const discriminant = mean * mean - 4 * loss * phase;
    const turned = (own - 2 * loss * square) * own < 0;
    if (turned || discriminant < 0) return Math.sqrt(square);
    return Math.sqrt((2 * phase) / (mean + Math.sign(mean) * Math.sqrt(discriminant)));
  };
  return accumulate(spectrum, options, 1, where, frequencyOf)[0] as RadialCurve;
}

/** Counts every pixel into its sector and ring; `frequencyOf` gives its frequency from X and Y (up), below 0 to leave it out. */
function accumulate(
  spectrum: Image,
  options: RadialOptions,
  sectors: number,
  where: string,
  frequencyOf: (x: number, y: number) => number,
): RadialCurve[] {
  const { data, rows, columns, rowStride, columnStride, offset } = layoutOf(spectrum, where);
  const { binCount = Math.max(1, Math.floor(Math.max(rows, columns) / 2)), highestFrequency = 0.5 } = options;
  if (!Number.isInteger(binCount) || binCount < 1) throw badArgument(where, `${binCount} bins cannot be`);
  if (!(highestFrequency > 0 && Number.isFinite(highestFrequency)))
    throw badArgument(where, `a highest frequency of ${highestFrequency} cannot be`);
  const values = new Float64Array(sectors * binCount);
  const frequencies = new Float64Array(sectors * binCount);
  const counts = new Uint32Array(sectors * binCount);
  const width = highestFrequency / binCount;
  const middleRow = Math.floor(rows / 2);
  const middleColumn = Math.floor(columns / 2);
  for (let row = 0; row < rows; row++) {
    const y = (middleRow - row) / rows;
    const start = offset + row * rowStride;
    for (let column = 0; column < columns; column++) {
      const x = (column - middleColumn) / columns;
      const frequency = frequencyOf(x, y);
      const bin = Math.floor(frequency / width);
      if (!(bin >= 0 && bin < binCount)) continue;
      const sector = sectors === 1 ? 0 : (Math.round((Math.atan2(y, x) * sectors) / Math.PI) + 2 * sectors) % sectors;
      const index = sector * binCount + bin;
      (values[index] as number) += data[start + column * columnStride] as number;
      (frequencies[index] as number) += frequency;
      (counts[index] as number)++;
    }
  }
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] as number;
    values[index] = (values[index] as number) / count;
    frequencies[index] = count > 0 ? (frequencies[index] as number) / count : ((index % binCount) + 0.5) * width;
  }
  return Array.from({ length: sectors }, (_, sector) => {
    const from = sector * binCount;
    const to = from + binCount;
    return { frequencies: frequencies.slice(from, to), values: values.slice(from, to), counts: counts.slice(from, to) };
  });
}
