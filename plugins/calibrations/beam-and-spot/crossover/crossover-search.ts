import { leastSquares } from '../../../../imaging';
import { length, readable, scale } from '../../../../core/base';
import type { Exposure, Illumination, Scope } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import type { BeamControl } from '../../../../core/illumination';
import { beamErrors } from '../beam-images/beam-errors';
import { beamSettling, lookForBeam } from '../beam-images/beam-image';
import { crossoverErrors } from './crossover-errors';

/** Dependencies of the search for crossover. */
export interface SearchUses {
  readonly scope: Pick<Scope, 'beamBlanked'>;
  readonly illumination: Pick<Illumination, 'intensity'>;
  readonly acquisition: ImageAcquisition;
  readonly beam: BeamControl;
}

/** A crossover that was found from the diameters of the beam on both sides of it. */
export interface FoundCrossover {
  readonly intensity: number;
  readonly standardError: number;
  /** Difference of the crossovers that the two sides give, in their standard errors. */
  readonly disagreement: number;
  /** Diameter in pixels for a unit of intensity from crossover, on the side where the search began. */
  readonly slope: number;
  readonly images: number;
}

/** A diameter in pixels of the image, at an intensity as read back. */
interface Sample {
  readonly intensity: number;
  readonly diameter: number;
  readonly error: number;
}

/** Diameters at which the beam is measured on either side, as parts of the one at the start: never nearer than half of it, so that it gets at most four times as bright. */
const parts = [1, 0.75, 0.55];
/** First change of intensity, and the change of the diameter as a part of it that shows the slope. */
const firstStep = 0.001;
const slopeChange = 0.06;
const maxTries = 12;
/** Part of the shorter side within which the beam has to be at the start. */
const startLimits = { low: 0.06, high: 0.85 };
/** Distance from the centre, as a part of the shorter side, from which the beam is centred again where that is known how. */
const maxOffCentre = 0.08;
/** Limits of the intensities that are tried. */
const range = { low: 0.01, high: 0.99 };
/** Smallest error of a diameter as a part of it: the beam is not quite a disc. */
const relativeError = 0.003;

/** Images that a search at one spot size takes at most. */
export const maxSearchImages = 1 + maxTries + 4 * parts.length;

/**
 * Finds crossover by the diameters of the beam on both sides of it. The beam never gets smaller than half of what it was, and it is
 * blanked while the lens passes crossover.
 */
export async function searchCrossover(
  run: Run,
  uses: SearchUses,
  exposure: Exposure,
  title: string,
): Promise<FoundCrossover> {
  const { illumination, scope } = uses;
  let images = 0;
  let side = 0;
  const look = async (wished: number): Promise<Sample | undefined> => {
    if (!(wished > range.low && wished < range.high))
      throw crossoverErrors.notFound(title, 'the way to it leads out of the range of intensity');
    await illumination.intensity.write(wished, run.signal);
    await run.clock.delay(beamSettling, run.signal);
    const { beam, image } = await lookForBeam(run, uses.acquisition, exposure, title);
    images += 1;
    const [rows = 0, columns = 0] = image.frame.image.shape;
    side = Math.min(rows, columns);
    if (beam.verdict === 'saturated') throw beamErrors.notMeasurable(`the image at ${title}`, beam);
    if (beam.outline && beam.verdict !== 'not there') {
      const { centre } = beam.outline;
      if (length(centre) > maxOffCentre * side) await recentre(run, uses, centre, exposure.binning);
    }
    if (!beam.outline || (beam.verdict !== 'inside' && beam.verdict !== 'uneven')) return undefined;
    const intensity = await illumination.intensity.read(run.signal);
    const diameter = 2 * beam.outline.radius;
    return { intensity, diameter, error: Math.hypot(2 * beam.outline.radiusError, relativeError * diameter) };
  };
  const begin = await illumination.intensity.read(run.signal);
  // Once more, because it may have been centred.
  const start = (await look(begin)) ?? (await look(begin));
  if (!start) throw crossoverErrors.notFound(title, 'the beam is not whole in the image at the start');
  const share = start.diameter / side;
  if (share < startLimits.low || share > startLimits.high)
    throw crossoverErrors.notFound(
      title,
      `the beam has ${readable(100 * share, 0)} % of the width of the image at the start`,
    );
  const { slope, samples } = await slopeAt(look, start, title);
  const guess = start.intensity - start.diameter / slope;
  const near = [start, ...samples.filter((each) => each.diameter >= parts.at(-1)! * start.diameter)];
  for (const part of parts.slice(1)) {
    const taken = await look(guess + (part * start.diameter) / slope);
    if (taken) near.push(taken);
  }
  // No electrons while the beam is at its smallest.
  await scope.beamBlanked.write(true, run.signal);
  const first = guess - (parts[0]! * start.diameter) / slope;
  if (!(first > range.low && first < range.high))
    throw crossoverErrors.notFound(title, 'its other side is out of the range of intensity');
  await illumination.intensity.write(first, run.signal);
  await scope.beamBlanked.write(false, run.signal);
  const far: Sample[] = [];
  for (const part of parts) {
    const wished = guess - (part * start.diameter) / slope;
    const taken = (await look(wished)) ?? (far.length === 0 ? await look(wished) : undefined);
    if (taken) far.push(taken);
  }
  if (near.length < 2 || far.length < 2)
    throw crossoverErrors.notFound(title, 'the beam is not whole in the images on both sides');
  const [one, other] = [zeroOf(near), zeroOf(far)];
  // What the image of the source and astigmatism add to the diameter has the opposite sign on the other side.
  const intensity = (one.zero + other.zero) / 2;
  const own = Math.hypot(one.error, other.error) / 2;
  // The sides differ by what bends the line near crossover; the mean is free of it as far as both sides are alike.
  const apart = Math.abs(one.zero - other.zero);
  const slopes = Math.abs(Math.abs(one.slope / other.slope) - 1);
  return {
    intensity,
    standardError: Math.hypot(own, (apart * slopes) / 2),
    disagreement: slopes / Math.hypot(one.slopeError, other.slopeError),
    slope: Math.abs(slope),
    images,
  };
}

/** Changes the intensity until the diameter changes by enough to show by how much it does so; signed, in pixels for a unit of intensity. */
async function slopeAt(
  look: (wished: number) => Promise<Sample | undefined>,
  start: Sample,
  title: string,
): Promise<{ readonly slope: number; readonly samples: readonly Sample[] }> {
  let step = firstStep;
  for (let attempt = 0; attempt < maxTries; attempt++) {
    const sample = await look(start.intensity + step);
    const change = sample ? (sample.diameter - start.diameter) / start.diameter : undefined;
    if (change !== undefined && Math.abs(change) > slopeChange && Math.abs(change) < 1 - parts.at(-1)!)
      return { slope: (sample!.diameter - start.diameter) / (sample!.intensity - start.intensity), samples: [sample!] };
    // A beam that left the image was changed by too much; one that hardly changed, by too little.
    step *= change !== undefined && Math.abs(change) <= slopeChange ? 3 : -0.4;
  }
  throw crossoverErrors.notFound(title, 'the intensity does not change the diameter of the beam');
}

/** The intensity at which a line through diameters of one side comes to zero. */
function zeroOf(samples: readonly Sample[]): {
  readonly zero: number;
  readonly error: number;
  readonly slope: number;
  /** As a part of the slope. */
  readonly slopeError: number;
} {
  const middle = samples.reduce((sum, { intensity }) => sum + intensity, 0) / samples.length;
  const { parameters, covariance } = leastSquares(
    samples.map(({ intensity }) => [1, intensity - middle]),
    samples.map(({ diameter }) => diameter),
    { weights: samples.map(({ error }) => 1 / error ** 2), variance: 1 },
  );
  const [level, slope] = [parameters[0]!, parameters[1]!];
  const [ofLevel, both, ofSlope] = [covariance[0]![0]!, covariance[0]![1]!, covariance[1]![1]!];
  const ratio = level / slope;
  const variance = (ofLevel - 2 * ratio * both + ratio ** 2 * ofSlope) / slope ** 2;
  return { zero: middle - ratio, error: Math.sqrt(variance), slope, slopeError: Math.sqrt(ofSlope) / Math.abs(slope) };
}

/** Brings the beam back into the middle of the image; does nothing where it is not known how beam shift moves it. */
async function recentre(
  run: Run,
  { beam }: SearchUses,
  centre: { readonly x: number; readonly y: number },
  binning: number,
): Promise<void> {
  if (!(await beam.shiftToCamera(run.signal))) return;
  await beam.moveByPixels(scale({ x: centre.x, y: centre.y }, -binning), run.signal);
  await run.clock.delay(beamSettling, run.signal);
}
