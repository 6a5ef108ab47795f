import {
  EucentricError,
  type ImageShiftUnits,
  type Vector,
  describe,
  subtract,
  vector,
  type Matrix,
  apply,
  readable,
} from '../../../../core/base';
import { type Exposure, readBack } from '../../../../core/devices';
import type { BufferedImage, ImageBuffers, Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import type { ImageShiftControl } from '../../../../core/optics';
import { type Displacement, FineRegistration, type Image, type Registration } from '../../../../imaging';
import { type PatternName, patterns } from './image-shift-analysis';
import { type PartsOfPair, measureDistortion, shiftsOfParts } from './field-parts';
import { type SeenDisplacement, displacementPlot } from './measurement-plots';
import { type SeriesFinding, findingsOfPair, findingsOfSpecimen } from './series-findings';
import type { SeriesCircumstances, WeighedPair } from './image-shift-uncertainty';

/** Dependencies of a series of images at different image shifts. */
export interface SeriesParts {
  readonly control: ImageShiftControl;
  readonly acquisition: ImageAcquisition;
  readonly buffers: ImageBuffers;
}

/** Plan of a series. */
export interface SeriesPlan {
  readonly pattern: PatternName;
  /** Net image shift of the position (0, 0). */
  readonly base: Vector<ImageShiftUnits>;
  /** Image shift of one step in X and in Y, in image-shift units. */
  readonly steps: Vector;
  /** Multiplies the delay after each image shift. */
  readonly delayFactor: number;
  readonly exposure: Exposure;
  /** Expected movement of the images, in pixels per image-shift unit; undefined when nothing is known. */
  readonly prior: Matrix | undefined;
  readonly title: string;
  /** True when the shift is also measured in parts of the field, which shows its distortion. */
  readonly inParts?: boolean;
  /** Images of this and of earlier series, for progress. */
  readonly done: number;
  readonly total: number;
}

/** Result of a series. */
export interface Series {
  readonly pairs: readonly WeighedPair[];
  /** Image shift that the column held at each image, from the position (0, 0). */
  readonly places: readonly Vector[];
  readonly circumstances: SeriesCircumstances;
  /** Six points: why the pair that shows the drift was not used. */
  readonly driftPairRejected?: string;
  /** Findings about what may have fooled the correlations. */
  readonly findings: readonly SeriesFinding[];
}

/** Shift in binned pixels above which a drift pair is rejected. So is one that correlates less than half as well as the worst of the others. */
const maxDriftShift = 15;

/** Share of a step by which the image shift that is read back may differ from the wish. */
const heldShare = 0.01;

/** Takes the images of a pattern and measures the shift of each against its predecessor. Leaves the image shift where the pattern ends. */
export async function takeSeries(
  { control, acquisition, buffers }: SeriesParts,
  run: Run,
  plan: SeriesPlan,
): Promise<Series> {
  const { pattern, base, steps, exposure, prior, signal = run.signal } = { ...plan, signal: run.signal };
  const positions = patterns[pattern];
  const registration = new FineRegistration({ ignoreZeroPeak: true });
  const driftRegistration = new FineRegistration();
  const roll = pattern === 'six' ? 4 : 1;
  const images: BufferedImage[] = [];
  const pairs: WeighedPair[] = [];
  const times: number[] = [];
  const seen: SeenDisplacement[] = [];
  let driftPairRejected: string | undefined;
  const findings: SeriesFinding[] = [];

  // A column that tells no step of its own may round; a hundredth of the move is more than rounding.
  const tolerance = heldShare * Math.max(Math.abs(steps.x), Math.abs(steps.y));
  const places: Vector[] = [];
  const parts: PartsOfPair[] = [];

  for (const [index, [alongX, alongY]] of positions.entries()) {
    const target = vector(
      (base.x + alongX * steps.x) as ImageShiftUnits,
      (base.y + alongY * steps.y) as ImageShiftUnits,
    );
    const magIndex = await control.write(target, { delayFactor: plan.delayFactor, signal });
    const held = await readBack(control.at(magIndex), target, { signal, tolerance });
    places.push(subtract(held, base));
    run.operator.progress({
      done: plan.done + index,
      total: plan.total,
      text: `${plan.title}: image ${index + 1} of ${positions.length}`,
    });
    const image = await acquisition.take(exposure, { signal, roll, title: plan.title, magIndex });
    requireAnotherImage(image, images.at(-1), index);
    images.push(image);
    times.push(run.clock.now());
    if (index === 0) {
      // A check sees the specimen of the series before it.
      if (pattern !== 'check') findings.push(...findingsOfSpecimen(image));
      continue;
    }
    const earlier = index - 1;
    const acrossTheSeam = pattern === 'six' && index === 3;
    if (!acrossTheSeam) {
      const [fromX, fromY] = positions[earlier]!;
      const moved = subtract(places[index]!, places[earlier]!);
      const shiftOnCamera = prior && apply(prior, moved);
      const expected = shiftOnCamera && vector(shiftOnCamera.x / exposure.binning, shiftOnCamera.y / exposure.binning);
      const found = alignPair(registration, image, images[earlier]!, expected, index);
      pairs.push(weighed(earlier, index, found));
      if (plan.inParts)
        parts.push({
          earlier,
          later: index,
          ...shiftsOfParts(image.frame.image, images[earlier]!.frame.image, vector(found.x, found.y)),
        });
      // A first round from scratch has images between which nothing was moved.
      if (alongX !== fromX || alongY !== fromY) findings.push(...findingsOfPair(image, images[earlier]!, index, found));
      buffers.align('A', vector(found.x, found.y));
      seen.push({ measured: vector(found.x, found.y), expected });
      run.operator.plot(displacementPlot(`${plan.title}: how far the image moved`, seen));
      run.log.debug(
        'a',
        `Pair ${index} to ${earlier}: shift ${readable(found.x, 2)}, ${readable(found.y, 2)} px, correlation ${readable(found.correlation, 3)}`,
      );
    }
    if (pattern === 'six' && index === 4) {
      const found = alignPair(driftRegistration, image, images[1]!, vector(0, 0), index);
      const least = Math.min(...pairs.map((pair) => pair.correlation));
      if (Math.hypot(found.x, found.y) > maxDriftShift)
        driftPairRejected = `it moved ${readable(Math.hypot(found.x, found.y), 1)} binned pixels`;
      else if (found.correlation < 0.5 * least)
        driftPairRejected = `its correlation of ${readable(found.correlation, 2)} is too low`;
      else pairs.push(weighed(1, index, found));
    }
  }
  const [rows = 0, columns = 0] = images[0]!.frame.image.shape;
  const size = vector(columns, rows);
  const distortion = measureDistortion(parts, size);
  return {
    pairs,
    places,
    circumstances: { times, size, ...(distortion && { distortion }) },
    findings,
    ...(driftPairRejected !== undefined && { driftPairRejected }),
  };
}

const weighed = (earlier: number, later: number, { x, y, correlation, standardError }: Displacement): WeighedPair => ({
  earlier,
  later,
  shift: vector(x, y),
  correlation,
  standardError: vector(standardError.x, standardError.y),
});

/** Throws when an image is the same as the one before to the last bit, which no camera sees twice. */
function requireAnotherImage({ frame }: BufferedImage, before: BufferedImage | undefined, index: number): void {
  if (before?.frame.image.shape.join() !== frame.image.shape.join()) return;
  const [now, then] = [frame.image.data, before.frame.image.data];
  if (now !== then && !now.every((each, pixel) => each === then[pixel])) return;
  // Without a beam a counting camera sees nothing at all, twice.
  if (now.every((each) => each === now[0])) return;
  throw new EucentricError({
    code: 'calibration/same-image',
    message: `Image ${index + 1} is the same as the one before it to the last bit: the camera delivered an old image again.`,
    hint: 'Take two images by hand and compare them. If they are the same, restart the server of the camera. Nothing was stored.',
  });
}

/** Measures the shift of an image against an earlier one, with an error that an operator understands when there is none. */
export function alignPair(
  registration: Pick<Registration, 'measure'>,
  later: BufferedImage,
  earlier: BufferedImage,
  expected: Vector | undefined,
  index: number,
): Displacement {
  if (sameImage(later.frame.image, earlier.frame.image))
    throw new EucentricError({
      code: 'calibration/same-image',
      message: `Images ${index} and ${index + 1} are the same in every pixel: the camera delivered an old image.`,
      hint: 'No two exposures have the same noise. Stop other programs that use the camera, restart its server, and take a Trial image twice to see it change. Nothing was stored.',
    });
  try {
    return registration.measure(later.frame.image, earlier.frame.image, expected);
  } catch (error) {
    throw new EucentricError({
      code: 'calibration/no-alignment',
      message: `Image ${index + 1} could not be aligned with the one before it: ${describe(error)}`,
      hint: 'Check that the specimen has detail all over the field and that the beam is bright enough. Nothing was stored.',
      cause: error,
    });
  }
}

/** True when two images hold the same picture in every pixel. An empty image is none. */
function sameImage({ data: one }: Image, { data: other }: Image): boolean {
  if (one.length !== other.length) return false;
  let varies = false;
  for (let at = 0; at < one.length; at++) {
    if (one[at] !== other[at]) return false;
    varies ||= one[at] !== one[0];
  }
  return varies;
}
