import type { BeamTiltUnits, Vector } from '../../../../core/base';
import { type TiltPattern, type TiltSeries, takeTiltSeries } from '../../../../core/tuning';
import { type Image, findPeriodicity, fixedPattern, leastSquares } from '../../../../imaging';
import { btidErrors } from './btid-errors';
import type { BtidPlace, BtidUses, BtidRun } from './btid-place';

/** Evidence from the images themselves. */
export interface SeenInImages {
  /** Period of a specimen that repeats, in unbinned pixels. */
  period: number | undefined;
  /** Largest correlation of what does not move with the specimen, where it is beyond chance. */
  pattern: number;
  /** Largest displacement between two compared images, in unbinned pixels. */
  largestShift: number;
  /** Sum and number of the correlations of neighbours. */
  correlations: number[];
  images: number;
}

/** Circumstances of one pattern of tilts. */
export interface Shot {
  /** In a sentence: `at -6 um`. */
  readonly when: string;
  readonly title: string;
  /** Images before each that it is compared with. */
  readonly reach: number;
  /** Smallest share of the brightest image that each must have. */
  readonly minBrightness: number;
  /** Beam tilt from which the pattern counts; that of the start by default. */
  readonly base?: Vector<BeamTiltUnits>;
  /** Expected place at a tilt, in unbinned pixels, Y up. */
  readonly expected?: ((tilt: Vector) => Vector) | undefined;
}

/** Displacement in pixels of the images from which a pattern of the camera is distinguished from the specimen. */
const minApart = 20;
/** Multiple of chance from which such a pattern is there. */
const minPattern = 7;
/** Difference of a shift from what the others say, in its standard errors, beyond which one of them is wrong. */
const maxContradiction = 5;
/** Standard error of a pair beyond its noise, in compared pixels, for that. */
const closureFloor = 0.1;
/** Pairs for each image that must be left of a series. */
const minPairsPerImage = 1.25;
/** Images of a series above which each needs two others that hold it up. */
const minForTwo = 3;

/** Takes patterns of tilts, each again where its images could not be compared, and notes what is seen in them. */
export class BtidImages {
  readonly seen: SeenInImages = { period: undefined, pattern: 0, largestShift: 0, correlations: [], images: 0 };
  private looked = false;

  /**
   * @param brightness mean counts of an image with a less tilted beam
   * @param total images of the whole run, for the progress
   */
  constructor(
    private readonly run: BtidRun,
    private readonly use: BtidUses,
    private readonly place: BtidPlace,
    private readonly brightness: number,
    private readonly total: number,
  ) {}

  /** Takes one pattern. Throws `btid/images-lost` or `btid/beam-cut`. */
  async take(tilts: TiltPattern, shot: Shot): Promise<TiltSeries> {
    let why = '';
    for (let attempt = 0; attempt < 2; attempt++) {
      const series = await this.attempt(tilts, shot);
      const means = series.views.map(({ mean }) => mean);
      const share = Math.min(...means) / Math.max(this.brightness, ...means);
      if (share < shot.minBrightness) throw btidErrors.beamCut(shot.when, share);
      const usable = withoutWrongPairs(series);
      if (typeof usable !== 'string') return usable;
      why = usable;
      this.run.operator.log(`The images ${shot.when} could not be compared: ${why}.`);
    }
    throw btidErrors.lost(shot.when, why);
  }

  private async attempt(
    tilts: TiltPattern,
    { when, title, reach, expected, base = this.place.base }: Shot,
  ): Promise<TiltSeries> {
    const { run, use, place, seen } = this;
    const { exposure, settling, largestSide } = place;
    let images: readonly Image[] = [];
    const series = await takeTiltSeries(
      { beamTilt: use.beamTilt, acquisition: use.acquisition, clock: run.clock },
      {
        tilts,
        base,
        exposure,
        settling,
        largestSide,
        title,
        reach,
        signal: run.signal,
        expected,
        progress: (image) => {
          run.operator.progress({
            done: Math.min(this.total, seen.images),
            total: this.total,
            text: `${when}, image ${image + 1} of ${tilts.length}`,
          });
          seen.images += 1;
        },
        look: (all) => {
          images = all;
        },
      },
    );
    this.lookAt(series, images);
    return series;
  }

  private lookAt({ pairs, comparedPixel }: TiltSeries, images: readonly Image[]): void {
    const { seen, place } = this;
    const { binning } = place.exposure;
    const [first] = images;
    if (first && !this.looked) {
      this.looked = true;
      const period = findPeriodicity(first)?.period;
      seen.period = period === undefined ? undefined : period * binning;
    }
    for (const { earlier, later, shift, correlation, findings } of pairs) {
      if (findings.length > 0) continue;
      const moved = Math.hypot(shift.x, shift.y);
      seen.largestShift = Math.max(seen.largestShift, moved);
      if (later - earlier === 1) seen.correlations.push(correlation);
      const [one, other] = [images[earlier], images[later]];
      // Every pair would take as long as comparing them.
      if (seen.pattern > 0 || later !== 1 || moved < minApart * Math.max(binning, comparedPixel) || !one || !other)
        continue;
      const found = fixedPattern(one, other);
      if (found.significance > minPattern) seen.pattern = found.correlation;
    }
  }
}

/** A series without the pairs that are not trusted or contradict the others, as long as the rest connects all images; otherwise the reason. */
function withoutWrongPairs(series: TiltSeries): TiltSeries | string {
  const count = series.views.length;
  let good = series.pairs.filter(({ findings }) => findings.length === 0);
  if (!(count > minForTwo ? held : connected)(good, count)) {
    const wrong = series.pairs.find(({ findings }) => findings.length > 0);
    return wrong?.findings[0]?.text ?? 'no two images fit to each other';
  }
  for (;;) {
    const { pair, size } = worstPair(good, count, closureFloor * series.comparedPixel);
    if (size <= maxContradiction) return { ...series, pairs: good };
    const rest = good.filter((each) => each !== pair);
    // A pair that nothing else holds up may be right while the others are wrong.
    if (rest.length < minPairsPerImage * count || !held(rest, count))
      return `their shifts contradict each other by ${size.toFixed(0)} standard errors`;
    good = rest;
  }
}

type Pairs = TiltSeries['pairs'];

function connected(pairs: Pairs, count: number): boolean {
  const reached = new Set([0]);
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { earlier, later } of pairs) {
      if (reached.has(earlier)) reached.add(later);
      if (reached.has(later)) reached.add(earlier);
    }
  }
  return reached.size === count;
}

/** True when all images are connected, and each by two pairs at least: a single wrong one would misplace it. */
const held = (pairs: Pairs, count: number): boolean =>
  connected(pairs, count) &&
  Array.from({ length: count }, (_, at) => pairs.filter(({ earlier, later }) => earlier === at || later === at)).every(
    (own) => own.length > 1,
  );

/** The pair whose shift differs most from the places of the images that all pairs together give, in its standard errors. */
function worstPair(
  pairs: Pairs,
  count: number,
  floor: number,
): { readonly pair: Pairs[number]; readonly size: number } {
  const rows = pairs.map(({ earlier, later }) =>
    Array.from({ length: count - 1 }, (_, at) => Number(at + 1 === earlier) - Number(at + 1 === later)),
  );
  let worst = { pair: pairs[0]!, size: 0 };
  for (const axis of ['x', 'y'] as const) {
    const errors = pairs.map(({ standardError }) => Math.hypot(standardError[axis], floor));
    const { residuals } = leastSquares(
      rows,
      pairs.map(({ shift }) => shift[axis]),
      { weights: errors.map((each) => 1 / each ** 2), variance: 1 },
    );
    for (const [at, residual] of residuals.entries()) {
      const size = Math.abs(residual) / errors[at]!;
      if (size > worst.size) worst = { pair: pairs[at]!, size };
    }
  }
  return worst;
}
