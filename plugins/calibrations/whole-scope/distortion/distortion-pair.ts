import path from 'node:path';
import {
  EucentricError,
  type Matrix,
  type Metres,
  type Vector,
  add,
  apply,
  counted,
  imageShiftUnits,
  inMicrometres,
  inverse,
  length,
  micrometres,
  readable,
  scale,
  seconds,
  subtract,
  vector,
} from '../../../../core/base';
import { ImageAcquisition, singleExposureOf } from '../../../../core/acquisition';
import { BufferWork } from '../../../../core/buffers';
import { Cameras, type Exposure, Scope, Stage, type StagePosition } from '../../../../core/devices';
import { type BufferedImage, type Forecast, type ItemRun, type Uses, value } from '../../../../core/kernel';
import { ImageShiftControl, Optics } from '../../../../core/optics';
import { placeOfCentre } from '../../../../core/registration';
import { Settings } from '../../../../core/settings';
import { type CalibrationResult, Calibrations } from '../../../../core/store';
import { FineRegistration } from '../../../../imaging';
import { costBetween, imageCost } from '../../image-and-stage-shift/image-series/series-forecast';
import { alignPair } from '../../image-and-stage-shift/image-series/shift-series';
import { DistortionOverlaps, type ShiftWindow, directions, isInside, middleOf, shiftWindow } from './overlaps';
import { DistortionMemory } from './pair-memory';

/** Dependencies of Distortion. */
const needs = {
  scope: Scope,
  stage: Stage,
  cameras: Cameras,
  optics: Optics,
  control: ImageShiftControl,
  acquisition: ImageAcquisition,
  buffers: BufferWork,
  calibrations: Calibrations,
  settings: Settings,
  overlaps: DistortionOverlaps,
  memory: DistortionMemory,
};
type Use = Uses<typeof needs>;

/** The questions that it may ask. */
const questions = {
  direction: {
    kind: 'number',
    integer: true,
    minimum: 0,
    maximum: 7,
    why: 'The direction of the second image from the first: 0 right, 1 right and up, 2 up, and on counter-clockwise to 7, right and down.',
  },
  'image-shift': {
    kind: 'choice',
    choices: {
      reset: 'Set it to zero; the stage goes to the same place',
      leave: 'Leave it',
      cancel: 'Cancel',
    },
    why: 'Image shift is not zero. The distortion away from the axis is another one.',
  },
  file: {
    kind: 'text',
    why: 'The file that both images are added to. Pairs of all directions can go into one; a name without a folder stands beside the calibrations.',
  },
} as const;

/** The values that it reports. */
const results = {
  direction: value.quantity('Direction of the second image, from 0 on the right counter-clockwise to 7.'),
  trials: value.quantity('Number of pairs that were taken.'),
  shift: value.vector('Shift of the second image against the first one, X right and Y up.', { unit: 'binned px' }),
  move: value.vector('Way of the stage between them.', { unit: 'um' }),
  correlation: value.quantity('Correlation coefficient of the pair.'),
  file: value.text('File to which both images were added.'),
};
type Run = ItemRun<typeof questions, typeof results>;

/** Largest number of pairs. */
const maxTrials = 16;
/** Image shift, in units, above which it is asked about. */
const smallShift = 0.05;
/** Approach of the stage in micrometres, from the side opposite to the move. */
const backlash = 5;
/** Moves whose mean is the next one. */
const movesInMean = 3;
/** A move of the stage and its rest, in seconds. */
const moveSeconds = 3;

/** One run of Distortion. */
class DistortionPair {
  private readonly registration = new FineRegistration({ ignoreZeroPeak: true });

  constructor(private readonly use: Use) {}

  forecast(): Forecast {
    const { cameras, stage, control } = this.use;
    const cost = (trials: number) => imageCost(cameras.selected, this.exposure(), 2 * trials, moveSeconds);
    return {
      ...costBetween(cost(1), cost(maxTrials)),
      moves: [{ setting: stage.position, how: 'by half a field' }, control.net],
      dependsOn: 'how near to its target the stage stops',
    };
  }

  async run(run: Run): Promise<CalibrationResult> {
    const { stage, cameras, memory, settings } = this.use;
    const toCamera = this.stageToCamera(run);
    const direction = await run.ask('direction', {
      text: 'Direction of the second image (0 right, then counter-clockwise to 7)',
      default: memory.direction,
    });
    const start = await stage.position.read(run.signal);
    const shift = await this.use.control.net.read(run.signal);
    const reset = await this.askAboutImageShift(run, shift);
    const file = await this.file(run);
    memory.direction = direction;
    memory.file = file;

    run.restoreLater('stage position', (signal) =>
      stage.move({ ...xy(start), backlash: approach({ x: 1, y: 1 }) }, signal),
    );
    run.restoreLater('camera', () => cameras.selected.stop());
    run.operator.status('GETTING STAGE PAIRS');
    const centre = reset
      ? await this.resetImageShift(run, start, shift)
      : { x: inMicrometres(start.x), y: inMicrometres(start.y) };
    const exposure = this.exposure();
    const { area, binning } = exposure;
    const size = vector(Math.floor((area.right - area.left) / binning), Math.floor((area.bottom - area.top) / binning));
    const window = shiftWindow(direction, size, this.use.overlaps);
    const target = scale(apply(inverse(toCamera)!, middleOf(window)), binning);
    run.operator.log(
      `Shifts of ${windowInWords(window)} binned px are accepted; the stage moves by ${readable(target.x, 2)}, ${readable(target.y, 2)} um.`,
    );
    const candidates: Vector[] = [];
    let move = target;
    for (let trial = 1; trial <= maxTrials; trial++) {
      run.operator.progress({ done: trial - 1, total: maxTrials, text: `trial ${trial}` });
      const first = await this.imageAt(run, exposure, centre, target);
      const second = await this.imageAt(run, exposure, add(centre, move));
      const found = alignPair(this.registration, second, first, middleOf(window), 1);
      const seen = vector(found.x, found.y);
      run.operator.log(`Trial ${trial}: shift ${readable(seen.x, 1)}, ${readable(seen.y, 1)} binned px.`);
      if (!found.trusted) throw notAligned(found.findings[0]?.text);
      const limit = settings.get('DistortionMaxMoveToCheck');
      if (isInside(window, seen) || (limit > 0 && length(target) > limit)) {
        const saved = await this.save(file);
        const summary = `Distortion pair to the ${directions[direction]!}: shift ${readable(seen.x, 1)}, ${readable(seen.y, 1)} binned px after ${counted(trial, 'trial')}, saved in ${path.basename(saved)}.`;
        run.operator.log(summary);
        return run.report({
          summary,
          values: { direction, trials: trial, shift: seen, move, correlation: found.correlation, file: saved },
          conditions: { ...run.here(), binning },
        });
      }
      const actual = scale(apply(inverse(toCamera)!, seen), binning);
      candidates.push(subtract(add(move, target), actual));
      const last = candidates.slice(-movesInMean);
      move = scale(
        last.reduce((sum, each) => add(sum, each)),
        1 / last.length,
      );
      run.operator.log(`The next move is ${readable(move.x, 2)}, ${readable(move.y, 2)} um.`);
    }
    throw tooMany();
  }

  /** Unbinned pixels for a micrometre of the stage. */
  private stageToCamera(run: Run): Matrix {
    const found = this.use.optics.at(run.here()).stageToCamera;
    if (!found || !inverse(found.matrix)) throw noStage();
    return found.matrix;
  }

  private exposure(): Exposure {
    const { cameras, settings } = this.use;
    const { selected } = cameras;
    const set = settings.parameterSets.get(selected.traits.index)!.Record;
    return selected.fit(singleExposureOf(set, selected.traits));
  }

  private async askAboutImageShift(run: Run, { x, y }: Vector): Promise<boolean> {
    if (Math.abs(x) <= smallShift && Math.abs(y) <= smallShift) return false;
    const answer = await run.ask('image-shift', {
      text: `Image shift is ${readable(x, 2)}, ${readable(y, 2)} units. Set it to zero first?`,
      default: 'reset',
    });
    if (answer === 'cancel') throw cancelled();
    return answer === 'reset';
  }

  private async file(run: Run): Promise<string> {
    const { memory, calibrations } = this.use;
    const answer = await run.ask('file', {
      text: 'File for the images of the pair (MRC)',
      default: memory.file ?? 'distortion-pairs.mrc',
    });
    return path.resolve(path.dirname(calibrations.path), answer.trim());
  }

  /** Sets image shift to zero with the stage at the same place of the specimen; both come back at the end. */
  private async resetImageShift(run: Run, start: StagePosition, shift: Vector): Promise<Vector> {
    const { control, stage, optics } = this.use;
    const centre = placeOfCentre(optics, { stage: start, ...run.here(), imageShift: shift });
    await run.preserve(control.net);
    await control.net.write(vector(imageShiftUnits(0), imageShiftUnits(0)), run.signal);
    await stage.move({ x: micrometres(centre.x), y: micrometres(centre.y) }, run.signal);
    return centre;
  }

  /** Takes an image at a place of the stage; the first of a pair is approached from the side opposite to the way to the second. */
  private async imageAt(run: Run, exposure: Exposure, place: Vector, way?: Vector): Promise<BufferedImage> {
    const { stage, acquisition, settings } = this.use;
    const to = { x: micrometres(place.x), y: micrometres(place.y) };
    await stage.move(way ? { ...to, backlash: approach(way) } : to, run.signal);
    const longer = settings.get('DistortionStageDelay') - settings.get('StageMoveDelay');
    if (longer > 0) await run.clock.delay(seconds(longer / 1000), run.signal);
    return acquisition.take(exposure, { signal: run.signal, roll: 1, title: 'Distortion' });
  }

  /** Adds the first image, which has rolled on, and the second one. */
  private async save(file: string): Promise<string> {
    await this.use.buffers.save('B', file);
    return (await this.use.buffers.save('A', file)).path;
  }
}

/** Distortion, but for its id and its place in the order of work. */
export const distortionPair = {
  not: ['stem', 'low dose'],
  needs,
  questions,
  results,
  forecast: (use: Use) => new DistortionPair(use).forecast(),
  run: (use: Use, run: Run) => new DistortionPair(use).run(run),
} as const;

const xy = ({ x, y }: StagePosition) => ({ x, y });

/** The approach of the stage from the side opposite to a way. */
const approach = (way: Vector): Vector<Metres> =>
  vector(micrometres(-backlash * Math.sign(way.x)), micrometres(-backlash * Math.sign(way.y)));

const windowInWords = ({ least, most }: ShiftWindow): string =>
  `${readable(least.x, 0)} to ${readable(most.x, 0)} in X and ${readable(least.y, 0)} to ${readable(most.y, 0)} in Y`;

const noStage = (): EucentricError =>
  new EucentricError({
    code: 'distortion/no-stage-calibration',
    message: 'The stage is not calibrated at this magnification, so it cannot be sent to where the images overlap.',
    hint: 'Run Stage Shift first.',
  });
const cancelled = (): EucentricError =>
  new EucentricError({
    code: 'distortion/cancelled',
    message: 'No pair was taken; image shift is as it was.',
    hint: 'Set image shift to zero yourself, or choose to have it done.',
  });
const notAligned = (why = 'the correlation is not certain'): EucentricError =>
  new EucentricError({
    code: 'distortion/not-aligned',
    message: `The two images could not be aligned with certainty: ${why}`,
    hint: 'Use a specimen with more detail and more exposure, or measure Stage Shift again. Nothing was saved.',
  });
const tooMany = (): EucentricError =>
  new EucentricError({
    code: 'distortion/too-many-trials',
    message: `None of ${maxTrials} pairs overlapped as requested: the stage stops too far from where it is sent.`,
    hint: 'Widen the largest overlaps with Set Overlaps, or set DistortionStageDelay. Nothing was saved.',
  });
