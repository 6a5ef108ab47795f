import { defineItem } from '../../../core/kernel';
import { DistortionPair, distortionNeeds, distortionQuestions, distortionResults } from './distortion/distortion-pair';

/** Takes a pair of images that overlap by about half in a direction, and saves both. */
export default defineItem({
  id: 'calibrations/distortion',
  not: ['stem', 'low dose'],
  needs: distortionNeeds,
  questions: distortionQuestions,
  results: distortionResults,
  order: { step: 'camera and dose', after: ['stage-shift'] },
  forecast: (use) => new DistortionPair(use).forecast(),
  run: (use, run) => new DistortionPair(use).run(run),
});
