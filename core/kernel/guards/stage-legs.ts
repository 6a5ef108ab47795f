import { type Metres, inDegrees, inMicrometres } from '../../base';
import type { StageLimits, StageMove } from '../../devices';
import { kernelErrors } from '../errors';

/** One move that is sent to a stage: micrometres and degrees, on the axes that move. */
export interface StageLeg {
  readonly x?: number;
  readonly y?: number;
  readonly z?: number;
  readonly tilt?: number;
}

/** The place that a stage can reach; an axis without limits only has to be given a number. */
export interface StageReach {
  /** Micrometres. */
  readonly stageLimits:
    | {
        readonly x: readonly [number, number];
        readonly y: readonly [number, number];
        readonly z?: readonly [number, number];
      }
    | undefined;
  /** Degrees. */
  readonly largestTilt: number;
}

/** The reach of a stage by axis. */
export const limitsOf = ({ stageLimits, largestTilt }: StageReach): StageLimits => ({
  ...stageLimits,
  tilt: [-largestTilt, largestTilt],
});

/**
 * The moves to send for one that is asked for, the one that takes up backlash first; throws `limits/out-of-range` if any of them leads
 * too far.
 */
export function stageLegs({ x, y, z, tilt, backlash }: StageMove, reach: StageReach): readonly StageLeg[] {
  const leg: StageLeg = {
    ...(x !== undefined && { x: inUm(x) }),
    ...(y !== undefined && { y: inUm(y) }),
    ...(z !== undefined && { z: inUm(z) }),
    ...(tilt !== undefined && { tilt: inDegrees(tilt) }),
  };
  if (Object.keys(leg).length === 0) return [];
  checkLeg(leg, reach);
  if (!backlash || (x === undefined && y === undefined)) return [leg];
  const before: StageLeg = {
    ...(x !== undefined && { x: inUm(x + backlash.x) }),
    ...(y !== undefined && { y: inUm(y + backlash.y) }),
  };
  checkLeg(before, reach);
  return [before, leg];
}

// Metres and micrometres differ by rounding errors, which must not carry a target over a limit.
const inUm = (length: number): number => Number(inMicrometres(length as Metres).toFixed(6));

function checkLeg({ x, y, z, tilt }: StageLeg, { stageLimits, largestTilt }: StageReach): void {
  checkAxis('stage X', x, stageLimits?.x);
  checkAxis('stage Y', y, stageLimits?.y);
  checkAxis('stage Z', z, stageLimits?.z);
  if (tilt !== undefined && !(Math.abs(tilt) <= largestTilt))
    throw kernelErrors.outOfRange('tilt', `${tilt.toFixed(2)} degrees`, `-${largestTilt} to ${largestTilt} degrees`);
}

function checkAxis(axis: string, um: number | undefined, limits: readonly [number, number] | undefined): void {
  if (um === undefined) return;
  if (!Number.isFinite(um)) throw kernelErrors.outOfRange(axis, String(um), 'a number of micrometres');
  if (limits && (um < limits[0] || um > limits[1]))
    throw kernelErrors.outOfRange(axis, `${um.toFixed(2)} um`, `${limits[0]} to ${limits[1]} um`);
}
