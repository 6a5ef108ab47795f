import { defineItem } from '../../../core/kernel';
import { latticeErrors } from './lattice/lattice-errors';
import {
  PixelSizeMeasurement,
  latticeNeeds,
  latticeQuestions,
  latticeResults,
  unfitImage,
} from './lattice/lattice-measurement';

/** Repeats Find Pixel Size from a peak that is marked on the autocorrelation in buffer A; its image is in B. */
export default defineItem({
  id: 'calibrations/pixel-size/try-again-with-marker',
  needs: latticeNeeds,
  questions: latticeQuestions,
  results: latticeResults,
  stores: ['FoundPixelSize'],
  forecast: 'nothing',
  unavailable({ buffers }) {
    const kind = buffers.get('A')?.context.kind;
    return kind === 'processed' || kind === 'autocorrelation of overview'
      ? unfitImage(buffers, 'B')
      : 'there is no autocorrelation in buffer A; run Find Pixel Size first';
  },
  async run(use, run) {
    const { buffers } = use;
    const [shown, source] = [buffers.get('A'), buffers.get('B')];
    if (!shown || !source) throw latticeErrors.noImage(shown ? 'B' : 'A');
    run.operator.log('Mark one of the four peaks nearest to the centre of the autocorrelation.');
    const { from } = await run.operator.mark('A', 'point');
    const [rows = 0, columns = 0] = shown.frame.image.shape;
    // The autocorrelation may be binned otherwise than the image will be now.
    const binning = shown.frame.exposure.binning / source.frame.exposure.binning;
    buffers.copy('B', 'A');
    const marked = { x: binning * (from.x - (columns / 2 + 0.5)), y: binning * (from.y - (rows / 2 + 0.5)) };
    return new PixelSizeMeasurement(use).run(run, { ...marked, contrast: shown.context.contrast });
  },
});
