import {
  type BeamShiftUnits,
  type ImageShiftUnits,
  type MagIndex,
  type Matrix,
  type Vector,
  add,
  apply,
  firstColumn,
  inverse,
  largestElement,
  length,
  scale,
  secondColumn,
  subtract,
  vector,
} from '../../../../core/base';
import type { BeamShift, Exposure } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import type { ImageShiftControl } from '../../../../core/optics';
import { beamErrors } from './beam-errors';
import { beamSettling, takeBeam } from './beam-image';
import { type DisplacementFit, type Observation, fitDisplacements } from './displacement-fit';

/** Dependencies of a refining series. */
export interface RefiningUses {
  readonly beamShift: Pick<BeamShift, 'beamShift'>;
  readonly imageShift: ImageShiftControl;
  readonly acquisition: ImageAcquisition;
}

/** Matrices and choices of a refining series. */
export interface RefiningPlan {
  readonly exposure: Exposure;
  readonly magIndex: MagIndex;
  /** Beam shift for a unit of image shift, as it is stored. */
  readonly stored: Matrix;
  /** Unbinned pixels for a unit of image shift. */
  readonly toCamera: Matrix;
  /** Micrometres on the specimen for a unit of image shift. */
  readonly toSpecimen: Matrix;
  readonly by: 'centroid' | 'edge';
  /** Micrometres on the specimen of each round. */
  readonly distances: readonly number[];
}

/** A refined matrix. */
export interface Refined {
  readonly matrix: Matrix;
  /** Image shift for a unit of beam shift, as it was fitted. */
  readonly inverseFit: DisplacementFit;
  readonly images: number;
  /** Largest displacement of the beam on the camera in the last round, in unbinned pixels. */
  readonly residual: number;
}

/** Change of an element in a round, as a share of the largest one, above which the stored matrix is wrong. */
const maxChange = 0.5;
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** Images of a series with this number of rounds. */
export const refiningImages = (rounds: number): number => 1 + 4 * rounds;

/**
 * Shifts the image far in the four directions of the two axes of beam shift, and the beam along with it. How far the beam moves on the camera
 * meanwhile shows by what the matrix is off. Each round goes by the matrix of the one before.
 */
export async function takeRefiningSeries(run: Run, uses: RefiningUses, plan: RefiningPlan): Promise<Refined> {
  const { beamShift } = uses.beamShift;
  const { net } = uses.imageShift;
  const base = { image: await net.read(run.signal), beam: await beamShift.read(run.signal) };
  const toImageShift = inverse(plan.toCamera)!;
  const observations: Observation[] = [];
  let origin: Vector | undefined;
  let residual = 0;
  const observe = async (title: string): Promise<void> => {
    await run.clock.delay(beamSettling, run.signal);
    const { beam, image } = await takeBeam(run, uses.acquisition, plan.exposure, title);
    const place = plan.by === 'edge' ? beam.outline : beam.centroid;
    if (!place)
      throw beamErrors.notMeasurable(`the image "${title}"`, { verdict: 'uneven', why: `Its ${plan.by} is not seen.` });
    const { binning } = plan.exposure;
    const centre = scale(place.centre, binning);
    origin ??= centre;
    const displaced = subtract(centre, origin);
    residual = Math.max(residual, length(displaced));
    const shifted = subtract(await net.read(run.signal), base.image);
    // The image shift that would have kept the beam where it was.
    const kept = add<number>(shifted, apply(toImageShift, displaced));
    const errors = scale(place.standardErrors, binning);
    observations.push({
      shift: subtract(await beamShift.read(run.signal), base.beam),
      centre: kept,
      standardErrors: {
        x: Math.hypot(toImageShift.xpx * errors.x, toImageShift.xpy * errors.y),
        y: Math.hypot(toImageShift.ypx * errors.x, toImageShift.ypy * errors.y),
      },
      time: image.frame.began,
    });
  };
  let matrix = plan.stored;
  const total = refiningImages(plan.distances.length);
  run.operator.progress({ done: 0, total, text: 'the beam where it is' });
  await observe('beam where it is');
  let fit: DisplacementFit | undefined;
  for (const [round, distance] of plan.distances.entries()) {
    residual = 0;
    const places = positions(matrix, plan.toSpecimen, distance);
    for (const { image } of places) {
      const problem = uses.imageShift.checkLimits(add(base.image, image), plan.magIndex);
      if (problem !== undefined) throw beamErrors.outOfReach(problem);
    }
    for (const { image, beam, name } of places) {
      run.operator.progress({ done: observations.length, total, text: `round ${round + 1}, ${name}` });
      await uses.imageShift.write(add(base.image, image), { signal: run.signal });
      // The column has moved the beam by the stored calibration; this goes by the present matrix, along one axis alone.
      await beamShift.write(add(base.beam, beam), run.signal);
      await observe(`round ${round + 1}, ${name}`);
    }
    // A matrix that is far off shows in the round itself; what was measured with it still counts.
    fit = fitDisplacements(observations);
    const next = inverse(fit.matrix);
    if (!next) throw beamErrors.noMovement();
    const before = matrix;
    const change = Math.max(...elements.map((each) => Math.abs(next[each] - before[each]))) / largestElement(next);
    if (change > maxChange) throw beamErrors.matrixChanged(100 * change);
    matrix = next;
  }
  return { matrix, inverseFit: fit!, images: observations.length, residual };
}

interface Position {
  readonly image: Vector<ImageShiftUnits>;
  readonly beam: Vector<BeamShiftUnits>;
  readonly name: string;
}

/** Image shifts of a length on the specimen for which the beam shift lies along one of its axes, both ways. */
function positions(matrix: Matrix, toSpecimen: Matrix, distance: number): readonly Position[] {
  const back = inverse(matrix)!;
  return (['x', 'y'] as const).flatMap((axis) => {
    const column = axis === 'x' ? firstColumn(back) : secondColumn(back);
    const size = distance / length(apply(toSpecimen, column));
    return [1, -1].map((sign): Position => ({
      image: scale(column, sign * size) as Vector<ImageShiftUnits>,
      beam: (axis === 'x' ? vector(sign * size, 0) : vector(0, sign * size)) as Vector<BeamShiftUnits>,
      name: `${sign > 0 ? 'plus' : 'minus'} ${axis.toUpperCase()}`,
    }));
  });
}
