import type { CameraArea } from '../base/frame';
import { SimulationError } from '../base/errors';
import type { ScanRequest } from '../scan/scan-request';
import type { CameraTruth, Processing, ReadMode } from '../camera/detector';

/** A request for an image. */
export interface ExposureRequest {
  /** Index of the camera. */
  readonly camera: number;
  readonly binning: number;
  /** Unbinned pixels from the top left corner; the whole camera when left out. */
  readonly area?: CameraArea;
  /** Seconds. */
  readonly exposure: number;
  readonly readMode?: ReadMode;
  readonly processing?: Processing;
  /** Seconds of the microscope's clock at which the exposure starts; now when left out. */
  readonly atTime?: number;
  /** Makes the exposure a scan of a probe, with the time on all pixels as its exposure. */
  readonly scan?: ScanRequest;
}

/** A request with everything that its camera adds. */
export interface CompleteRequest {
  readonly readMode: ReadMode;
  readonly processing: Processing;
  readonly area: CameraArea;
  /** Unbinned pixels on a side of a pixel of the image. */
  readonly pixelsPerPixel: number;
}

/** Completes a request. @throws SimulationError for an area or a time that cannot be */
export function completed(request: ExposureRequest, camera: CameraTruth): CompleteRequest {
  const readMode = request.readMode ?? 'linear';
  const area = request.area ?? { left: 0, top: 0, width: camera.width, height: camera.height };
  const pixelsPerPixel = request.binning / (readMode === 'super-resolution' ? camera.superResolutionFactor : 1);
  const { left, top, width, height } = area;
  const fits =
    [left, top, width, height].every(Number.isFinite) &&
    left >= 0 &&
    top >= 0 &&
    left + width <= camera.width &&
    top + height <= camera.height;
  if (!fits || !(pixelsPerPixel > 0) || width < pixelsPerPixel || height < pixelsPerPixel) {
    throw new SimulationError(
      'simulation/bad-area',
      `Camera ${camera.name} (${camera.width} x ${camera.height}) has no area of ${width} x ${height} pixels from ${left}, ${top} at binning ${request.binning}`,
      'Ask for an area within the camera and a positive binning.',
    );
  }
  if (!(request.exposure >= 0 && Number.isFinite(request.exposure))) {
    throw new SimulationError(
      'simulation/bad-value',
      `An exposure of ${request.exposure} s cannot be taken`,
      'Ask for zero or more seconds.',
    );
  }
  return { readMode, processing: request.processing ?? 'gain normalized', area, pixelsPerPixel };
}
