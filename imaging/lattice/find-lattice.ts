import { ImagingError } from '../errors';
import type { Vector } from '../geometry';
import type { Image } from '../image';
import { type CorrelationPlane, latticeCorrelation } from './correlation';
import { fitHarmonics, type HarmonicFit, type Order, type Reciprocals } from './harmonic-fit';
import { type Lattice, measureLattice, reciprocalsOf, rightHalf } from './measure-lattice';
import { type CorrelationPeak, correlationPeaks } from './peaks';
import { type LatticeAxes, type LatticeFailure, type LatticeKind, searchLattice } from './search';
import { Spectrum } from './spectrum';

/** What came of looking for a lattice; the autocorrelation is there to be shown in any case. */
export interface LatticeSearch {
  readonly correlation: CorrelationPlane;
  readonly peaks: readonly CorrelationPeak[];
  readonly found: Lattice | LatticeFailure;
}

/** Waves finer than this, in cycles a pixel, are lost in the pixels. */
const finestWave = 0.4;
/** A wave whose amplitude is this many standard errors squared is there. */
const certain = 25;
/** A wave that should not be there counts when it is also this strong beside the weaker of the two that should. */
const strongShare = 0.25;
/** Waves below this share of the frequency of a lattice are coarser; they speak against it when they are this much stronger than its own. */
const coarser = 0.8;
const strongCoarse = 1.2;
/** Fewer repeats than this say little about which peak is the right one. */
const fewRepeats = 3;
/** The lengths of equal axes differ by less than this on any specimen worth measuring. */
const unequalAxes = 0.02;
/** The two axes of a crystal may differ from what is expected by less than this, or they are other axes. */
const largestCrystalDifference = 0.15;
/** A larger relative standard error of the spacing is not good enough for anything. */
const poorPrecision = 0.005;

const overtones: readonly Order[] = [
  [1, 1],
  [1, -1],
  [2, 0],
  [0, 2],
  [3, 0],
  [0, 3],
  [4, 0],
  [0, 4],
];
const screwOvertones: readonly Order[] = [
  [1, 1],
  [1, -1],
  [1, 2],
  [1, -2],
  [2, 0],
  [0, 4],
];
/** Waves that only a lattice with a larger cell has. */
const largerCells: readonly Order[] = [
  [1 / 2, 0],
  [0, 1 / 2],
  [1 / 2, 1 / 2],
  [1 / 2, -1 / 2],
  [1 / 3, 0],
  [0, 1 / 3],
  [2 / 3, 0],
  [0, 2 / 3],
];
const fundamentalsOf = ({ secondOrder }: LatticeKind): readonly Order[] => [
  [1, 0],
  [0, secondOrder],
];
const overtonesOf = ({ secondOrder }: LatticeKind): readonly Order[] =>
  secondOrder === 1 ? overtones : screwOvertones;
/** Changes of the axes, as rows of first and second by first and second, that make up for a wrong peak: multiples, fractions, diagonals. */
const corrections: readonly (readonly [number, number, number, number])[] = [
  [2, 0, 0, 2],
  [1 / 2, 0, 0, 1 / 2],
  [1 / 2, 1 / 2, -1 / 2, 1 / 2],
  [1, 1, -1, 1],
  [3, 0, 0, 3],
  [1 / 3, 0, 0, 1 / 3],
];

/**
 * Finds the lattice of a grating, crystal or grid in an image: its axes from the autocorrelation, then by least squares on the pixels.
 *
 * @param source shape [rows, columns], already without dark surroundings
 * @param marked the peak to start from, in pixels from the centre of the autocorrelation, X right and Y DOWN
 * @throws ImagingError 'imaging/not-finite', 'imaging/empty-image', 'imaging/bad-size', 'imaging/too-few-points' below 32 pixels, 'imaging/singular-fit'
 */
export function findLattice(source: Image, kind: LatticeKind, marked?: Vector): LatticeSearch {
  const correlation = latticeCorrelation(source);
  const peaks = correlationPeaks(correlation);
  const searched = searchLattice(correlation, peaks, kind, marked);
  const axes = 'failure' in searched || kind.secondOrder === 1 ? searched : orderCrystalAxes(source, searched, kind);
  if (marked)
    return {
      correlation,
      peaks,
      found: 'failure' in axes ? axes : judge(refine(source, axes, kind), source, axes, kind),
    };
  const spectrum = new Spectrum(source);
  const confirmed = (candidates: readonly LatticeAxes[]): Lattice | undefined => {
    for (const candidate of candidates) {
      const refined = refine(source, candidate, kind, spectrum);
      if (refined.confirmed) return judge(refined, source, candidate, kind);
    }
    return undefined;
  };
  if ('failure' in axes) return { correlation, peaks, found: confirmed(spectralAxes(spectrum, kind)) ?? axes };
  const first = refine(source, axes, kind, spectrum);
  if (first.confirmed) return { correlation, peaks, found: judge(first, source, axes, kind) };
  const other = confirmed([...correctedAxes(axes, kind), ...spectralAxes(spectrum, kind)]);
  return {
    correlation,
    peaks,
    found: other ?? (first.missing ? { failure: first.missing } : judge(first, source, axes, kind)),
  };
}

/** What a grating's axes may be when the image does not confirm those that its autocorrelation gave. */
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

/** The axes of the strongest waves of the whole image, which may stand out where peaks of the autocorrelation are lost in noise. */
function spectralAxes(spectrum: Spectrum, kind: LatticeKind): readonly LatticeAxes[] {
  // The first axis of a crystal is that of the closer planes; one that is told otherwise is not to be found all the same.
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

/** Makes the axis with the closer planes the first one, and the second as long as its cell is, whichever multiples of them the search met. */
function orderCrystalAxes(
  source: Image,
  axes: LatticeAxes,
  { ratio, secondOrder }: LatticeKind,
): LatticeAxes | LatticeFailure {
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
    return { failure: 'distances', first: Math.hypot(short.x, short.y), second: length };
  return { ...axes, first: short, second, nearPeak: rightHalf(short) };
}

/** A fit and whether the image confirms it. */
interface Refined {
  readonly fit: HarmonicFit | undefined;
  readonly confirmed: boolean;
  /** What the image lacks of this lattice. */
  readonly missing: 'no lattice' | 'one direction' | undefined;
  readonly doubts: readonly string[];
}

function refine(source: Image, axes: LatticeAxes, kind: LatticeKind, spectrum?: Spectrum): Refined {
  const start = reciprocalsOf(axes.first, axes.second);
  const fundamentals = fundamentalsOf(kind);
  const unconfirmed = (): Refined => ({
    fit: undefined,
    confirmed: false,
    missing: missingOf(fitHarmonics(source, start, fundamentals, { hold: true })),
    doubts: ['The peaks of the autocorrelation are not confirmed by the image itself.'],
  });
  if (visible(start, fundamentals).length < 2) return { ...unconfirmed(), missing: undefined };
  try {
    const rough = fitHarmonics(source, start, fundamentals, { errors: false });
    if (difference(rough.reciprocals, start) > 0.05) return unconfirmed();
    const fit = fitHarmonics(
      source,
      rough.reciprocals,
      visible(rough.reciprocals, [...fundamentals, ...overtonesOf(kind)]),
    );
    if (difference(fit.reciprocals, start) > 0.05) return unconfirmed();
    const doubts = [
      ...strangeWaves(source, fit, kind),
      ...(spectrum && kind.ridges ? coarserWaves(spectrum, fit) : []),
    ];
    return { fit, confirmed: doubts.length === 0, missing: missingOf(fit), doubts };
  } catch (error) {
    if (error instanceof ImagingError) return { fit: undefined, confirmed: false, missing: 'no lattice', doubts: [] };
    throw error;
  }
}

/** Which of the two waves that make a lattice, and are the first that were fitted, are not in the image. */
function missingOf({ harmonics }: HarmonicFit): Refined['missing'] {
  const absent = harmonics.slice(0, 2).filter(({ significance }) => significance < certain).length;
  return absent === 2 ? 'no lattice' : absent === 1 ? 'one direction' : undefined;
}

/** Whether an image holds stronger waves than those of a lattice that go together with lines farther apart, as when a multiple of their frequency was found. */
function coarserWaves(spectrum: Spectrum, { reciprocals: { first, second } }: HarmonicFit): readonly string[] {
  const lower = Math.min(Math.hypot(first.x, first.y), Math.hypot(second.x, second.y));
  const weaker = Math.min(...[first, second].map((vector) => spectrum.near(vector, 0).amplitude));
  const [strongest] = spectrum.strongest(1, coarser * lower);
  return strongest && strongest.amplitude > strongCoarse * weaker
    ? ['Waves that are farther apart than these lines are stronger: the true spacing may be a multiple of this one.']
    : [];
}

function judge(
  { fit, confirmed, doubts: strange }: Refined,
  source: Image,
  axes: LatticeAxes,
  kind: LatticeKind,
): Lattice {
  const doubts = [...strange];
  const lattice = measureLattice(
    fit ?? { reciprocals: reciprocalsOf(axes.first, axes.second), covariance: undefined },
    source,
    axes,
    kind,
  );
  const [first, second] = [lattice.lengths[0], lattice.lengths[1] / kind.ratio];
  const difference = Math.abs(first - second) / Math.max(first, second);
  if (Math.min(...lattice.repeats) < fewRepeats)
    doubts.push(`Only ${Math.min(...lattice.repeats).toFixed(1)} repeats lie across the image.`);
  if (difference > unequalAxes)
    doubts.push(`The spacings along the two axes differ by ${(100 * difference).toFixed(1)} %.`);
  if (!(lattice.spacingError < poorPrecision * lattice.spacing))
    doubts.push('The spacing is uncertain by more than 0.5 %.');
  return { ...lattice, confirmed, doubts };
}

/** What the waves in the image say against a lattice. */
function strangeWaves(source: Image, { reciprocals, harmonics }: HarmonicFit, kind: LatticeKind): readonly string[] {
  // They are the first that were fitted.
  const known = harmonics.slice(0, 2);
  if (known.some(({ significance }) => significance < certain))
    return ['The lines of the lattice hardly stand out from the rest of the image.'];
  const weaker = Math.min(...known.map((harmonic) => harmonic.amplitude));
  const stronger = Math.max(...known.map((harmonic) => harmonic.amplitude));
  const doubts: string[] = [];
  const present = harmonics.filter(({ significance }) => significance >= certain).map(({ order }) => order);
  const larger = fitHarmonics(source, reciprocals, [...present, ...largerCells], { hold: true }).harmonics.slice(
    present.length,
  );
  if (larger.some(({ significance, amplitude }) => significance >= certain && amplitude > strongShare * weaker))
    doubts.push('The image holds lines that are farther apart: the true spacing may be a multiple of this one.');
  if (
    kind.secondOrder === 1 &&
    harmonics.some(({ order: [h, k], amplitude }) => Math.abs(h) + Math.abs(k) > 1 && amplitude > 1.5 * stronger)
  )
    doubts.push(
      'Finer lines are stronger than the ones that were found: the true spacing may be a fraction of this one.',
    );
  return doubts;
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
