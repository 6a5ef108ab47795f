import type { ProvidedAll } from '../../../core/base';
import { ImageBuffers, type MenuItem, type Run, menuItem } from '../../../core/kernel';
import type { CalibrationResult } from '../../../core/store';
import {
  latticeNeeds,
  latticeQuestions,
  latticeResultUnits,
  latticeResults,
  PixelSizeMeasurement,
  unfitImage,
} from './lattice/lattice-measurement';

/** Finds the size of a pixel, and the direction of the lines, from the image of a grating, a catalase crystal or grid bars in buffer A. */
@menuItem({
  id: 'calibrations/pixel-size/find-pixel-size',
  menu: ['Pixel Size'],
  label: 'Find Pixel Size',
  summary: 'Finds the pixel size from an image of a calibration grating.',
  touchesNothing: true,
  needs: latticeNeeds,
  script: 'FindPixelSize',
  stores: ['FoundPixelSize'],
  questions: latticeQuestions,
  results: latticeResults,
  units: latticeResultUnits,
})
export default class FindPixelSize implements MenuItem {
  private readonly parts: ProvidedAll<typeof latticeNeeds>;
  private readonly buffers: ImageBuffers;

  constructor(...parts: ProvidedAll<typeof latticeNeeds>) {
    this.parts = parts;
    this.buffers = parts[0];
  }

  unavailable(): string | undefined {
    return unfitImage(this.buffers, 'A');
  }

  run(run: Run): Promise<CalibrationResult> {
    return new PixelSizeMeasurement(...this.parts).run(run);
  }
}
