import type { Vector } from '../coordinates';
import { badArgument, shapeMismatch } from '../errors';
import { transformAffine } from '../geometry';
import { type Image, layoutOf } from '../image';
import { reduce } from '../reduction';
import type { DisplacementFinding } from './displacement';
import { ringPeak, ringSpectrum, type RingSpectrum } from './ring-correlation';
import { invertedMap, mapped, matrixOf, refineSimilarity, type SimilarityMap } from './similarity-fit';

/** Range from its lower to its upper end. */
type SimilarityRange = readonly [number, number];

/** Limits of a search over scale and rotation. */
export interface SimilarityOptions {
  /** Lowest and highest scale. */
  readonly scale: SimilarityRange;
  /** Lowest and highest rotation in degrees, counter-clockwise. */
  readonly rotation: SimilarityRange;
}

/**
 * Scale, rotation and shift that bring the later of two images onto the reference: a feature at p in `later` is at `scale * turn(rotation) * p + shift` in
 * `reference`, in pixels from the centres, X right, Y up.
 */
export interface Similarity {
  readonly scale: number;
  /** Degrees, counter-clockwise. */
  readonly rotation: number;
  readonly shift: Vector;
  readonly standardErrors: { readonly scale: number; readonly rotation: number; readonly shift: Vector };
  /** Correlation of the search in standard deviations of that of unrelated images. */
  readonly significance: number;
  /** The next best scale, rotation and shift that is another answer; undefined where there is none. */
  readonly rival?: {
    readonly scale: number;
    readonly rotation: number;
    readonly shift: Vector;
    /** Its significance as a share of that of the answer. */
    readonly height: number;
  };
  /** Number of parts of the field in which the images agree, and of those that both show. */
  readonly parts: { readonly agreeing: number; readonly compared: number };
  /** True when there is no finding. */
  readonly trusted: boolean;
  readonly findings: readonly DisplacementFinding[];
}

const where = 'findSimilarity';
/** Side in pixels to which images are reduced for the search. */
const searchSide = 128;
/** Highest frequency that the search compares, in cycles per pixel: another defocus turns the contrast of finer detail first. */
const highestFrequency = 0.25;
/** Side in pixels to which they are reduced for the first fit. */
const firstFitSide = 256;
/** Number of smaller steps in one of the search, at most. */
const climbedSteps = 16;
/** Side in pixels to which they are reduced for the fit. */
const fitSide = 640;
const minSide = 64;
/**
 * Step of the search, as a ratio of scales and in radians: half of it moves the rim of an image of 128 pixels by 1 pixel, a quarter of the finest detail that is compared.
 */
const searchStep = 0.035;
/** Difference of two answers in pixels of the search, at a corner, from which they are not the same. */
const otherAnswer = 12;
/** Height of a rival above which the choice is a guess. */
const maxRivalHeight = 0.8;
/** Share of the compared parts that has to agree, and their fewest number. */
const [minShare, minAgreeing] = [0.5, 6];
/** Significance of the search below which an answer needs more than its parts. */
const minSignificance = 7;
/** Number of answers of the search that are refined until one holds. */
const candidateCount = 3;
const degrees = 180 / Math.PI;

interface Candidate extends SimilarityMap {
  readonly significance: number;
  /** Height of another shift at the same scale and rotation. */
  readonly rivalHeight: number;
}

/**
 * Finds the scale, the rotation and the shift between two images of one place, also at different defocus, with noise, and where they show only a part in common.
 *
 * All scales and rotations of the range are tried on small images, so that the runner-up is known; the best is refined by the whole field. Undefined
 * where nothing agrees at all.
 *
 * @throws ImagingError 'imaging/shape-mismatch' for images of different sizes, 'imaging/bad-argument' for an empty range or images below 64 pixels
 */
export function findSimilarity(later: Image, reference: Image, options: SimilarityOptions): Similarity | undefined {
  const layout = check(later, reference, options);
  const [low, high] = options.scale;
  // A map that makes the image smaller would mix detail that is too fine; it is found as the map back.
  if (low * high >= 1) return search(later, reference, options, layout);
  const { scale, rotation } = options;
  const back = search(
    reference,
    later,
    { scale: [1 / scale[1], 1 / scale[0]], rotation: [-rotation[1], -rotation[0]] },
    layout,
  );
  return back && turnedBack(back);
}

function check(later: Image, reference: Image, { scale, rotation }: SimilarityOptions) {
  const [one, other] = [layoutOf(later, where), layoutOf(reference, where)];
  if (one.rows !== other.rows || one.columns !== other.columns)
    throw shapeMismatch(where, [one.rows, one.columns], [other.rows, other.columns]);
  if (Math.min(one.rows, one.columns) < minSide)
    throw badArgument(where, `${one.rows} x ${one.columns} pixels`, `Use images of at least ${minSide} pixels a side.`);
  if (!(scale[0] > 0 && scale[1] >= scale[0] && Number.isFinite(scale[1])))
    throw badArgument(where, `scales from ${scale[0]} to ${scale[1]}`);
  if (!(rotation[1] >= rotation[0] && rotation[1] - rotation[0] <= 360))
    throw badArgument(where, `rotations from ${rotation[0]} to ${rotation[1]} degrees`);
  return { rows: one.rows, columns: one.columns };
}

interface Size {
  readonly rows: number;
  readonly columns: number;
}

function search(later: Image, reference: Image, options: SimilarityOptions, size: Size): Similarity | undefined {
  const small = reduced(later, reference, size, searchSide);
  const seen = tried(small.later, small.reference, options);
  const corners = [-1, 1].flatMap((x) =>
    [-1, 1].map((y) => ({ x: (x * size.columns) / small.factor / 2, y: (y * size.rows) / small.factor / 2 })),
  );
  const isOther = (one: SimilarityMap, other: SimilarityMap): boolean => {
    const distances = corners.map((corner) => {
      const [there, here] = [mapped(one, corner), mapped(other, corner)];
      return Math.hypot(there.x - here.x, there.y - here.y);
    });
    return Math.max(...distances) > otherAnswer;
  };
  const candidates: Candidate[] = [];
  for (const each of seen) if (candidates.every((other) => isOther(each, other))) candidates.push(each);
  const fine = reduced(later, reference, size, fitSide);
  const middle = reduced(later, reference, size, firstFitSide);
  const ratio = small.factor / fine.factor;
  const toMiddle = small.factor / middle.factor;
  const toFine = middle.factor / fine.factor;
  for (const candidate of candidates.slice(0, candidateCount)) {
    const near = climbed(small.later, small.reference, candidate);
    const first = refineSimilarity(middle.later, middle.reference, {
      ...near,
      shift: { x: near.shift.x * toMiddle, y: near.shift.y * toMiddle },
    });
    const fit =
      first && toFine !== 1
        ? refineSimilarity(fine.later, fine.reference, {
            ...first,
            shift: { x: first.shift.x * toFine, y: first.shift.y * toFine },
          })
        : first;
    if (!fit) continue;
    const inSmall = { ...fit, shift: { x: fit.shift.x / ratio, y: fit.shift.y / ratio } };
    if (isOther(inSmall, candidate)) continue;
    const rival = candidates.find((other) => isOther(other, inSmall));
    const height = rival ? rival.significance / candidate.significance : 0;
    const own = { ...candidate, height: candidate.rivalHeight };
    const runnerUp = rival && height >= candidate.rivalHeight ? { ...rival, height } : undefined;
    const shown = runnerUp ?? (candidate.rivalHeight > 0 ? own : undefined);
    const facts = { fit, candidate, options, rivalHeight: Math.max(height, candidate.rivalHeight) };
    const findings = findingsOf(facts);
    return {
      scale: fit.scale,
      rotation: fit.rotation * degrees,
      shift: fine.full(fit),
      standardErrors: {
        scale: fit.standardErrors.scale,
        rotation: fit.standardErrors.rotation * degrees,
        shift: { x: fit.standardErrors.shift.x * fine.factor, y: fit.standardErrors.shift.y * fine.factor },
      },
      significance: candidate.significance,
      ...(shown && {
        rival: {
          scale: shown.scale,
          rotation: shown.rotation * degrees,
          shift: small.full(shown),
          height: shown.height,
        },
      }),
      parts: fit.parts,
      trusted: findings.length === 0,
      findings,
    };
  }
  return undefined;
}

/** Both images in parts, and the shift of a map of them in pixels of the images: what the parts leave out at the right and at the bottom moves the centre. */
function reduced(later: Image, reference: Image, { rows, columns }: Size, side: number) {
  const factor = Math.max(1, Math.ceil(Math.max(rows, columns) / side));
  const centre = { x: -(columns % factor) / 2, y: (rows % factor) / 2 };
  return {
    factor,
    later: reduce(later, factor),
    reference: reduce(reference, factor),
    full: (map: SimilarityMap): Vector => {
      const turned = mapped({ ...map, shift: { x: 0, y: 0 } }, centre);
      return {
        x: factor * map.shift.x + centre.x - turned.x,
        y: factor * map.shift.y + centre.y - turned.y,
      };
    },
  };
}

/** Every scale and rotation of the range with the best shift of each, the best first. */
function tried(later: Image, reference: Image, { scale, rotation }: SimilarityOptions): readonly Candidate[] {
  const spectrum = ringSpectrum(reference, highestFrequency);
  const candidates: Candidate[] = [];
  for (const logarithm of steps(Math.log(scale[0]), Math.log(scale[1])))
    for (const angle of steps(rotation[0] / degrees, rotation[1] / degrees))
      candidates.push(candidateAt(later, spectrum, Math.exp(logarithm), angle));
  return candidates.sort((one, other) => other.significance - one.significance);
}

/** The best shift at a scale and a rotation. */
function candidateAt(later: Image, reference: RingSpectrum, scale: number, rotation: number): Candidate {
  const map = { scale, rotation, shift: { x: 0, y: 0 } };
  const turned = transformAffine(later, { matrix: matrixOf(map) }, { interpolation: 'bilinear' });
  return { ...map, ...ringPeak(ringSpectrum(turned, highestFrequency), reference) };
}

/** Climbs from an answer of the search to the best one near it in smaller and smaller steps. */
function climbed(later: Image, reference: Image, start: Candidate): Candidate {
  const spectrum = ringSpectrum(reference, highestFrequency);
  let best = start;
  let significance = 0;
  for (let part = searchStep / 2; part > searchStep / climbedSteps; part /= 2) {
    const middle = best;
    for (const up of [-1, 0, 1])
      for (const on of [-1, 0, 1]) {
        const each = candidateAt(later, spectrum, middle.scale * Math.exp(up * part), middle.rotation + on * part);
        if (each.significance > significance) [best, significance] = [each, each.significance];
      }
  }
  return best;
}

/** Values from one end to the other, at most a step apart. */
function steps(from: number, to: number): readonly number[] {
  const count = Math.ceil((to - from) / searchStep - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => (count === 0 ? from : from + ((to - from) * at) / count));
}

function findingsOf({
  fit: { scale, rotation, parts, standardErrors },
  candidate: { significance },
  options,
  rivalHeight,
}: {
  readonly fit: NonNullable<ReturnType<typeof refineSimilarity>>;
  readonly candidate: Candidate;
  readonly options: SimilarityOptions;
  readonly rivalHeight: number;
}): readonly DisplacementFinding[] {
  const findings: DisplacementFinding[] = [];
  const { agreeing, compared } = parts;
  if (significance < minSignificance || agreeing < minAgreeing || agreeing < minShare * compared)
    findings.push({
      code: 'chance',
      text: `The images agree in ${agreeing} of ${compared} parts, with a significance of ${significance.toFixed(1)}, which chance can give.`,
    });
  if (rivalHeight > maxRivalHeight)
    findings.push({
      code: 'rival',
      text: `Another scale, rotation or shift fits ${rivalHeight.toFixed(2)} times as well.`,
    });
  const isOutside = (value: number, [low, high]: SimilarityRange, error: number): boolean =>
    value < low - 3 * error || value > high + 3 * error;
  if (isOutside(scale, options.scale, standardErrors.scale))
    findings.push({ code: 'edge', text: `The scale of ${scale.toFixed(4)} lies outside of the range of the search.` });
  if (isOutside(rotation * degrees, options.rotation, standardErrors.rotation * degrees))
    findings.push({
      code: 'edge',
      text: `The rotation of ${(rotation * degrees).toFixed(2)} degrees lies outside of the range of the search.`,
    });
  return findings;
}

/** The answer for the images in their own order. */
function turnedBack(found: Similarity): Similarity {
  const radians = ({ scale, rotation, shift }: SimilarityMap): SimilarityMap =>
    invertedMap({ scale, rotation: rotation / degrees, shift });
  const inDegrees = ({ scale, rotation, shift }: SimilarityMap) => ({ scale, rotation: rotation * degrees, shift });
  const { x, y } = found.standardErrors.shift;
  const back = inDegrees(radians(found));
  const length = Math.hypot(found.shift.x, found.shift.y);
  const byScale = found.standardErrors.scale / found.scale;
  const byRotation = found.standardErrors.rotation / degrees;
  // The shift is seen through the map back, whose errors move it in proportion to its length.
  const error = Math.hypot(Math.max(x, y), length * byScale, length * byRotation) / found.scale;
  return {
    ...found,
    ...back,
    standardErrors: {
      scale: byScale / found.scale,
      rotation: found.standardErrors.rotation,
      shift: { x: error, y: error },
    },
    ...(found.rival && { rival: { ...inDegrees(radians(found.rival)), height: found.rival.height } }),
  };
}
