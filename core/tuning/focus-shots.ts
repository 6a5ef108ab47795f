import {
  type BeamTiltUnits,
  type Clock,
  type Metres,
  type Seconds,
  type Vector,
  metres,
  milliseconds,
  optional,
  readable,
  scale,
  seconds,
} from '../base';
import { ImageAcquisition, singleExposureOf } from '../acquisition';
import {
  AlphaSelector,
  BeamTilt,
  Cameras,
  type Exposure,
  ProbeModeSelector,
  Scope,
  readBack,
  readProbeMode,
} from '../devices';
import type { Uses } from '../kernel';
import { Optics } from '../optics';
import { type ParameterSetName, Settings } from '../settings';
import { UserSettings } from '../user-settings';
import type { Image } from '../../imaging';
import type { FocusConditions, TiltDirection } from './focus-calibrations';
import { type Swing, type TiltFit, fitTiltSeries, swingOf } from './tilt-fit';
import { type TiltSeries, takeTiltSeries, threeShots } from './tilt-series';

/** Devices and services with which the displacement by beam tilt is measured. */
export const focusNeeds = {
  scope: Scope,
  cameras: Cameras,
  optics: Optics,
  beamTilt: BeamTilt,
  acquisition: ImageAcquisition,
  settings: Settings,
  userSettings: UserSettings,
  probeModes: optional(ProbeModeSelector),
  alphaSelector: optional(AlphaSelector),
};
/** Those devices and services as they are provided. */
export type FocusUses = Uses<typeof focusNeeds>;

/** Unit vectors of the directions of the beam tilt of autofocus, in beam-tilt coordinates. */
const tiltDirections: Readonly<Record<TiltDirection, Vector>> = {
  0: { x: 1, y: 0 },
  1: { x: Math.SQRT1_2, y: Math.SQRT1_2 },
  2: { x: 0, y: 1 },
  3: { x: -Math.SQRT1_2, y: Math.SQRT1_2 },
};

/** The images of a measurement of focus by beam tilt. */
export interface FocusShots {
  /** Beam tilt to one side, in the unit of the column. */
  readonly tilt: number;
  readonly direction: TiltDirection;
  /** Beam tilt from which it counts. */
  readonly base: Vector<BeamTiltUnits>;
  readonly exposure: Exposure;
  readonly settling: Seconds;
  /** Larger side in pixels to which the images are reduced. */
  readonly largestSide: number;
  readonly conditions: FocusConditions;
}

/** Side to which images are reduced where nothing asks for less. */
const usualSide = 1024;

/** The images of a measurement of focus as the user settings, the parameter set and the column have them now. */
export async function focusShots(
  use: FocusUses,
  signal: AbortSignal,
  { set = 'Focus', tilt }: { readonly set?: ParameterSetName; readonly tilt?: number } = {},
): Promise<FocusShots> {
  const { scope, cameras, optics, beamTilt, settings, userSettings, probeModes, alphaSelector } = use;
  const camera = cameras.selected;
  const magIndex = await scope.magIndex.read(signal);
  const exposure = camera.fit(singleExposureOf(settings.parameterSets.get(camera.traits.index)![set], camera.traits));
  const inLowMagnification = optics.at({ magIndex, camera: camera.traits.index }).isLowMagnification;
  const lowTilt = userSettings.get('LMBeamTilt');
  const direction = userSettings.get('BeamTiltDirection') as TiltDirection;
  return {
    tilt: tilt ?? (inLowMagnification && lowTilt > 0 ? lowTilt : userSettings.get('AutofocusBeamTilt')),
    direction,
    base: await beamTilt.beamTilt.read(signal),
    exposure,
    settling: milliseconds(settings.get('FocusPostTiltDelay')),
    largestSide: largestSideOf(use, exposure),
    conditions: {
      magIndex,
      camera: camera.traits.index,
      direction,
      probe: await readProbeMode(probeModes, signal),
      ...(alphaSelector && { alpha: await alphaSelector.alpha.read(signal) }),
    },
  };
}

/** Larger side in pixels of the compared images: those of a direct detector are binned further where the user wants that. */
function largestSideOf({ cameras, settings, userSettings }: FocusUses, { binning, area }: Exposure): number {
  const { directDetector, index } = cameras.selected.traits;
  const side = Math.max(area.right - area.left, area.bottom - area.top) / binning;
  const least = userSettings.get('MinDDDfocusBinning');
  const applies =
    directDetector || settings.cameras.find((each) => each.index === index)?.get('UseMinDDDFocusBinning') === true;
  const factor = applies && binning < least ? Math.max(1, Math.floor(least / binning)) : 1;
  return Math.max(64, Math.min(usualSide, Math.floor(side / factor)));
}

/** Circumstances of one measurement. */
export interface SwingOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly title: string;
  /** Expected displacement from the positive to the negative tilt, in unbinned pixels, Y up. */
  readonly expected?: Vector | undefined;
  /** True where that decides between places that both fit. */
  readonly expectedDecides?: boolean;
  /** Two images, in which drift is taken for displacement; three by default. */
  readonly shots?: 2 | 3;
  readonly progress?: (image: number) => void;
  /** Given the images when they are taken. */
  readonly look?: (images: readonly Image[]) => void;
}

/** A displacement by beam tilt, with the reason where it is lost. */
export interface MeasuredSwing extends Swing {
  readonly fit: TiltFit;
  readonly series: TiltSeries;
  /** The lowest correlation of two images at different tilts. */
  readonly correlation: number;
  /** Reason for which the displacement must not be used; undefined where it may. */
  readonly lost?: string;
}

/** Takes the images at both tilts and measures the displacement between them. */
export async function measureSwing(use: FocusUses, shots: FocusShots, options: SwingOptions): Promise<MeasuredSwing> {
  const { clock, signal, title, expected, expectedDecides = false, shots: count = 3, progress, look } = options;
  const direction = tiltDirections[shots.direction];
  const along = ({ x, y }: Vector): number => (x * direction.x + y * direction.y) / (2 * shots.tilt);
  const series = await takeTiltSeries(
    { beamTilt: use.beamTilt, acquisition: use.acquisition, clock },
    {
      tilts: threeShots(scale(direction, shots.tilt)).slice(0, count),
      base: shots.base,
      exposure: shots.exposure,
      settling: shots.settling,
      largestSide: shots.largestSide,
      title,
      signal,
      expectedDecides,
      ...(expected && { expected: (tilt: Vector) => scale(expected, -along(tilt)) }),
      ...(progress && { progress }),
      ...(look && { look }),
    },
  );
  const fit = fitTiltSeries(series);
  const lost = reasonOfLoss(series, fit);
  return {
    ...swingOf(fit),
    fit,
    series,
    correlation: Math.min(...neighbours(series).map(({ correlation }) => correlation)),
    ...(lost !== undefined && { lost }),
  };
}

const neighbours = ({ pairs }: TiltSeries): TiltSeries['pairs'] =>
  pairs.filter(({ earlier, later }) => later - earlier === 1);

/** Sum of shifts around three images, in its standard errors, beyond which one of them is wrong. */
const maxClosure = 6;
/** Ratio of the mean counts of two images below which something cuts the beam in one of them. */
const minBrightness = 0.7;

function reasonOfLoss(series: TiltSeries, { largestClosure }: TiltFit): string | undefined {
  const means = series.views.map(({ mean }) => mean);
  if (!(Math.max(...means) > 0)) return 'the images are dark';
  const share = Math.min(...means) / Math.max(...means);
  if (!(share > minBrightness))
    return `the images at both tilts are not equally bright (${readable(100 * share, 0)} %): something cuts the tilted beam`;
  const finding = neighbours(series).flatMap(({ findings }) => findings)[0];
  if (finding) return finding.text;
  if (largestClosure > maxClosure)
    return `the shifts between the three images contradict each other (${readable(largestClosure, 0)} standard errors)`;
  return undefined;
}

/** Distance by which a lens goes below a defocus that it comes down to, so that it always arrives from below. */
const approach = 2e-6;
/** Difference from a wished defocus that is more than rounding. */
const focusTolerance = 1e-7;

/**
 * Goes to a defocus from below, whatever it was before: a lens lags behind one that comes down. Returns the defocus that the column holds,
 * which may be a step of its own away.
 */
export async function approachDefocus(
  { scope, settings }: Pick<FocusUses, 'scope' | 'settings'>,
  target: Metres,
  clock: Clock,
  signal: AbortSignal,
): Promise<Metres> {
  const now = await scope.defocus.read(signal);
  // Where it stands already nobody knows from which side it came.
  if (target <= now) await scope.defocus.write(metres(target - approach), signal);
  await scope.defocus.write(target, signal);
  const delay = settings.get('FocusChangeDelay');
  if (delay > 0) await clock.delay(seconds(delay / 1000), signal);
  return readBack(scope.defocus, target, { signal, tolerance: focusTolerance });
}

/** Length of a displacement for one unit of the tilt to one side. */
export const perTilt = ({ shift }: Pick<Swing, 'shift'>, tilt: number): Vector => scale(shift, 1 / tilt);
