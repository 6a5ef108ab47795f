import { defineItem } from '../../../core/kernel';
import { distortionPair } from './distortion/distortion-pair';

/** Takes a pair of images that overlap by about half in a direction, and saves both. */
export default defineItem({
  id: 'calibrations/distortion',
  order: { step: 'camera and dose', after: ['stage-shift'] },
  ...distortionPair,
});
