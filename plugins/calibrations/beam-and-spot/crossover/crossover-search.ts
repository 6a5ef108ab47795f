import { leastSquares } from '../../../../imaging';
import type { Illumination, Scope } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import { beamSettling } from '../beam-images/beam-image';
import { crossoverErrors } from './crossover-errors';

/** Dependencies of the search for crossover. */
export interface SearchUses {
  readonly scope: Pick<Scope, 'beamBlanked'>;
  readonly illumination: Pick<Illumination, 'intensity'>;
}

/** A way to see the diameter of the beam, in a measure of its own. */
export interface DiameterSight {
  /** The diameter as it is now, with its error; undefined where it cannot be measured. Throws for what no further try mends. */
  readonly see: (title: string) => Promise<Omit<Sample, 'intensity'> | undefined>;
  /** Reason why a search cannot begin from a diameter; undefined where it can. */
  readonly tooMuchAtStart: (diameter: number) => string | undefined;
  /** The reason that stands for a beam that is not seen. */
  readonly notSeen: string;
  /** Reason of a side whose diameters do not lie on a line by this number of their errors. */
  readonly bent?: { readonly beyond: number; readonly why: string };
}

/** A crossover that was found from the diameters of the beam on both sides of it. */
export interface FoundCrossover {
  readonly intensity: number;
  readonly standardError: number;
  /** Difference of the crossovers that the two sides give, in their standard errors. */
  readonly disagreement: number;
  /** Diameter for a unit of intensity from crossover, on the side where the search began. */
  readonly slope: number;
  readonly images: number;
}

/** A diameter at an intensity as read back. */
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
/** Limits of the intensities that are tried. */
const range = { low: 0.01, high: 0.99 };

/** Images that a search at one spot size takes at most. */
export const maxSearchImages = 1 + maxTries + 4 * parts.length;

/**
 * Finds crossover by the diameters of the beam on both sides of it. The beam never gets smaller than half of what it was, and it is
 * blanked while the lens passes crossover.
 */
export async function searchCrossover(
  run: Run,
  { illumination, scope }: SearchUses,
  sight: DiameterSight,
  title: string,
): Promise<FoundCrossover> {
  let images = 0;
  const look = async (wished: number): Promise<Sample | undefined> => {
    if (!(wished > range.low && wished < range.high))
      throw crossoverErrors.notFound(title, 'the way to it leads out of the range of intensity');
    await illumination.intensity.write(wished, run.signal);
    await run.clock.delay(beamSettling, run.signal);
    const seen = await sight.see(title);
    images += 1;
    return seen && { ...seen, intensity: await illumination.intensity.read(run.signal) };
  };
  const begin = await illumination.intensity.read(run.signal);
  // Once more, because it may have been centred.
  const start = (await look(begin)) ?? (await look(begin));
  if (!start) throw crossoverErrors.notFound(title, `${sight.notSeen} at the start`);
  const tooMuch = sight.tooMuchAtStart(start.diameter);
  if (tooMuch !== undefined) throw crossoverErrors.notFound(title, tooMuch);
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
  if (near.length < 2 || far.length < 2) throw crossoverErrors.notFound(title, `${sight.notSeen} on both sides`);
  const [one, other] = [zeroOf(near), zeroOf(far)];
  const { bent } = sight;
  if (bent && Math.max(one.misfit, other.misfit) > bent.beyond) throw crossoverErrors.notFound(title, bent.why);
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

/** Changes the intensity until the diameter changes by enough to show by how much it does so; signed, for a unit of intensity. */
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
  /** Largest distance of a diameter from the line, in its error. */
  readonly misfit: number;
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
  const misfit = Math.max(
    ...samples.map(
      ({ intensity, diameter, error }) => Math.abs(diameter - level - slope * (intensity - middle)) / error,
    ),
  );
  const slopeError = Math.sqrt(ofSlope) / Math.abs(slope);
  return { zero: middle - ratio, error: Math.sqrt(variance), slope, slopeError, misfit };
}
