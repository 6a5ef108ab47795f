import { type MagIndex, type Radians, degrees, magIndex } from '../base';
import type { GeneralValues } from './definitions';

/** One line of the magnification table, with defaults for missing values. */
export interface MagnificationRow {
  readonly index: MagIndex;
  /** Magnification that the microscope reports. */
  readonly filmMag: number;
  /** Image rotation that the microscope reports. */
  readonly rotation: Radians;
  /** Magnification on the screen. */
  readonly screenMag: number;
  /** The same three in EFTEM mode, for a camera behind a post-column filter. */
  readonly eftemMag: number;
  readonly eftemRotation: Radians;
  readonly eftemScreenMag: number;
}

/**
 * The table by rising index. A screen magnification that is missing or 0 is the film magnification; missing EFTEM
 * values are the normal ones.
 */
export function magnificationTable(rows: GeneralValues['MagnificationTable']): readonly MagnificationRow[] {
  const table = new Map<number, MagnificationRow>();
  for (const [index, filmMag, rotation, screen, eftemMag, eftemRotation, eftemScreen] of rows) {
    const screenMag = screen || filmMag;
    table.set(index, {
      index: magIndex(index),
      filmMag,
      rotation: degrees(rotation),
      screenMag,
      eftemMag: eftemMag || filmMag,
      eftemRotation: degrees(eftemRotation ?? rotation),
      eftemScreenMag: eftemScreen || screenMag,
    });
  }
  return [...table.values()].sort((a, b) => a.index - b.index);
}
