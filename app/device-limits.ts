import type { DeviceLimits } from '../core/kernel';
import type { Settings } from '../core/settings';

/** The stage range that holds where a site gives none, in micrometres. */
const defaultStageRange = 990;
/** No camera of this program needs a longer exposure than this. */
const longestExposureSeconds = 600;

/** The limits of a site, from its properties. */
export function deviceLimits(settings: Settings): DeviceLimits {
  const [minX, maxX, minY, maxY] = settings.get('StageLimits') ?? [];
  const range = (low: number | undefined, high: number | undefined): readonly [number, number] =>
    !low && !high ? [-defaultStageRange, defaultStageRange] : [low ?? -defaultStageRange, high ?? defaultStageRange];
  const tilt = settings.get('MaximumTiltAngle');
  const indexes = settings.magnificationTable.map((row) => row.index);
  return {
    ...(indexes.length > 0 && { magIndexes: new Set(indexes) }),
    stage: { x: range(minX, maxX), y: range(minY, maxY) },
    ...(tilt !== undefined && tilt > 0 && { largestTiltDegrees: tilt }),
    longestExposureSeconds,
  };
}
