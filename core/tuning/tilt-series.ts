import {
  type BeamTiltUnits,
  type Clock,
  type Seconds,
  type Vector,
  add,
  describe,
  length,
  scale,
  seconds,
  subtract,
} from '../base';
import type { ImageAcquisition } from '../acquisition';
import { type BeamTilt, type Exposure, readBack } from '../devices';
import type { BufferedImage } from '../kernel';
import {
  type Displacement,
  type DisplacementFinding,
  FineRegistration,
  type Image,
  ImagingError,
  type Registration,
} from '../../imaging';

/** Devices and services with which a series of tilts is taken. */
export interface TiltSeriesUse {
  readonly beamTilt: BeamTilt;
  readonly acquisition: ImageAcquisition;
  readonly clock: Clock;
}

/** Plan of a series of images at several beam tilts. */
export interface TiltSeriesPlan {
  /** Beam tilts in the order of the images, counted from the base, in the unit of the column: milliradians or percent. */
  readonly tilts: readonly Vector[];
  /** Beam tilt from which they count. */
  readonly base: Vector<BeamTiltUnits>;
  readonly exposure: Exposure;
  /** Wait after each change of the beam tilt. */
  readonly settling: Seconds;
  readonly title: string;
  readonly signal: AbortSignal;
  /** Expected place of the image at a tilt against that at the base, in unbinned pixels, Y up; left out where nothing is known. */
  readonly expected?: ((tilt: Vector) => Vector) | undefined;
  /** True where what is expected decides between places that both fit, as on a specimen that repeats; otherwise it only helps to find one. */
  readonly expectedDecides?: boolean;
  /** Images between the two of a pair that are compared, plus one: 2 compares each image with the two before it, the default. */
  readonly reach?: number;
  /** Larger side in pixels to which the images are reduced before they are compared. */
  readonly largestSide?: number;
  /** Told before each image. */
  readonly progress?: (image: number) => void;
  /** Given all images when the last one is there, to be looked at for what misleads a comparison. */
  readonly look?: (images: readonly Image[]) => void;
}

/** The tilts of three images between which a steady drift drops out: to one side, to the other, and to the first side again. */
export const threeShots = (tilt: Vector): readonly Vector[] => [scale(tilt, -1), tilt, scale(tilt, -1)];

/** One image of a series of tilts. */
export interface TiltView {
  /** Beam tilt that the column held, counted from the base. */
  readonly tilt: Vector;
  /** Middle of the exposure on the program's clock. */
  readonly time: Seconds;
  /** Mean counts of a pixel of the image. */
  readonly mean: number;
}

/** Comparison of two images of a series; lengths in unbinned pixels, Y up. */
export interface TiltPair {
  readonly earlier: number;
  readonly later: number;
  /** Place of the image at the earlier moment less that at the later one. */
  readonly shift: Vector;
  readonly standardError: Vector;
  readonly correlation: number;
  readonly significance: number;
  /** Reasons why the shift may be wrong; empty when it is trusted. */
  readonly findings: readonly DisplacementFinding[];
}

/** Images at several beam tilts, and the displacements between them. */
export interface TiltSeries {
  readonly views: readonly TiltView[];
  readonly pairs: readonly TiltPair[];
  /** Unbinned pixels of the camera for one compared pixel. */
  readonly comparedPixel: number;
}

/** Share of the largest tilt by which the beam tilt that is read back may differ from the wish. */
const heldShare = 0.02;
/** Distance in compared pixels within which a shift is that of a pattern fixed to the camera, when another one was expected. */
const zeroDistance = 0.5;
/** Smallest shift in compared pixels that is distinguished from such a pattern. */
const minExpected = 3;
/** Smallest side in compared pixels to which images are reduced. */
const usualSide = 1024;

/**
 * Takes an image at each beam tilt, compares each with those before it, and leaves the beam tilt where the pattern ends: the caller keeps
 * the tilt and gives it back. Times, tilts and pairs are all that `fitTiltSeries` needs to take the drift out.
 */
export async function takeTiltSeries(use: TiltSeriesUse, plan: TiltSeriesPlan): Promise<TiltSeries> {
  const { tilts, base, exposure, settling, signal, reach = 2, largestSide = usualSide } = plan;
  const { beamTilt } = use.beamTilt;
  const registrations = {
    plain: new FineRegistration({ largestSide }),
    pastZero: new FineRegistration({ largestSide, ignoreZeroPeak: true }),
  };
  const tolerance = heldShare * Math.max(...tilts.map(length));
  const taken: { readonly view: TiltView; readonly image: BufferedImage }[] = [];
  const pairs: TiltPair[] = [];
  let comparedPixel = exposure.binning;
  let before: Vector | undefined;
  for (const [index, tilt] of tilts.entries()) {
    plan.progress?.(index);
    const wished = add(base, tilt as Vector<BeamTiltUnits>);
    if (!before || length(subtract(tilt, before)) > 0) {
      await beamTilt.write(wished, signal);
      if (settling > 0) await use.clock.delay(settling, signal);
    }
    before = tilt;
    const held = await readBack(beamTilt, wished, { signal, tolerance });
    const image = await use.acquisition.take(exposure, {
      signal,
      roll: Math.min(2, tilts.length - 1),
      title: plan.title,
    });
    const { began, image: pixels } = image.frame;
    const view: TiltView = {
      tilt: subtract(held, base),
      time: seconds(began + exposure.driftSettling + exposure.exposure / 2),
      mean: meanOf(pixels),
    };
    for (let back = 1; back <= Math.min(reach, index); back++) {
      const earlier = taken[index - back]!;
      const pair = comparePair(registrations, earlier, { view, image }, plan);
      pairs.push({ ...pair.found, earlier: index - back, later: index });
      comparedPixel = exposure.binning * pair.factor;
    }
    taken.push({ view, image });
  }
  plan.look?.(taken.map(({ image }) => image.frame.image));
  return { views: taken.map(({ view }) => view), pairs, comparedPixel };
}

interface Taken {
  readonly view: TiltView;
  readonly image: BufferedImage;
}

/** The shift between two images. One of no pixel where more was expected is looked at again without the pattern of the camera. */
function comparePair(
  registrations: { readonly plain: Registration; readonly pastZero: Registration },
  earlier: Taken,
  later: Taken,
  { expected, expectedDecides, exposure: { binning }, largestSide = usualSide }: TiltSeriesPlan,
): { readonly found: Omit<TiltPair, 'earlier' | 'later'>; readonly factor: number } {
  const place = expected && subtract(expected(earlier.view.tilt), expected(later.view.tilt));
  const known = place && scale(place, 1 / binning);
  const measure = (registration: Registration, about?: Vector): Displacement =>
    registration.measure(later.image.frame.image, earlier.image.frame.image, about);
  try {
    // What is expected may be wrong, so it only helps where the images alone do not tell.
    let found = measure(registrations.plain);
    if (known && !found.trusted) {
      const about = measure(registrations.plain, known);
      if (about.trusted || about.significance > found.significance) found = about;
    }
    if (known && expectedDecides) found = decided(found, known, (about) => measure(registrations.plain, about));
    const { binnedBy } = found;
    if (known && length(known) > minExpected * binnedBy && length(found) < zeroDistance * binnedBy) {
      const another = measure(registrations.pastZero);
      if (another.trusted) found = another;
    }
    return {
      found: {
        shift: scale({ x: found.x, y: found.y }, binning),
        standardError: scale(found.standardError, binning),
        correlation: found.correlation,
        significance: found.significance,
        findings: found.findings,
      },
      factor: binnedBy,
    };
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error;
    // An image without beam or detail is a lost one of its series, which may go on: its shift may be anything within the field.
    const [rows = 0, columns = 0] = later.image.frame.image.shape;
    const anything = binning * Math.max(rows, columns);
    return {
      found: {
        shift: place ?? { x: 0, y: 0 },
        standardError: { x: anything, y: anything },
        correlation: 0,
        significance: 0,
        findings: [{ code: 'chance', text: `the images could not be compared: ${describe(error)}` }],
      },
      factor: Math.max(1, Math.ceil(Math.max(rows, columns) / largestSide)),
    };
  }
}

/** Distance in compared pixels from what is expected beyond which a shift belongs to another place. */
const minElsewhere = 12;
/** Distance from what is expected, in compared pixels and as a share of that to the other place, within which a shift confirms it. */
const [maxOff, maxOffShare] = [4, 0.15];
/** Significance at the expected place as a share of that at the other one, from which it is one of several that fit. */
const minShareOfOther = 0.4;

/** The shift at the expected place where there is one and another place was found; a rival no longer counts. */
function decided(found: Displacement, known: Vector, measure: (about: Vector) => Displacement): Displacement {
  const away = length(subtract(found, known));
  if (found.trusted && away < minElsewhere * found.binnedBy) return found;
  const about = measure(known);
  const off = length(subtract(about, known));
  const near = off < Math.max(maxOff * about.binnedBy, maxOffShare * away);
  if (!near || about.significance < minShareOfOther * found.significance) return found;
  const findings = about.findings.filter(({ code }) => code !== 'rival');
  return { ...about, findings, trusted: findings.length === 0 };
}

function meanOf({ data, shape, stride, offset }: Image): number {
  const [rows = 0, columns = 0] = shape;
  const [rowStride = columns, columnStride = 1] = stride;
  let sum = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0, at = offset + row * rowStride; column < columns; column++, at += columnStride)
      sum += data[at]!;
  return sum / (rows * columns);
}
