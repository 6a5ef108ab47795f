import {
  type ImageShiftUnits,
  type MagIndex,
  type Matrix,
  type Vector,
  firstColumn,
  inMicrometres,
  length,
  optional,
  scale,
  secondColumn,
  vector,
} from '../../../../core/base';
import {
  type Camera,
  Cameras,
  type Exposure,
  LensNormalization,
  ProbeModeSelector,
  Scope,
  type SettingTraits,
  readProbeMode,
  wholeSteps,
} from '../../../../core/devices';
import type { Move, Run, Uses } from '../../../../core/kernel';
import { shiftCalibrationExposure } from '../../../../core/acquisition';
import { type ImageShiftControl, type OpticalPlace, Optics } from '../../../../core/optics';
import type { Settings } from '../../../../core/settings';
import { imageShiftErrors } from './image-shift-errors';

/** The images of a shift calibration as the camera can take them, and the smaller dimension of their field in unbinned pixels. */
export function shiftExposure(
  camera: Camera,
  settings: Settings,
): { readonly exposure: Exposure; readonly fieldSize: number } {
  const plan = shiftCalibrationExposure(settings.parameterSets.get(camera.traits.index)!.Trial, camera.traits, {
    useTrialBinning: settings.get('UseTrialBinningForShiftCal'),
    useTrialSize: settings.get('UseTrialSizeForShiftCal'),
  });
  const exposure = camera.fit(plan.exposure);
  const { area } = exposure;
  return { exposure, fieldSize: Math.min(area.right - area.left, area.bottom - area.top) };
}

/**
 * Steps in image-shift units that move the image by half the field, within the largest image shift that a calibration may use, and the
 * factor of the delay after them. Where the column counts in steps of its own, they are whole numbers of these.
 */
export function shiftSteps(
  optics: Optics,
  prior: Matrix,
  fieldSize: number,
  { magIndex, camera }: OpticalPlace,
  traits?: SettingTraits,
): { readonly steps: Vector; readonly delayFactor: number } {
  const wanted = vector(
    (0.5 * fieldSize) / length(firstColumn(prior)),
    (0.5 * fieldSize) / length(secondColumn(prior)),
  );
  const cap = optics.at({ magIndex, camera }).largestCalibrationImageShift;
  const largest = Math.max(wanted.x, wanted.y);
  const factor = largest > cap ? cap / largest : 1;
  return { steps: wholeSteps(traits, scale(wanted, factor)), delayFactor: 2 * factor };
}

/** Throws unless all positions of a pattern around a base can be reached. */
export function checkShiftRange(
  control: ImageShiftControl,
  base: Vector<ImageShiftUnits>,
  steps: Vector,
  magIndex: MagIndex,
): void {
  for (const [x, y] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    const problem = control.checkLimits(
      vector((base.x + x * steps.x) as ImageShiftUnits, (base.y + y * steps.y) as ImageShiftUnits),
      magIndex,
    );
    if (problem !== undefined) throw imageShiftErrors.outOfRange(problem);
  }
}

/** Six points where the field is wide, nine where it is small and the drift matters. */
export function shiftPattern(
  { traits }: Camera,
  optics: Optics,
  settings: Settings,
  magIndex: MagIndex,
): 'six' | 'nine' {
  const pixel = optics.at({ magIndex, camera: traits.index }).pixelSize;
  const field = pixel === undefined ? 0 : Math.min(traits.width, traits.height) * inMicrometres(pixel.value);
  return field > settings.get('SixPointIScalMinField') ? 'six' : 'nine';
}

/** The devices and services with which the optics are prepared for a calibration of shifts. */
export const preparationNeeds = {
  scope: Scope,
  cameras: Cameras,
  optics: Optics,
  normalization: optional(LensNormalization),
  probeModes: optional(ProbeModeSelector),
};
type PreparationUses = Uses<typeof preparationNeeds>;

/** The settings that move besides image shift or stage in a calibration of shifts. */
export async function opticsMoves(
  { scope, cameras, optics, probeModes }: PreparationUses,
  magIndex: MagIndex,
  signal: AbortSignal,
): Promise<readonly Move[]> {
  const probe = await readProbeMode(probeModes, signal);
  return optics.at({ magIndex, camera: cameras.selected.traits.index }).standardFocus(probe) === undefined
    ? []
    : [{ setting: scope.absoluteFocus, how: '(the standard focus of low magnification)' }];
}

/** Normalizes the projector, and goes to the standard focus in low magnification. */
export async function prepareOptics(
  run: Run,
  { scope, cameras, optics, normalization, probeModes }: PreparationUses,
  magIndex: MagIndex,
): Promise<void> {
  await normalization?.normalize('projector', run.signal);
  const standardFocus = optics
    .at({ magIndex, camera: cameras.selected.traits.index })
    .standardFocus(await readProbeMode(probeModes, run.signal));
  if (standardFocus === undefined) return;
  // SerialEM leaves the standard focus set; here it is restored with everything else.
  await run.preserve(scope.absoluteFocus);
  await scope.absoluteFocus.write(standardFocus, run.signal);
}
