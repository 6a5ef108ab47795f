import { readFileSync, rmSync } from 'node:fs';
import { beamShiftUnits, beamTiltUnits, vector } from '../base';
import { writeWhole } from '../store';
import { type LowDoseAreaName, lowDoseAreas } from '../kernel';
import type { InForce } from './area-plan';

/** Nothing is added to the column. */
export const nothingInForce: InForce = {
  defocusOffset: 0,
  beamShiftOffset: vector(beamShiftUnits(0), beamShiftUnits(0)),
  beamTiltOffset: vector(beamTiltUnits(0), beamTiltUnits(0)),
};

/** State of the column under Low Dose, as it is written down so that the next program knows it after a crash. */
export interface LowDoseState {
  readonly area: LowDoseAreaName;
  readonly inForce: InForce;
  /** The mag index and the absolute focus in the area, by which the next program sees whether the offset is still there. */
  readonly magIndex: number;
  readonly absoluteFocus: number;
  /** True while the column is on its way. */
  readonly moving: boolean;
}

/** The file beside the settings in which that is kept while Low Dose is on. */
export class LowDoseStateFile {
  constructor(private readonly path: string) {}

  /** State that an earlier program has left; undefined where there is nothing that can be read. */
  read(): LowDoseState | undefined {
    try {
      const state = JSON.parse(readFileSync(this.path, 'utf8')) as Partial<LowDoseState>;
      const { area, inForce, magIndex, absoluteFocus } = state;
      if (!area || !lowDoseAreas.includes(area) || typeof inForce?.defocusOffset !== 'number') return undefined;
      if (typeof magIndex !== 'number' || typeof absoluteFocus !== 'number') return undefined;
      return {
        area,
        inForce: { ...nothingInForce, ...inForce },
        magIndex,
        absoluteFocus,
        moving: state.moving === true,
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
