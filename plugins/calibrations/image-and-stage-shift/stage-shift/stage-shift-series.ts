import {
  EucentricError,
  type Matrix,
  type Vector,
  add,
  apply,
  inMicrometres,
  length,
  micrometres,
  seconds,
  subtract,
  vector,
  readable,
} from '../../../../core/base';
import type { Exposure, Scope, Stage } from '../../../../core/devices';
import type { BufferedImage, ImageBuffers, Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import type { Settings } from '../../../../core/settings';
import { type Displacement, FineRegistration } from '../../../../imaging';
import {
  type SeriesFinding,
  type RepeatedPair,
  findingsOfPair,
  findingsOfRepeated,
  findingsOfSpecimen,
} from '../image-series/series-findings';
import type { WholeImageCorrelation } from './whole-image-correlation';
import { alignPair } from '../image-series/shift-series';
import type { StagePair } from './stage-shift-analysis';
import { type AxisPlan, furtherPositions, usualStageError } from './stage-shift-plan';
import { type SeenDisplacement, displacementPlot } from '../image-series/measurement-plots';
import { type MeasuredShift, closedShifts } from './stage-closure';
import type { StillPair } from './stage-drift';
import { shiftsOfParts } from '../image-series/field-parts';
import type { StageParts } from './stage-distortion';

/** Dependencies of a stage series. */
export interface StageSeriesParts {
  readonly scope: Scope;
  readonly stage: Stage;
  readonly acquisition: ImageAcquisition;
  readonly buffers: ImageBuffers;
  readonly settings: Settings;
  readonly wholeImages: WholeImageCorrelation;
}

/** Plan of a stage series: the steps of each axis, from where (micrometres), what is expected of them, and the exposure of its images. */
export interface StageSeriesPlan {
  readonly plan: Readonly<Record<'x' | 'y', AxisPlan>>;
  readonly start: Vector;
  /** Unbinned pixels for one micrometre of the stage. */
  readonly prior: Matrix;
  readonly exposure: Exposure;
  /** True when the steps of an axis do not show its cycle, so that its series has to go on. */
  readonly goesOn: (axis: 'x' | 'y', soFar: StageSeries) => boolean;
}

/** Measurements of a stage series. */
export interface StageSeries {
  readonly pairs: readonly StagePair[];
  /** Pairs of images at the same place of the stage: these show the drift. */
  readonly still: readonly StillPair[];
  readonly findings: readonly SeriesFinding[];
  /** Pairs by their number in the whole series whose shift contradicts those over two steps. */
  readonly contradicting: readonly number[];
  /** Micrometres from the first to the last image of each axis. */
  readonly extent: Readonly<Record<'x' | 'y', number>>;
  /** Images at different places, and those taken again without a move. */
  readonly images: number;
  readonly stillImages: number;
  /** Parts of some pairs, which show the distortion of the field. */
  readonly parts: readonly StageParts[];
  /** Width and height of the images in binned pixels. */
  readonly size: Vector;
}

interface Taken {
  readonly image: BufferedImage;
  /** As the stage reads there, in micrometres. */
  readonly position: Vector;
  readonly time: number;
}

/** Number of images without a move, which show the drift: at the start, between the two axes and at the end. */
export const stillImages = 3;
/** Share of the field by which two steps may move the image when these are correlated too. */
const maxTwoSteps = 0.8;
/** Number of further images after which it is looked whether the series is long enough. */
const imagesBetweenLooks = 2;
/** Pairs of each axis in which the shift of parts is measured. */
const pairsInParts = 2;
/** Share of a step that the stage must have made. */
const minMoved = 0.5;

/** Steps the stage along X, then along Y, and measures how far each step carried the image. */
export async function takeStageSeries(run: Run, parts: StageSeriesParts, plan: StageSeriesPlan): Promise<StageSeries> {
  return new Series(run, parts, plan).take();
}

class Series {
  private readonly registration = new FineRegistration({ ignoreZeroPeak: true });
  private readonly stillRegistration = new FineRegistration();
  private readonly pairs: StagePair[] = [];
  private readonly still: StillPair[] = [];
  private readonly ofSpecimen: SeriesFinding[] = [];
  private readonly ofPairs: RepeatedPair[] = [];
  private readonly seen: SeenDisplacement[] = [];
  private readonly contradicting: number[] = [];
  private readonly extent = { x: 0, y: 0 };
  private readonly ofParts: StageParts[] = [];
  private readonly backlash: number;
  private size: Vector = vector(0, 0);
  private taken = 0;
  private images = 0;
  private total: number;
  private atStart: Taken | undefined;

  constructor(
    private readonly run: Run,
    private readonly parts: StageSeriesParts,
    private readonly plan: StageSeriesPlan,
  ) {
    const entered = parts.settings.get('StageCalibrationBacklash');
    this.backlash = -(entered > 0 ? entered : (parts.scope.traits.stageError ?? usualStageError).backlash);
    this.total = plan.plan.x.images + plan.plan.y.images + stillImages;
  }

  async take(): Promise<StageSeries> {
    for (const axis of ['x', 'y'] as const) await this.takeAxis(axis);
    return this.soFar();
  }

  private soFar(): StageSeries {
    const { pairs, still, contradicting, extent, images, ofParts, taken } = this;
    const findings = [...this.ofSpecimen, ...findingsOfRepeated(this.ofPairs)];
    return {
      pairs: [...pairs],
      // A fixed pattern shows no shift between images that were not moved, whatever the specimen did.
      still: findings.some(({ code }) => code === 'calibration/fixed-pattern') ? [] : [...still],
      findings,
      contradicting,
      extent,
      images,
      stillImages: taken - images,
      parts: ofParts,
      size: this.size,
    };
  }

  private async takeAxis(axis: 'x' | 'y'): Promise<void> {
    const { run, parts, plan } = this;
    const { positions } = plan.plan[axis];
    const places: Taken[] = [];
    const own: StagePair[] = [];
    const overTwo: (MeasuredShift | undefined)[] = [];
    const first = this.pairs.length;
    const step = async (): Promise<void> => {
      own.push(await this.pair(axis, places));
      if (places.length > 2) overTwo.push(this.overTwo(places, own));
    };
    for (const [index, position] of positions.entries()) {
      // Only the first move of a series comes from elsewhere; all others go the same way already.
      places.push(await this.takeAt(axis, position, index === 0));
      if (index > 0) await step();
      else await this.takeStill(places[0]!);
    }
    this.closeTriangles(axis, own, overTwo, first);
    const middle = places[(positions.length - 1) / 2]!;
    if (axis === 'x') this.atStart = middle;
    else this.revisit(middle);
    const further = furtherPositions(plan.plan[axis], parts.settings.get('MaxStageCalExtent'));
    for (const [index, position] of further.entries()) {
      if (index % imagesBetweenLooks === 0) {
        if (!plan.goesOn(axis, this.soFar())) break;
        this.total += Math.min(imagesBetweenLooks, further.length - index);
        if (index === 0)
          run.operator.log(
            `The ${axis.toUpperCase()} steps do not show the cycle of the stage; the series goes on in the same direction.`,
          );
      }
      const place = await this.takeAt(axis, position, false).catch((error: unknown) => {
        // The limits of the stage end the series where it is.
        if (error instanceof EucentricError && error.code === 'limits/out-of-range') return undefined;
        throw error;
      });
      if (!place) break;
      places.push(place);
      await step();
      this.closeTriangles(axis, own, overTwo, first);
    }
    if (axis === 'y') await this.takeStill(places.at(-1)!);
    this.extent[axis] = plan.plan[axis].extent + (places.length - positions.length) * plan.plan[axis].step;
  }

  private async takeAt(axis: 'x' | 'y', position: number, first: boolean): Promise<Taken> {
    const { run, parts, plan } = this;
    const { start } = plan;
    run.operator.progress({
      done: this.taken,
      total: this.total,
      text: `Stage shift along ${axis.toUpperCase()}: image ${this.taken + 1} of ${this.total}`,
    });
    const target = {
      x: micrometres(start.x + (axis === 'x' ? position : 0)),
      y: micrometres(start.y + (axis === 'y' ? position : 0)),
    };
    const backlash = vector(micrometres(this.backlash), micrometres(this.backlash));
    await parts.stage.move(first ? { ...target, backlash } : target, run.signal);
    // Stages go to the nearest step of theirs: where it stands counts, not where it was sent.
    const held = await parts.stage.position.read(run.signal);
    this.images += 1;
    return this.image(vector(inMicrometres(held.x), inMicrometres(held.y)));
  }

  private async image(position: Vector): Promise<Taken> {
    const { run, parts, plan } = this;
    const image = await parts.acquisition.take(plan.exposure, { signal: run.signal, roll: 5, title: 'Stage shift' });
    this.taken += 1;
    const [rows = 0, columns = 0] = image.frame.image.shape;
    this.size = vector(columns, rows);
    if (this.taken === 1) this.ofSpecimen.push(...findingsOfSpecimen(image));
    return { image, position, time: run.clock.now() };
  }

  private async pair(axis: 'x' | 'y', places: readonly Taken[]): Promise<StagePair> {
    const { run, parts, plan } = this;
    const [earlier, later] = [places.at(-2)!, places.at(-1)!];
    const moved = vector(later.position.x - earlier.position.x, later.position.y - earlier.position.y);
    if (Math.abs(moved[axis]) < minMoved * plan.plan[axis].step)
      throw notMoved(axis, moved[axis], plan.plan[axis].step);
    const expected = this.onCamera(moved);
    const found = alignPair(
      this.registration,
      later.image,
      earlier.image,
      parts.wholeImages.on ? undefined : expected,
      this.taken - 1,
    );
    this.ofPairs.push({
      axis,
      shift: found,
      findings: findingsOfPair(later.image, earlier.image, this.taken - 1, found),
    });
    const pair: StagePair = {
      axis,
      from: earlier.position,
      to: later.position,
      times: [earlier.time, later.time],
      ...measured(found),
      correlation: found.correlation,
    };
    this.pairs.push(pair);
    this.lookAtParts(axis, places.length, pair, later, earlier);
    this.seen.push({ measured: vector(found.x, found.y), expected });
    run.operator.plot(displacementPlot('Measured displacements', this.seen));
    parts.buffers.align('B', vector(-found.x, -found.y));
    await run.operator.toggleImages({
      buffers: ['A', 'B'],
      times: parts.settings.get('StageCalNumToggles'),
      interval: seconds(parts.settings.get('StageCalToggleInterval') / 1000),
    });
    run.log.debug(
      'c',
      `${axis.toUpperCase()} pair ${places.length - 1}: ${readable(found.x, 2)}, ${readable(found.y, 2)} binned px, correlation ${readable(found.correlation, 3)}`,
    );
    return pair;
  }

  /** Measures the shift in parts of some pairs: those of an axis are displaced alike, so two of them are enough. */
  private lookAtParts(axis: 'x' | 'y', places: number, { shift }: StagePair, later: Taken, earlier: Taken): void {
    if (places % 2 > 0 || this.ofParts.filter((each) => each.axis === axis).length >= pairsInParts) return;
    const numbers = { axis, earlier: this.taken - 2, later: this.taken - 1 };
    this.ofParts.push({ ...numbers, ...shiftsOfParts(later.image.frame.image, earlier.image.frame.image, shift) });
  }

  /** One more image without a move. */
  private async takeStill(place: Taken): Promise<void> {
    const again = await this.image(place.position);
    const found = alignPair(this.stillRegistration, again.image, place.image, vector(0, 0), this.taken - 1);
    if (found.trusted) this.still.push({ from: place.time, to: again.time, ...measured(found), revisited: false });
  }

  /** The two series cross at the start: the drift between the two images there is that of half of the run. */
  private revisit(again: Taken): void {
    const { atStart } = this;
    if (!atStart) return;
    try {
      const found = this.stillRegistration.measure(again.image.frame.image, atStart.image.frame.image, vector(0, 0));
      if (found.trusted) this.still.push({ from: atStart.time, to: again.time, ...measured(found), revisited: true });
    } catch {
      // Without it the images that were taken without a move tell the drift.
    }
  }

  /** The shift over the last two steps; undefined where they leave no overlap. */
  private overTwo(places: readonly Taken[], own: readonly StagePair[]): MeasuredShift | undefined {
    const { area, binning } = this.plan.exposure;
    const field = Math.min(area.right - area.left, area.bottom - area.top) / binning;
    const [first, second] = [own.at(-2)!, own.at(-1)!];
    if (length(add(first.shift, second.shift)) > maxTwoSteps * field) return undefined;
    try {
      const found = this.registration.measure(
        places.at(-1)!.image.frame.image,
        places.at(-3)!.image.frame.image,
        // By the positions and not by the two shifts, which may be wrong.
        this.parts.wholeImages.on ? undefined : this.onCamera(subtract(second.to, first.from)),
      );
      return found.trusted ? measured(found) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Mends or doubts the shifts that contradict those over two steps. */
  private closeTriangles(
    axis: 'x' | 'y',
    own: readonly StagePair[],
    overTwo: readonly (MeasuredShift | undefined)[],
    first: number,
  ): void {
    const { pairs, contradicting } = closedShifts(own, overTwo);
    this.pairs.splice(first, this.pairs.length - first, ...pairs);
    for (const index of contradicting.filter((each) => !this.contradicting.includes(first + each))) {
      this.contradicting.push(first + index);
      this.run.operator.log(
        `${axis.toUpperCase()} pair ${index + 1}: the shift contradicts that over two steps and counts less.`,
      );
    }
  }

  private onCamera(moved: Vector): Vector {
    const { x, y } = apply(this.plan.prior, moved);
    const { binning } = this.plan.exposure;
    return vector(x / binning, y / binning);
  }
}

const measured = ({ x, y, standardError }: Displacement): MeasuredShift => ({
  shift: vector(x, y),
  standardError: vector(standardError.x, standardError.y),
});

const notMoved = (axis: 'x' | 'y', moved: number, wanted: number): EucentricError =>
  new EucentricError({
    code: 'stage-shift/stage-not-there',
    message: `The stage was to move by ${readable(wanted, 2)} um in ${axis.toUpperCase()} and reads ${readable(moved, 2)} um.`,
    hint: `Check that the ${axis.toUpperCase()} axis is not blocked, at a limit or switched off, and start again. Nothing was stored.`,
  });
