import { type Seconds, seconds } from '../base';
import type { CameraTraits, Exposure } from '../devices';
import { acquisitionErrors } from './errors';
import { cameraArea, type SingleExposureFields, singleExposureOf } from './exposure-of-set';

/** Choices of the toggles in the menu. */
export interface ShiftCalibrationChoices {
  readonly useTrialBinning: boolean;
  readonly useTrialSize: boolean;
}

/** The images of a shift calibration. */
export interface ShiftCalibrationExposure {
  readonly exposure: Exposure;
  /** The smaller dimension of the area in unbinned pixels; the steps go by it. */
  readonly fieldSize: number;
}

/** Target for the binned size: more pixels for a direct detector, whose images have few electrons. */
const wantedSize = { directDetector: 1024, other: 512 };
/** Up to this exposure, in seconds, drift settling is limited to what the camera does anyway. */
const shortExposure = 0.25;

/**
 * The exposure of image-shift and stage calibrations, from the Trial parameters: the full camera unless the Trial area
 * is selected, binned for quick correlation, never finer than Trial, with a shorter exposure at larger binning.
 */
export function shiftCalibrationExposure(
  trial: SingleExposureFields,
  camera: CameraTraits,
  { useTrialBinning, useTrialSize }: ShiftCalibrationChoices,
): ShiftCalibrationExposure {
  const area = useTrialSize ? cameraArea(trial.area, camera) : cameraArea('full', camera);
  const fieldSize = Math.min(area.right - area.left, area.bottom - area.top);
  const target = camera.directDetector ? wantedSize.directDetector : wantedSize.other;
  const unchanged = singleExposureOf({ ...trial, area }, camera);
  if (useTrialBinning || fieldSize / trial.binning <= target) return { exposure: unchanged, fieldSize };
  const coarser = camera.binnings.filter((binning) => binning >= trial.binning).sort((a, b) => a - b);
  const binning = coarser.find((each) => fieldSize / each <= target) ?? coarser.at(-1);
  if (binning === undefined) throw acquisitionErrors.noBinning(camera.name);
  if (binning === trial.binning) return { exposure: unchanged, fieldSize };
  const lit = camera.deadTime + (trial.exposure - camera.deadTime) * (trial.binning / binning) ** 2;
  const exposure = seconds(Math.max(camera.shortestExposure, lit));
  const driftSettling: Seconds =
    exposure <= shortExposure ? seconds(Math.min(trial.driftSettling, camera.builtInSettling)) : trial.driftSettling;
  return { exposure: { ...unchanged, binning, exposure, driftSettling }, fieldSize };
}
