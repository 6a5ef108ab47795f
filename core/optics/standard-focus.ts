import { type MagIndex, type RawLensValue, rawLensValue } from '../base';
import type { ProbeMode } from '../devices';
import type { MagnificationTable } from './geometry/magnification-table';
import type { CameraKind } from './properties';

/** Steps over the whole range of a lens in which the calibration file counts the base focus of a magnification. */
export const stepsOfBaseFocus = 4_193_280;

/** The standard focus of one magnification in the column's own measure. */
export interface StandardFocus {
  readonly magIndex: MagIndex;
  readonly micro?: number;
  readonly nano?: number;
}

/** Sources of the standard focus of a magnification. */
export interface StandardFocusSources {
  readonly table: MagnificationTable;
  readonly calibrated: readonly StandardFocus[];
  /** Value for low magnification where nothing is calibrated. */
  readonly lowMagnification: number | undefined;
  /** Focus that the column adds at a magnification by itself, as a share of the range of its lens, where that is known. */
  readonly baseFocus?: (magIndex: MagIndex) => number | undefined;
}

/** A standard focus that serves at a magnification. */
export interface FoundStandardFocus {
  readonly focus: RawLensValue;
  /** The magnification at which it was kept; undefined for the value of the site for low magnification. */
  readonly from?: MagIndex;
}

/** The focus to set at a magnification: that of the nearest calibrated one on the same side of the low-magnification boundary, or the site's for low magnification. */
export function standardFocus(
  magIndex: MagIndex,
  probe: ProbeMode,
  camera: CameraKind,
  sources: StandardFocusSources,
): FoundStandardFocus | undefined {
  const { table, calibrated, lowMagnification, baseFocus = () => undefined } = sources;
  const low = table.isLowMagnification(camera, magIndex);
  const nearest = calibrated
    .flatMap((each) => {
      const focus = each[probe];
      return focus !== undefined && table.isLowMagnification(camera, each.magIndex) === low
        ? [{ at: each.magIndex, focus }]
        : [];
    })
    .sort((a, b) => Math.abs(a.at - magIndex) - Math.abs(b.at - magIndex) || a.at - b.at)[0];
  if (nearest) {
    const [here, there] = [baseFocus(magIndex), baseFocus(nearest.at)];
    const change = here !== undefined && there !== undefined ? here - there : 0;
    return { focus: rawLensValue(nearest.focus + change), from: nearest.at };
  }
  return low && lowMagnification !== undefined ? { focus: rawLensValue(lowMagnification) } : undefined;
}
