import type { CameraIndex, MagIndex } from '../../../../core/base';
import { Optics } from '../../../../core/optics';
import { Calibrations, type PropertySuggestion } from '../../../../core/store';
import { pixelSizeSuggestion, relativeRotationSuggestion } from '../../shared/result/property-suggestions';

/** Services of a list of the pixel sizes that were found. */
export const foundSizeNeeds = { optics: Optics, calibrations: Calibrations };

/** A pixel size as it is listed, with the rotation against the next lower magnification where that was found, too. */
interface ListedSize {
  readonly camera: CameraIndex;
  readonly magIndex: MagIndex;
  readonly pixelSize: number;
  readonly relativeRotation?: number;
  readonly alternative?: number;
}

/** Returns the lines for the properties. A rotation that may be another one is left to a person. */
export const foundSizeSuggestions = (rows: readonly ListedSize[]): readonly PropertySuggestion[] =>
  rows.flatMap(({ camera, magIndex, pixelSize, relativeRotation, alternative }) => [
    ...(relativeRotation !== undefined && alternative === undefined
      ? [relativeRotationSuggestion({ camera, magIndex }, relativeRotation)]
      : []),
    pixelSizeSuggestion({ camera, magIndex }, pixelSize),
  ]);
