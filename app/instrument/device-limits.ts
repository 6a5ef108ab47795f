import { type CameraIndex, inMicrometres, length, magIndex, metres, subtract } from '../../core/base';
import type { Cameras } from '../../core/devices';
import type { DeviceLimits, Hooks } from '../../core/kernel';
import type { Optics } from '../../core/optics';
import type { Settings } from '../../core/settings';

/** The stage range that holds where a site gives none, in micrometres. */
const defaultStageRange = 990;
/** No camera of this program needs a longer exposure than this. */
const longestExposureSeconds = 600;

/** Possible error of a scale that is not calibrated, as a factor. */
const scaleUncertainty = 2;
/** Sums and differences of offsets must not carry an image shift over its limit. */
const rounding = 1 + 1e-9;

/** Sources for the limit of image shift. */
export interface ImageShiftKnowledge {
  readonly optics: Optics;
  readonly cameras: Pick<Cameras, 'selected'>;
  /** The column's image shift at a net image shift of zero. */
  readonly offsetOf: Hooks['imageShiftOffset'];
}

/** The limits of image shift on the specimen, by what is known of the optics at the moment; what the operator sees counts, not the offsets in it. Nothing is refused while nothing is known. */
export function imageShiftLimit(
  knowledge: () => ImageShiftKnowledge | undefined,
): NonNullable<DeviceLimits['imageShift']> {
  return async (raw, magIndex) => {
    const known = knowledge();
    if (!known) return undefined;
    const { optics, cameras, offsetOf } = known;
    const none = subtract(raw, raw);
    const net = subtract(raw, await offsetOf.promise(none, magIndex));
    const camera = cameras.selected.traits.index;
    const { distance: exact, limit } = optics.at({ magIndex, camera }).imageShiftReach(net);
    // Where nothing is calibrated the scale of the column is only roughly known.
    const distance = Number.isFinite(exact)
      ? exact
      : (length(net) * optics.at({ magIndex, camera }).roughImageShiftScale * 1e-6) / scaleUncertainty;
    if (!(distance > limit * rounding)) return undefined;
    return {
      asked: `${inMicrometres(metres(distance)).toFixed(2)} um on the specimen`,
      allowed: `at most ${inMicrometres(limit).toFixed(2)} um, by ImageShiftLimit or LowMagShiftLimit`,
    };
  };
}

/** The limits of a site, from its properties. */
export function deviceLimits(settings: Settings): DeviceLimits {
  const [minX, maxX, minY, maxY] = settings.get('StageLimits') ?? [];
  const range = (low: number | undefined, high: number | undefined): readonly [number, number] =>
    // A limit of 0 stands for the usual one.
    [low || -defaultStageRange, high || defaultStageRange];
  const tilt = settings.get('MaximumTiltAngle');
  const { detectorDose, longestExposureSeconds: longest } = settings.limits;
  const scanned = settings.cameras.some(({ isStem }) => isStem) ? settings.get('STEMMagTable') : [];
  const indexes = [
    ...settings.magnificationTable.map((row) => row.index),
    ...scanned.map(([index]) => magIndex(index)),
  ];
  return {
    ...(indexes.length > 0 && { magIndexes: new Set(indexes) }),
    stage: { x: range(minX, maxX), y: range(minY, maxY) },
    ...(tilt !== undefined && tilt > 0 && { largestTiltDegrees: tilt }),
    longestExposureSeconds: longest ?? longestExposureSeconds,
    ...(detectorDose !== undefined && {
      dose: {
        electronsPerPixel: detectorDose,
        countsPerElectron: (camera: CameraIndex) =>
          settings.cameras.find(({ index }) => index === camera)?.get('CountsPerElectron'),
      },
    }),
  };
}
