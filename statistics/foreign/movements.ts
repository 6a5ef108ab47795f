import { normals } from './chance';
import type { Asked, Moment, Point } from './foreign-world';

type OnHistory = (asked: readonly Asked[], moment: Moment) => Point;
type OverTime = (moment: Moment) => Point;

const axes = ['x', 'y'] as const;
const perAxis = (of: (axis: 'x' | 'y') => number): Point => ({ x: of('x'), y: of('y') });

/** Lost motion: what follows stays back within a play on either side, as a magnet or a drive does after it has turned round. */
export const lostMotion =
  (play: Point): OnHistory =>
  (asked) =>
    perAxis((axis) => {
      let stands = asked[0]?.[axis] ?? 0;
      for (const { [axis]: to } of asked) stands = Math.min(to + play[axis] / 2, Math.max(to - play[axis] / 2, stands));
      return stands - (asked.at(-1)?.[axis] ?? 0);
    });

/** Memory: a share of the extreme that was reached last remains, as of iron that has been magnetized. */
export const remanence =
  (share: number): OnHistory =>
  (asked) =>
    perAxis((axis) => {
      let kept = 0;
      for (const { [axis]: to } of asked) kept = Math.abs(to) >= Math.abs(kept) ? to : kept + 0.3 * (to - kept);
      return share * (kept - (asked.at(-1)?.[axis] ?? 0));
    });

/** Slow arrival: a share of every step is missing at first. It comes in by `exp(-(t/T)^b)`; with a stretch b below 1 the end is slow. */
export const slowArrival =
  (share: number, seconds: number, stretch: number): OnHistory =>
  (asked, { time }) =>
    perAxis((axis) => {
      let missing = 0;
      for (const [index, { [axis]: to, time: when }] of asked.entries()) {
        const step = to - (asked[index - 1]?.[axis] ?? to);
        missing += step * Math.exp(-((Math.max(0, time - when) / seconds) ** stretch));
      }
      return -share * missing;
    });

/** Steps of a device that reports what it was asked for and goes to the nearest of its own places. */
export const hiddenSteps =
  (step: Point): OnHistory =>
  (asked) =>
    perAxis((axis) => {
      const to = asked.at(-1)?.[axis] ?? 0;
      return Math.round(to / step[axis]) * step[axis] - to;
    });

/** A response that bends: the cube of the setting acts along its axis, and its square across. */
export const bentResponse =
  (unit: number, cubic: number, across: number): OnHistory =>
  (asked) => {
    const { x = 0, y = 0 } = asked.at(-1) ?? {};
    return {
      x: cubic * x * (x / unit) ** 2 + (across * y * y) / unit,
      y: cubic * y * (y / unit) ** 2 + (across * x * x) / unit,
    };
  };

/** Wave of a drive: share of the local scale, length in micrometres, phase in radians. */
export interface Wave {
  readonly share: number;
  readonly length: number;
  readonly phase: number;
}

/** Waves along each axis of a stage. */
export const drive =
  (waves: Readonly<Record<'x' | 'y', readonly Wave[]>>): OnHistory =>
  (moves) => {
    const { x = 0, y = 0 } = moves.at(-1) ?? {};
    const off = (at: number, of: readonly Wave[]): number =>
      of.reduce((sum, { share, length, phase }) => {
        const turn = (2 * Math.PI) / length;
        return sum + (share / turn) * Math.cos(turn * at + phase);
      }, 0);
    return { x: off(x, waves.x), y: off(y, waves.y) };
  };

/** Places at which moves end a little off, new with each move. */
export function looseEnds(scatter: number, seed: number): OnHistory {
  const draw = normals(seed);
  return (moves) => ({ x: scatter * draw(moves.length, 0), y: scatter * draw(moves.length, 1) });
}

/** Creep of a holder after each move: a share of the step is missing and comes in by the logarithm of time. */
export const creepAfterMoves =
  (share: number, most: number, seconds: number): OnHistory =>
  (moves, { time }) =>
    perAxis((axis) =>
      moves.reduce((sum, { [axis]: to, time: when }, index) => {
        const step = to - (moves[index - 1]?.[axis] ?? to);
        const size = Math.sign(step) * Math.min(most, Math.abs(share * step));
        return sum - size / (1 + Math.max(0, time - when) / seconds);
      }, 0),
    );

/** Drift at a speed that turns slowly: micrometres and radians a second. */
export const drift =
  (speed: Point, turning: number): OverTime =>
  ({ time }) => {
    if (Math.abs(turning) < 1e-9) return { x: speed.x * time, y: speed.y * time };
    const [sine, cosine] = [Math.sin(turning * time) / turning, (1 - Math.cos(turning * time)) / turning];
    return { x: speed.x * sine - speed.y * cosine, y: speed.y * sine + speed.x * cosine };
  };

/** Drift that falls off as one over time, from a speed in micrometres a second. */
export const tiringDrift =
  (speed: Point, seconds: number, from: number): OverTime =>
  ({ time }) => {
    const course = seconds * Math.log1p(Math.max(0, time - from) / seconds);
    return { x: speed.x * course, y: speed.y * course };
  };

/** Charging: with each image the picture is pushed on, less and less, and a little at random. */
export function charging(whole: Point, images: number, scatter: number, seed: number): OverTime {
  const draw = normals(seed);
  return ({ image }) => {
    const share = 1 - Math.exp(-(image + 0.5) / images);
    return perAxis((axis) => whole[axis] * share + scatter * draw(image, axes.indexOf(axis)));
  };
}

/** Jumps: displacements that begin with an image and end before another. */
export const jumps =
  (list: readonly { readonly from: number; readonly to: number; readonly by: Point }[]): OverTime =>
  ({ image }) =>
    list.reduce((sum, { from, to, by }) => (image >= from && image < to ? { x: sum.x + by.x, y: sum.y + by.y } : sum), {
      x: 0,
      y: 0,
    });

/** Trembling: each image elsewhere. */
export function trembling(size: number, seed: number): OverTime {
  const draw = normals(seed);
  return ({ image }) => ({ x: size * draw(image, 0), y: size * draw(image, 1) });
}
