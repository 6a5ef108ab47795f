import {
  type BeamShiftUnits,
  type BeamTiltUnits,
  type Vector,
  add,
  beamShiftUnits,
  length,
  subtract,
  vector,
} from '../base';
import type { BeamShift, BeamTilt } from '../devices';
import type { Calibrations } from '../store';

/** Dependencies of carrying the beam across changes of spot size and alpha. */
export interface BeamCarryingParts {
  readonly calibrations: Pick<Calibrations, 'records'>;
  readonly beamShift: () => Pick<BeamShift, 'beamShift'> | undefined;
  readonly beamTilt: () => Pick<BeamTilt, 'beamTilt'> | undefined;
  /** True while the magnification is in the secondary range of the column, which has beam shifts by spot size of its own. */
  readonly inSecondaryRange: () => Promise<boolean>;
}

/** The beam shifts by spot size of one range of magnification. */
export interface SpotShifts {
  readonly from: number;
  readonly to: number;
  /** By spot size from the first one. */
  readonly shifts: readonly Vector<BeamShiftUnits>[];
}

/** The stored beam shifts by spot size, in the secondary range of magnification or outside it; undefined where there are none. */
export function spotShiftsOf(calibrations: Pick<Calibrations, 'records'>, secondary: boolean): SpotShifts | undefined {
  const [row] = calibrations.records('SpotBeamShifts').all();
  if (!row) return undefined;
  const count = (from: number, to: number): number => (to > from ? to - from + 1 : 0);
  const first = count(row.minimumSpot, row.maximumSpot);
  const [from, to] = secondary
    ? [row.secondaryMinimumSpot, row.secondaryMaximumSpot]
    : [row.minimumSpot, row.maximumSpot];
  if (count(from, to) === 0) return undefined;
  const start = secondary ? first : 0;
  const shifts = row.rows
    .slice(start, start + count(from, to))
    .map(({ x, y }) => vector(beamShiftUnits(x), beamShiftUnits(y)));
  return { from, to, shifts };
}

/** Keeps the beam in its place when the program changes spot size or alpha, by what was calibrated for each. */
export class BeamCarrying {
  constructor(private readonly parts: BeamCarryingParts) {}

  /** To be called after a change of spot size. */
  async didChangeSpot(from: number, to: number): Promise<void> {
    if (from === to) return;
    const stored = spotShiftsOf(this.parts.calibrations, await this.parts.inSecondaryRange());
    if (!stored) return;
    const [before, after] = [from, to].map((spot) => stored.shifts[spot - stored.from]);
    if (!before || !after) return;
    await this.shiftBy(subtract(after, before));
  }

  /** To be called after a change of alpha. */
  async didChangeAlpha(from: number, to: number): Promise<void> {
    if (from === to) return;
    const { calibrations } = this.parts;
    const shift = differenceOf(calibrations.records('AlphaBeamShifts').all(), from, to);
    if (shift) await this.shiftBy(shift as Vector<BeamShiftUnits>);
    const tilt = differenceOf(calibrations.records('AlphaBeamTilts').all(), from, to);
    const setting = this.parts.beamTilt()?.beamTilt;
    if (!tilt || !setting || length(tilt) === 0) return;
    await setting.write(add(await setting.read(), tilt as Vector<BeamTiltUnits>));
  }

  private async shiftBy(difference: Vector<BeamShiftUnits>): Promise<void> {
    const setting = this.parts.beamShift()?.beamShift;
    if (!setting || length(difference) === 0) return;
    await setting.write(add(await setting.read(), difference));
  }
}

function differenceOf(
  rows: readonly { readonly alpha: number; readonly x: number; readonly y: number }[],
  from: number,
  to: number,
): Vector | undefined {
  const [before, after] = [from, to].map((alpha) => rows.find((row) => row.alpha === alpha));
  return before && after && subtract({ x: after.x, y: after.y }, { x: before.x, y: before.y });
}
