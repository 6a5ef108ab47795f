import type { ProvidedAll } from '../../../core/base';
import { ImageBuffers, type MenuItem, type Run, menuItem } from '../../../core/kernel';
import type { CalibrationResult } from '../../../core/store';
import { latticeErrors } from './lattice/lattice-errors';
import {
  latticeNeeds,
  latticeQuestions,
  latticeResultUnits,
  latticeResults,
  PixelSizeMeasurement,
  unfitImage,
} from './lattice/lattice-measurement';

/** Repeats Find Pixel Size from a peak that is marked on the autocorrelation in buffer A; its image is in B. */
@menuItem({
  id: 'calibrations/pixel-size/try-again-with-marker',
  menu: ['Pixel Size'],
  label: 'Try Again with Marker',
  summary: 'Repeats the analysis from a marked autocorrelation peak.',
  touchesNothing: true,
  needs: latticeNeeds,
  stores: ['FoundPixelSize'],
  questions: latticeQuestions,
  results: latticeResults,
  units: latticeResultUnits,
})
export default class TryAgainWithMarker implements MenuItem {
  private readonly parts: ProvidedAll<typeof latticeNeeds>;
  private readonly buffers: ImageBuffers;

  constructor(...parts: ProvidedAll<typeof latticeNeeds>) {
    this.parts = parts;
    this.buffers = parts[0];
  }

  unavailable(): string | undefined {
    const kind = this.buffers.get('A')?.context.kind;
    if (kind !== 'processed' && kind !== 'autocorrelation of overview')
      return 'there is no autocorrelation in buffer A; run Find Pixel Size first';
    return unfitImage(this.buffers, 'B');
  }

  async run(run: Run): Promise<CalibrationResult> {
    const shown = this.buffers.get('A');
    const source = this.buffers.get('B');
    if (!shown || !source) throw latticeErrors.noImage(shown ? 'B' : 'A');
    run.operator.log('Mark one of the four peaks nearest to the centre of the autocorrelation.');
    const { from } = await run.operator.mark('A', 'point');
    const [rows = 0, columns = 0] = shown.frame.image.shape;
    // The autocorrelation may be binned otherwise than the image will be now.
    const binning = shown.frame.exposure.binning / source.frame.exposure.binning;
    this.buffers.copy('B', 'A');
    const marked = { x: binning * (from.x - (columns / 2 + 0.5)), y: binning * (from.y - (rows / 2 + 0.5)) };
    return new PixelSizeMeasurement(...this.parts).run(run, { ...marked, contrast: shown.context.contrast });
  }
}
