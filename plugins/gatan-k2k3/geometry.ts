import type { CameraArea, Exposure } from '../../core/devices';
import type { CameraModel } from './camera-model';

/** Columns and rows of a picture. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Columns and rows of the image of an exposure. */
export function imageSize({ area: { left, top, right, bottom }, binning }: Exposure): Size {
  return { width: Math.round((right - left) / binning), height: Math.round((bottom - top) / binning) };
}

/**
 * True when the server takes the area in pixels of the chip. It does so whenever it reduces the data itself: when it
 * counts in super-resolution, which on a K3 is always, and when it divides into frames. Otherwise it takes the area in
 * binned pixels.
 */
export const inChipPixels = (model: CameraModel, { readMode, frames }: Exposure): boolean =>
  model.detector === 'K3' || readMode === 'super-resolution' || frames !== undefined;

/**
 * An area as the operator sees the camera, turned and mirrored back to the chip, in any unit of length.
 * The inverse of "mirror about the vertical axis if 4 is in it, then turn counter-clockwise".
 * @param size of the whole camera as the operator sees it, in the same unit
 */
function userToChip(area: CameraArea, size: Size, rotationFlip: number): CameraArea {
  let turned = area;
  let { width, height } = size;
  for (let turn = 0; turn < rotationFlip % 4; turn++) {
    turned = { left: height - turned.bottom, right: height - turned.top, top: turned.left, bottom: turned.right };
    [width, height] = [height, width];
  }
  return rotationFlip >= 4 ? { ...turned, left: width - turned.right, right: width - turned.left } : turned;
}

/**
 * Turn between the server's area and the operator's view: none when DigitalMicrograph itself shows the camera that way.
 */
export const chipTurn = ({ turnedBy, rotationFlip }: CameraModel): number =>
  turnedBy === 'DigitalMicrograph' ? 0 : rotationFlip;

/** True when rotation and flip exchange width and height. */
export const turnsSides = (rotationFlip: number): boolean => rotationFlip % 2 === 1;

/** Columns and rows of the chip itself, in physical pixels, as the server sees it. */
export function chipSize(model: CameraModel): Size {
  const width = Math.floor(model.width / model.pixelsPerPhysical);
  const height = Math.floor(model.height / model.pixelsPerPhysical);
  return turnsSides(chipTurn(model)) ? { width: height, height: width } : { width, height };
}

/** True when an exposure is of less than all whole pixels of the camera at its binning. */
export const isPart = (model: CameraModel, { area, binning }: Exposure): boolean =>
  area.right - area.left < binning * Math.floor(model.width / binning) ||
  area.bottom - area.top < binning * Math.floor(model.height / binning);

const divided = (area: CameraArea, by: number): CameraArea => ({
  left: area.left / by,
  top: area.top / by,
  right: area.right / by,
  bottom: area.bottom / by,
});

/** The area of an exposure as the server wants it: on the chip, in its pixels or in binned ones. */
export function wireArea(model: CameraModel, exposure: Exposure): CameraArea {
  const unit = inChipPixels(model, exposure) ? model.pixelsPerPhysical : exposure.binning;
  const whole = { width: Math.floor(model.width / unit), height: Math.floor(model.height / unit) };
  return userToChip(divided(exposure.area, unit), whole, chipTurn(model));
}
