import { ImagingError } from '../errors';
import type { Vector } from '../geometry';
import type { Image } from '../image';
import { type CorrelationPlane, latticeCorrelation } from './correlation';
import { fitHarmonics, type HarmonicFit, type Order, type Reciprocals } from './harmonic-fit';
import { type Lattice, measureLattice, reciprocalsOf, rightHalf } from './measure-lattice';
import { type CorrelationPeak, correlationPeaks } from './peaks';
import { type LatticeAxes, type LatticeNotFound, type LatticeKind, searchLattice } from './search';
import { Spectrum } from './spectrum';

/** Result of the search for a lattice; always with the autocorrelation, for display. */
export interface LatticeSearch {
  readonly correlation: CorrelationPlane;
  readonly peaks: readonly CorrelationPeak[];
  readonly found: Lattice | LatticeNotFound;
}

/** Waves finer than this, in cycles per pixel, are lost in the pixels. */
const finestWave = 0.4;
/** A wave with at least this significance (amplitude over standard error, squared) is present. */
const minSignificance = 25;
/** A wave that should not exist counts only from this strength, relative to the weaker of the two that should. */
const minStrangeShare = 0.25;
/**
 * A wave below this share of a lattice's frequency is coarser. It contradicts the lattice when it is stronger than its
 * waves by the factor below.
 */
const maxCoarseShare = 0.8;
const minCoarseRatio = 1.2;
/** With fewer repeats, the right peak is uncertain. */
const minRepeats = 3;
/** Equal axes of any usable specimen differ in length by less than this. */
const maxAxisDifference = 0.02;
/** Largest difference between the two axes of a crystal and the expected ones; beyond that they are other axes. */
const largestCrystalDifference = 0.15;
/** With a larger relative standard error the spacing is not useful. */
const maxSpacingError = 0.005;

// prettier-ignore
const overtones: readonly Order[] = [[1, 1], [1, -1], [2, 0], [0, 2], [3, 0], [0, 3], [4, 0], [0, 4]];
// prettier-ignore
const screwOvertones: readonly Order[] = [[1, 1], [1, -1], [1, 2], [1, -2], [2, 0], [0, 4]];
/** Waves that only a lattice with a larger cell has. */
// prettier-ignore
const largerCells: readonly Order[] = [
  [1 / 2, 0], [0, 1 / 2], [1 / 2, 1 / 2], [1 / 2, -1 / 2],
  [1 / 3, 0], [0, 1 / 3], [2 / 3, 0], [0, 2 / 3],
];
const fundamentalsOf = ({ secondOrder }: LatticeKind): readonly Order[] => [
  [1, 0],
  [0, secondOrder],
];
const overtonesOf = ({ secondOrder }: LatticeKind): readonly Order[] =>
  secondOrder === 1 ? overtones : screwOvertones;
/**
 * Changes of the axes that correct a wrong peak, as rows of first and second by first and second: multiples, fractions,
 * diagonals.
 */
const corrections: readonly (readonly [number, number, number, number])[] = [
  [2, 0, 0, 2],
  [1 / 2, 0, 0, 1 / 2],
  [1 / 2, 1 / 2, -1 / 2, 1 / 2],
  [1, 1, -1, 1],
  [3, 0, 0, 3],
  [1 / 3, 0, 0, 1 / 3],
];

/**
 * Finds the lattice of a grating, crystal or grid in an image: its axes from the autocorrelation, then by least squares
 * on the pixels.
 *
 * @param source shape [rows, columns], already without dark surroundings
 * @param marked the peak to start from, in pixels from the centre of the autocorrelation, X right and Y DOWN
 * @throws ImagingError 'imaging/not-finite', 'imaging/empty-image', 'imaging/bad-size', 'imaging/too-few-points' below
 * 32 pixels, 'imaging/singular-fit'
 */
export function findLattice(source: Image, kind: LatticeKind, marked?: Vector): LatticeSearch {
  const correlation = latticeCorrelation(source);
  const peaks = correlationPeaks(correlation);
  const found = unlessSingular(() => latticeFrom(source, correlation, peaks, kind, marked));
  return { correlation, peaks, found: found ?? { reason: 'no lattice' } };
}

/** Waves that cannot be fitted at all are not in the image: an image of something else, or of nothing. */
function unlessSingular<Result>(fit: () => Result): Result | undefined {
  try {
    return fit();
  } catch (error) {
    if (error instanceof ImagingError && error.code === 'imaging/singular-fit') return undefined;
    throw error;
  }
}

function latticeFrom(
  source: Image,
  correlation: CorrelationPlane,
  peaks: readonly CorrelationPeak[],
  kind: LatticeKind,
  marked: Vector | undefined,
): Lattice | LatticeNotFound {
  const searched = searchLattice(correlation, peaks, kind, marked);
  const axes = 'reason' in searched || kind.secondOrder === 1 ? searched : orderCrystalAxes(source, searched, kind);
  if (marked) {
    if ('reason' in axes) return axes;
    const refined = refine(source, axes, kind, { marked: true });
    return refined.impossible ? { reason: 'no lattice' } : judge(refined, source, axes, kind);
  }
  const spectrum = new Spectrum(source);
  const confirmed = (candidates: readonly LatticeAxes[]): Lattice | undefined => {
    for (const candidate of candidates) {
      const refined = refine(source, candidate, kind, { spectrum });
      if (refined.confirmed) return judge(refined, source, candidate, kind);
    }
    return undefined;
  };
  if ('reason' in axes) return confirmed(spectralAxes(spectrum, kind)) ?? axes;
  const first = refine(source, axes, kind, { spectrum });
  if (first.confirmed) return judge(first, source, axes, kind);
  const other = confirmed([...correctedAxes(axes, kind), ...spectralAxes(spectrum, kind)]);
  return other ?? (first.missing ? { reason: first.missing } : judge(first, source, axes, kind));
}

/** Possible axes of a grating when the image does not confirm those of its autocorrelation. */
const correctedAxes = (axes: LatticeAxes, { ridges }: LatticeKind): readonly LatticeAxes[] =>
  (ridges ? corrections : []).map(([a, b, c, d]) => {
    const { first: one, second: other } = axes;
    const first = { x: a * one.x + b * other.x, y: a * one.y + b * other.y };
    return {
      ...axes,
      first,
      second: { x: c * one.x + d * other.x, y: c * one.y + d * other.y },
      nearPeak: rightHalf(first),
    };
  });

/**
 * The axes of the strongest waves of the whole image. They may be visible where peaks of the autocorrelation are lost
 * in noise.
 */
function spectralAxes(spectrum: Spectrum, kind: LatticeKind): readonly LatticeAxes[] {
  // The first axis of a crystal is that of the closer planes. If the peak was marked as the other axis, this search
  // must not find it.
  const waves = kind.ratio < kind.secondOrder ? undefined : spectrum.lattice(kind);
  if (!waves) return [];
  const { first, second } = reciprocalsOf(waves.first, waves.second);
  return [
    {
      first,
      second: { x: kind.secondOrder * second.x, y: kind.secondOrder * second.y },
      repeats: [0, 0],
      nearPeak: rightHalf(first),
    },
  ];
}

/**
 * Makes the axis with the closer planes the first one, and the second as long as its cell, whichever multiples of them
 * the search found.
 */
function orderCrystalAxes(
  source: Image,
  axes: LatticeAxes,
  { ratio, secondOrder }: LatticeKind,
): LatticeAxes | LatticeNotFound {
  const strongest = (orders: readonly Order[]): number => {
    const { harmonics } = fitHarmonics(source, reciprocals, visible(reciprocals, orders), { hold: true });
    const {
      order: [h, k],
    } = harmonics.reduce((best, each) => (each.amplitude > best.amplitude ? each : best));
    return h + k;
  };
  const reciprocals = reciprocalsOf(axes.first, axes.second);
  const planes = [
    {
      vector: axes.first,
      order: strongest([
        [1, 0],
        [2, 0],
        [3, 0],
      ]),
    },
    {
      vector: axes.second,
      order: strongest([
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
      ]),
    },
  ].map(({ vector: { x, y }, order }) => ({ x: x / order, y: y / order }));
  const [short, long] = planes.sort((one, other) => Math.hypot(one.x, one.y) - Math.hypot(other.x, other.y)) as [
    Vector,
    Vector,
  ];
  const second = { x: secondOrder * long.x, y: secondOrder * long.y };
  const [expected, length] = [ratio * Math.hypot(short.x, short.y), Math.hypot(second.x, second.y)];
  if (Math.abs(expected - length) / Math.max(expected, length) > largestCrystalDifference)
    return { reason: 'distances', first: Math.hypot(short.x, short.y), second: length };
  return { ...axes, first: short, second, nearPeak: rightHalf(short) };
}

/** A fit and whether the image confirms it. */
interface Refined {
  readonly fit: HarmonicFit | undefined;
  readonly confirmed: boolean;
  /** The part of this lattice that the image lacks. */
  readonly missing: 'no lattice' | 'one direction' | undefined;
  /** True when such waves cannot be in this image, whatever a person marked. */
  readonly impossible?: boolean;
  readonly remarks: readonly string[];
}

interface Refining {
  readonly spectrum?: Spectrum;
  /** True when a person said which peak is the first axis: finer lines that are stronger do not contradict it. */
  readonly marked?: boolean;
}

function refine(source: Image, axes: LatticeAxes, kind: LatticeKind, { spectrum, marked = false }: Refining): Refined {
  const start = reciprocalsOf(axes.first, axes.second);
  const fundamentals = fundamentalsOf(kind);
  const unconfirmed = (): Refined => ({
    fit: undefined,
    confirmed: false,
    missing: missingOf(fitHarmonics(source, start, fundamentals, { hold: true })),
    remarks: ['The peaks of the autocorrelation are not confirmed by the image itself.'],
  });
  // Lines that are finer than the pixels can show are those of the noise.
  if (visible(start, fundamentals).length < 2)
    return { fit: undefined, confirmed: false, missing: 'no lattice', impossible: true, remarks: [] };
  try {
    // Diagonal waves that are stronger than the fundamental ones would pull these where they are not fitted too.
    const first = visible(start, marked ? [...fundamentals, [1, 1], [1, -1]] : fundamentals);
    const rough = fitHarmonics(source, start, first, { errors: false });
    if (difference(rough.reciprocals, start) > 0.05) return unconfirmed();
    const fit = fitHarmonics(
      source,
      rough.reciprocals,
      visible(rough.reciprocals, [...fundamentals, ...overtonesOf(kind)]),
    );
    if (difference(fit.reciprocals, start) > 0.05) return unconfirmed();
    const remarks = [
      ...strangeWaves(source, fit, kind, marked),
      ...(spectrum && kind.ridges ? coarserWaves(spectrum, fit) : []),
    ];
    return { fit, confirmed: remarks.length === 0, missing: missingOf(fit), remarks };
  } catch (error) {
    if (error instanceof ImagingError)
      return { fit: undefined, confirmed: false, missing: 'no lattice', impossible: true, remarks: [] };
    throw error;
  }
}

/** Finds which of the two waves that make a lattice, and are the first that were fitted, is missing in the image. */
function missingOf({ harmonics }: HarmonicFit): Refined['missing'] {
  const absent = harmonics.slice(0, 2).filter(({ significance }) => significance < minSignificance).length;
  return absent === 2 ? 'no lattice' : absent === 1 ? 'one direction' : undefined;
}

/**
 * True when an image holds stronger waves than those of a lattice that fit lines farther apart, as when a multiple of
 * their frequency was found.
 */
function coarserWaves(spectrum: Spectrum, { reciprocals: { first, second } }: HarmonicFit): readonly string[] {
  const lower = Math.min(Math.hypot(first.x, first.y), Math.hypot(second.x, second.y));
  const weaker = Math.min(...[first, second].map((vector) => spectrum.near(vector, 0).amplitude));
  const [strongest] = spectrum.strongest(1, maxCoarseShare * lower);
  return strongest && strongest.amplitude > minCoarseRatio * weaker
    ? ['Waves that are farther apart than these lines are stronger: the true spacing may be a multiple of this one.']
    : [];
}

function judge(
  { fit, confirmed, remarks: strange }: Refined,
  source: Image,
  axes: LatticeAxes,
  kind: LatticeKind,
): Lattice {
  const remarks = [...strange];
  const lattice = measureLattice(
    fit ?? { reciprocals: reciprocalsOf(axes.first, axes.second), covariance: undefined },
    source,
    axes,
    kind,
  );
  const [first, second] = [lattice.lengths[0], lattice.lengths[1] / kind.ratio];
  const difference = Math.abs(first - second) / Math.max(first, second);
  if (Math.min(...lattice.repeats) < minRepeats)
    remarks.push(`Only ${Math.min(...lattice.repeats).toFixed(1)} repeats lie across the image.`);
  if (difference > maxAxisDifference)
    remarks.push(`The spacings along the two axes differ by ${(100 * difference).toFixed(1)} %.`);
  if (!(lattice.spacingError < maxSpacingError * lattice.spacing))
    remarks.push('The spacing is uncertain by more than 0.5 %.');
  return { ...lattice, confirmed, contradictions: strange, remarks };
}

/** Waves in the image that contradict a lattice. */
function strangeWaves(
  source: Image,
  { reciprocals, harmonics }: HarmonicFit,
  kind: LatticeKind,
  marked: boolean,
): readonly string[] {
  // They are the first that were fitted.
  const known = harmonics.slice(0, 2);
  if (known.some(({ significance }) => significance < minSignificance))
    return ['The lines of the lattice hardly stand out from the rest of the image.'];
  const weaker = Math.min(...known.map((harmonic) => harmonic.amplitude));
  const stronger = Math.max(...known.map((harmonic) => harmonic.amplitude));
  const remarks: string[] = [];
  const present = harmonics.filter(({ significance }) => significance >= minSignificance).map(({ order }) => order);
  const larger = fitHarmonics(source, reciprocals, [...present, ...largerCells], { hold: true }).harmonics.slice(
    present.length,
  );
  if (
    larger.some(
      ({ significance, amplitude }) => significance >= minSignificance && amplitude > minStrangeShare * weaker,
    )
  )
    remarks.push('The image holds lines that are farther apart: the true spacing may be a multiple of this one.');
  if (
    kind.secondOrder === 1 &&
    !marked &&
    harmonics.some(({ order: [h, k], amplitude }) => Math.abs(h) + Math.abs(k) > 1 && amplitude > 1.5 * stronger)
  )
    remarks.push(
      'Finer lines are stronger than the ones that were found: the true spacing may be a fraction of this one.',
    );
  return remarks;
}

const visible = ({ first, second }: Reciprocals, orders: readonly Order[]): readonly Order[] =>
  orders.filter(
    ([h, k]) => Math.max(Math.abs(h * first.x + k * second.x), Math.abs(h * first.y + k * second.y)) < finestWave,
  );

/** The largest relative difference between two pairs of vectors. */
function difference(one: Reciprocals, other: Reciprocals): number {
  const off = (p: Vector, q: Vector): number => Math.hypot(p.x - q.x, p.y - q.y) / Math.hypot(q.x, q.y);
  return Math.max(off(one.first, other.first), off(one.second, other.second));
}
