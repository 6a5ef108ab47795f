import { type Matrix, type Vector, apply, inverse, product, rotation, scaleMatrix } from '../../../core/base';
import type { StillPair } from '../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-drift';
import type { StagePair } from '../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-analysis';
import {
  driftOf,
  stageErrorOf,
} from '../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-outcome';
import {
  furtherPositions,
  planAxis,
  withSteps,
} from '../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-plan';
import { fitStageShift } from '../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-analysis';
import {
  type WeighedStageFit,
  weighStageShift,
} from '../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-shift-uncertainty';
import { randomNumbers } from '../random-numbers';

/** A stage, a specimen and a correlation in numbers alone, written without the simulation and without the models of the fit. */
export interface StageWorld {
  readonly cycles: Vector;
  /** Lengths in the properties. */
  readonly entered: Vector;
  readonly amplitude: number;
  /** Second harmonic, and a tooth of a third length, as shares of the local scale. */
  readonly second: number;
  readonly third: number;
  readonly scatter: number;
  /** Micrometres a second at the start, and the seconds in which it dies away; Infinity for never. */
  readonly drift: Vector;
  readonly decay: number;
  /** Micrometres that follow each move. */
  readonly creep: number;
  /** Micrometres by which each image is displaced at random, also without a move. */
  readonly trembling: number;
  /** Smallest step of the stage in micrometres. */
  readonly step: number;
  /** Error of a shift in binned pixels, and the stated share of it. */
  readonly shiftError: number;
  readonly stated: number;
  /** Binned pixels by which one pair of each axis is wrong. */
  readonly bad: number;
  /** Micrometres of the field over 512 pixels. */
  readonly field: number;
}

export const quietWorld: StageWorld = {
  cycles: { x: 62, y: 41 },
  entered: { x: 62, y: 41 },
  amplitude: 0.08,
  second: 0,
  third: 0,
  scatter: 0.015,
  drift: { x: 0.0001, y: -0.0001 },
  decay: Infinity,
  creep: 0,
  trembling: 0,
  step: 0,
  shiftError: 0.03,
  stated: 1,
  bad: 0,
  field: 21,
};

/** Takes a series in a world and fits it. */
export function measureWorld(
  world: StageWorld,
  seed: number,
): { readonly truth: Matrix; readonly fit: WeighedStageFit; readonly extent: Vector } {
  const next = randomNumbers(seed);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const normal = (): number => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
  const binning = 8;
  const truth = scaleMatrix(rotation(between(0, 360)), (512 * binning) / world.field);
  const onImage = scaleMatrix(truth, 1 / binning);
  const phases = Array.from({ length: 6 }, () => between(0, 2 * Math.PI));
  const carriage = (at: number, axis: 'x' | 'y'): number => {
    const [first, second, third] = axis === 'x' ? phases.slice(0, 3) : phases.slice(3);
    const wave = (share: number, length: number, phase: number): number =>
      ((share * length) / (2 * Math.PI)) * Math.cos((2 * Math.PI * at) / length + phase);
    const length = world.cycles[axis];
    return (
      at +
      wave(world.amplitude, length, first!) +
      wave(world.second, length / 2, second!) +
      wave(world.third, 17, third!)
    );
  };
  let time = 0;
  const drifted = (): Vector => {
    const seconds = Number.isFinite(world.decay) ? world.decay * (1 - Math.exp(-time / world.decay)) : time;
    return { x: world.drift.x * seconds, y: world.drift.y * seconds };
  };
  interface Seen {
    readonly read: Vector;
    readonly seen: Vector;
    readonly time: number;
  }
  let stands: Vector = { x: 0, y: 0 };
  let read: Vector = { x: 0, y: 0 };
  const look = (left: number): Seen => {
    const drift = drifted();
    const tremble = (): number => (world.trembling > 0 ? world.trembling * normal() : 0);
    return { read, seen: { x: stands.x + drift.x - left + tremble(), y: stands.y + drift.y - left + tremble() }, time };
  };
  const moveTo = (x: number, y: number): Seen => {
    const rounded = (value: number): number => (world.step > 0 ? Math.round(value / world.step) * world.step : value);
    read = { x: rounded(x), y: rounded(y) };
    stands = {
      x: carriage(read.x, 'x') + world.scatter * normal(),
      y: carriage(read.y, 'y') + world.scatter * normal(),
    };
    time += 5;
    return look(world.creep);
  };
  const shiftOf = (from: Seen, to: Seen, wrong = 0): { shift: Vector; standardError: Vector } => {
    const { x, y } = apply(onImage, { x: to.seen.x - from.seen.x, y: to.seen.y - from.seen.y });
    const error = world.shiftError * world.stated;
    return {
      shift: { x: x + world.shiftError * normal() + wrong, y: y + world.shiftError * normal() - wrong },
      standardError: { x: error, y: error },
    };
  };
  const pairs: StagePair[] = [];
  const still: StillPair[] = [];
  const extent = { x: 0, y: 0 };
  let middle: Seen | undefined;
  const stay = (place: Seen): void => {
    time += 4;
    still.push({ from: place.time, to: time, ...shiftOf(place, look(0)), revisited: false });
  };
  for (const axis of ['x', 'y'] as const) {
    const plan = withSteps(planAxis(world.field / 2, world.entered[axis], 140), world.field / 2);
    const at = (position: number): Seen => (axis === 'x' ? moveTo(position, 0) : moveTo(0, position));
    let before = at(plan.positions[0]!);
    stay(before);
    const wrong = Math.floor(between(1, plan.images - 1));
    const step = (position: number, index: number): void => {
      const now = at(position);
      if (Math.abs(position) < 1e-9) {
        if (middle) still.push({ from: middle.time, to: time, ...shiftOf(middle, now), revisited: true });
        middle = now;
      }
      pairs.push({
        axis,
        from: before.read,
        to: now.read,
        times: [before.time, now.time],
        correlation: 0.7,
        ...shiftOf(before, now, index === wrong ? world.bad : 0),
      });
      before = now;
    };
    plan.positions.slice(1).forEach((position, index) => step(position, index + 1));
    extent[axis] = plan.extent;
    for (const [index, position] of furtherPositions(plan, 140).entries()) {
      if (index % 2 === 0 && stageErrorOf({ pairs, still }, axis, world.entered[axis], binning) < 0.0025) break;
      step(position, -1);
      extent[axis] += plan.step;
    }
    if (axis === 'y') stay(before);
  }
  const rough = fitStageShift(pairs, binning).matrix;
  return {
    truth,
    fit: weighStageShift(pairs, rough, world.entered, binning, driftOf({ pairs, still }, rough, binning)),
    extent,
  };
}

/** Errors of a fit as shares, along and across the movement of each axis, with the stated ones; and both in percent. */
export function errorsOf({ truth, fit }: { readonly truth: Matrix; readonly fit: WeighedStageFit }): {
  readonly elements: readonly number[];
  readonly stated: readonly number[];
  readonly percent: number;
  readonly statedPercent: number;
} {
  const { xpx, xpy, ypx, ypy } = product(inverse(truth)!, fit.matrix);
  const elements = [xpx - 1, ypx, ypy - 1, xpy];
  const { x, y } = fit.axes;
  return {
    elements,
    stated: [x.along, x.across, y.along, y.across].map(
      ({ standardError }, index) => standardError / Math.abs((index < 2 ? x : y).along.slope),
    ),
    percent: 100 * Math.max(...elements.map(Math.abs)),
    statedPercent: 100 * Math.max(x.share, y.share),
  };
}
