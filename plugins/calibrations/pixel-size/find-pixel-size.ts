import { defineItem } from '../../../core/kernel';
import {
  PixelSizeMeasurement,
  latticeNeeds,
  latticeQuestions,
  latticeResults,
  unfitImage,
} from './lattice/lattice-measurement';

/** Finds the size of a pixel, and the direction of the lines, from the image of a grating, a catalase crystal or grid bars in buffer A. */
export default defineItem({
  id: 'calibrations/pixel-size/find-pixel-size',
  needs: latticeNeeds,
  script: 'FindPixelSize',
  questions: latticeQuestions,
  results: latticeResults,
  stores: ['FoundPixelSize'],
  measures: ['pixel size'],
  order: { step: 'pixel size', insteadOf: 'try-again-with-marker', holdsForDays: 365 },
  forecast: 'nothing',
  unavailable: ({ buffers }) => unfitImage(buffers, 'A'),
  run: (use, run) => new PixelSizeMeasurement(use).run(run),
});
