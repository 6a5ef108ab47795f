import { readFileSync, rmSync } from 'node:fs';
import { type Vector, beamShiftUnits, beamTiltUnits, length, vector } from '../base';
import { writeWhole } from '../store';
import { type LowDoseAreaName, lowDoseAreas } from '../kernel';
import type { InForce } from './area-plan';

/** Nothing is added to the column. */
const nothingInForce: InForce = {
  defocusOffset: 0,
  beamShiftOffset: vector(beamShiftUnits(0), beamShiftUnits(0)),
  beamTiltOffset: vector(beamTiltUnits(0), beamTiltUnits(0)),
};

/** An area and what it has put on. */
export interface AreaInForce {
  readonly area: LowDoseAreaName;
  /** Undefined where it has put on nothing. */
  readonly inForce?: InForce;
}

/** State of the column under Low Dose, as it is written down so that the next program knows it after a crash. */
export interface LowDoseState extends AreaInForce {
  /** The mag index and the absolute focus in the area, by which the next program sees whether the offset is still there. */
  readonly magIndex: number;
  readonly absoluteFocus: number;
  /** The net image shift in the area, by which it sees the same of the image shift. */
  readonly imageShift: Vector;
  /** True while the column is on its way. */
  readonly moving: boolean;
  /** The area that it goes to, and what that puts on. */
  readonly towards?: AreaInForce;
}

/** Offsets smaller than this are none. */
const smallestOffset = 1e-9;

/** The offsets of a state for an operator; undefined where there are none. */
export function offsetsInWords({ area, inForce }: AreaInForce): string | undefined {
  if (!inForce) return undefined;
  const { defocusOffset, beamShiftOffset, beamTiltOffset, imageShift } = inForce;
  if (defocusOffset !== 0) return `the defocus offset of ${defocusOffset} um of ${area}`;
  if (imageShift && length(imageShift.units) > smallestOffset) return `the image shift of ${area}`;
  const beam = Math.max(length(beamShiftOffset), length(beamTiltOffset));
  return beam > smallestOffset ? `the shift or tilt of the beam of ${area}` : undefined;
}

/** The file beside the settings in which that is kept while Low Dose is on. */
export class LowDoseStateFile {
  constructor(private readonly path: string) {}

  /** State that an earlier program has left; undefined where there is nothing that can be read. */
  read(): LowDoseState | undefined {
    try {
      const state = JSON.parse(readFileSync(this.path, 'utf8')) as Partial<LowDoseState>;
      const { magIndex, absoluteFocus, imageShift, moving } = state;
      const [left, towards] = [areaOf(state), areaOf(state.towards)];
      if (!left || typeof magIndex !== 'number' || typeof absoluteFocus !== 'number') return undefined;
      return {
        ...left,
        magIndex,
        absoluteFocus,
        imageShift: imageShift ?? vector(0, 0),
        moving: moving === true,
        ...(towards && { towards }),
      };
    } catch {
      return undefined;
    }
  }

  write(state: LowDoseState): Promise<void> {
    return writeWhole(this.path, Buffer.from(`${JSON.stringify(state)}\n`));
  }

  clear(): void {
    rmSync(this.path, { force: true });
  }
}

function areaOf(written: Partial<AreaInForce> | undefined): AreaInForce | undefined {
  const { area, inForce } = written ?? {};
  if (!area || !lowDoseAreas.includes(area)) return undefined;
  return typeof inForce?.defocusOffset === 'number' ? { area, inForce: { ...nothingInForce, ...inForce } } : { area };
}
