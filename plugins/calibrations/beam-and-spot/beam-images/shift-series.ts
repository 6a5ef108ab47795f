import type { BeamInImage } from '../../../../imaging';
import {
  type BeamShiftUnits,
  type Matrix,
  type Vector,
  add,
  apply,
  beamShiftUnits,
  firstColumn,
  fromColumns,
  inverse,
  length,
  scale,
  secondColumn,
  subtract,
  vector,
} from '../../../../core/base';
import { type BeamShift, type Exposure, readBack, wholeSteps } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import { beamErrors } from './beam-errors';
import { type BeamImage, beamSettling, lookForBeam, takeBeam } from './beam-image';
import type { Observation } from './displacement-fit';

/** Dependencies of a series of images at different beam shifts. */
export interface ShiftSeriesParts {
  readonly beamShift: Pick<BeamShift, 'beamShift'>;
  readonly acquisition: ImageAcquisition;
}

/** An image of the series by the ways in which the beam was found in it. */
export interface SeriesImage {
  readonly shift: Vector;
  readonly time: number;
  readonly beam: BeamInImage;
}

/** Displacement of the first steps in pixels below which they are made larger, and the factor. */
const minFirstStep = 2;
const stepFactor = 4;
const maxTries = 5;
/** Share of the shorter side of the image by which the beam is moved to either side, and the least one. */
const largeMove = 1 / 6;
const minMove = 1 / 16;
/** Pixels that stay free between the beam and the frame. */
const margin = 4;

/** Images of a round of large steps to either side, and the most rounds after the first one. */
const roundImages = 4;
const maxMoreRounds = 10;
/** Radians by which each of these is turned against the one before; no two of ten have the same directions. */
const turnOfRound = 0.7;

/** The number of images of a series without further tries, and with all of them and all rounds. */
export const seriesImages = { least: 8, most: 8 + 2 * maxTries + maxMoreRounds * roundImages };

/** Rounds that a series still needs until an error, as a share of the one that it aims at, falls to that: by counting it goes with the root of their number. */
export const roundsFor = (series: readonly SeriesImage[], share: number): number => {
  const done = (series.length - (seriesImages.least - roundImages)) / roundImages;
  return Math.max(0, Math.ceil(done * (share ** 2 - 1)));
};

/**
 * Takes images of the beam at its beam shift, at a small step along each axis, at large steps to either side, and where it began; then as many
 * more rounds of large steps as are asked for.
 * Throws for an image in which the beam cannot be measured, and for a beam that does not move.
 *
 * @param moreRounds number of rounds that are still needed, by the series as it is
 */
export async function takeShiftSeries(
  run: Run,
  { beamShift: { beamShift }, acquisition }: ShiftSeriesParts,
  exposure: Exposure,
  firstStep: number,
  moreRounds: (series: readonly SeriesImage[]) => number,
): Promise<readonly SeriesImage[]> {
  const base = await beamShift.read(run.signal);
  let [done, total] = [0, seriesImages.least];
  /** The nearest offset that the deflectors can make, with one step at least along the axis that is moved. */
  const whole = ({ x, y }: Vector): Vector<BeamShiftUnits> => {
    const steps = wholeSteps(beamShift.traits, vector(x, y));
    return vector(beamShiftUnits(x === 0 ? 0 : steps.x), beamShiftUnits(y === 0 ? 0 : steps.y));
  };
  const at = async <Taken>(
    offset: Vector,
    title: string,
    take: (...given: Parameters<typeof lookForBeam>) => Promise<Taken>,
  ): Promise<{ readonly shift: Vector; readonly taken: Taken }> => {
    run.operator.progress({ done, total, text: title });
    const wished = add(base, whole(offset));
    await beamShift.write(wished, run.signal);
    const held = await readBack(beamShift, wished, { signal: run.signal });
    await run.clock.delay(beamSettling, run.signal);
    const taken = await take(run, acquisition, exposure, title);
    done += 1;
    return { shift: subtract(held, base), taken };
  };
  const series: SeriesImage[] = [];
  const keep = ({ shift, taken: { beam, image } }: { readonly shift: Vector; readonly taken: BeamImage }): void => {
    series.push({ shift, time: image.frame.began, beam });
  };
  const first = await at(vector(0, 0), 'beam in the middle', takeBeam);
  keep(first);
  const { beam, image } = first.taken;
  const start = centreOf(beam);
  const [rows = 0, columns = 0] = image.frame.image.shape;
  const move = moveOf(beam, { rows, columns });
  /** A step that moves the beam by some pixels along an axis, and what it does. */
  const step = async (axis: 'x' | 'y', size: number): Promise<{ readonly size: number; readonly perUnit: Vector }> => {
    let tried = size;
    for (let attempt = 0; attempt < maxTries; attempt++) {
      const offset = axis === 'x' ? vector(tried, 0) : vector(0, tried);
      const found = await at(offset, `small step along ${axis.toUpperCase()}`, lookForBeam);
      const { verdict } = found.taken.beam;
      if (verdict === 'not there' || verdict === 'cut by the frame') {
        tried /= stepFactor;
        continue;
      }
      if (verdict !== 'inside') throw beamErrors.notMeasurable('an image after a small step', found.taken.beam);
      const moved = subtract(centreOf(found.taken.beam), start);
      if (length(moved) >= minFirstStep) {
        keep(found);
        return { size: tried, perUnit: scale(moved, 1 / found.shift[axis]) };
      }
      tried *= stepFactor;
    }
    throw beamErrors.noMovement();
  };
  const alongX = await step('x', firstStep);
  const alongY = await step('y', alongX.size);
  const rough: Matrix = fromColumns(alongX.perUnit, alongY.perUnit);
  const toShift = inverse(rough);
  if (!toShift) throw beamErrors.noMovement();
  for (const [axis, column] of [
    ['x', firstColumn(rough)],
    ['y', secondColumn(rough)],
  ] as const)
    for (const sign of [1, -1]) {
      const size = (sign * move) / length(column);
      const title = `${sign > 0 ? 'plus' : 'minus'} ${axis.toUpperCase()}`;
      keep(await at(axis === 'x' ? vector(size, 0) : vector(0, size), title, takeBeam));
    }
  keep(await at(vector(0, 0), 'beam back in the middle', takeBeam));
  // The noise of few images tells their error roughly, so each round looks again how many are left.
  for (let rounds = 0; rounds < maxMoreRounds; rounds++) {
    const left = Math.min(maxMoreRounds - rounds, moreRounds(series));
    if (left === 0) break;
    total = done + left * roundImages;
    // Other places each time: what lies in the beam or on the camera makes the same error at the same place, which repeating it would hide.
    for (let quarter = 0; quarter < roundImages; quarter++) {
      const direction = (rounds + 1) * turnOfRound + (2 * Math.PI * quarter) / roundImages;
      const offset = apply(toShift, vector(move * Math.cos(direction), move * Math.sin(direction)));
      keep(await at(offset, `round ${rounds + 2}, direction ${quarter + 1}`, takeBeam));
    }
  }
  return series;
}

const centreOf = (beam: BeamInImage): Vector => (beam.outline ?? beam.centroid!).centre;

/** Pixels by which the beam can be moved to either side. Throws where there is no room. */
function moveOf(beam: BeamInImage, { rows, columns }: { readonly rows: number; readonly columns: number }): number {
  const side = Math.min(rows, columns);
  const reach = beam.outline!.axes.long + margin;
  const { x, y } = centreOf(beam);
  const room = Math.min(columns / 2 - Math.abs(x), rows / 2 - Math.abs(y)) - reach;
  if (room < minMove * side) throw beamErrors.noRoom(Math.max(0, room), minMove * side);
  return Math.min(largeMove * side, room);
}

/** The observations of a series by the centre of intensity or by the edge; undefined where an image lacks it. */
export function observationsOf(
  series: readonly SeriesImage[],
  by: 'centroid' | 'outline',
): readonly Observation[] | undefined {
  const found = series.flatMap(({ shift, time, beam }) => {
    const place = beam[by];
    return place ? [{ shift, time, centre: place.centre, standardErrors: place.standardErrors }] : [];
  });
  return found.length === series.length ? found : undefined;
}
