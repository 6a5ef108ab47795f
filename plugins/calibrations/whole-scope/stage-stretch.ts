import { defineItem } from '../../../core/kernel';
import { stretchOfPoints } from './stretch/stretch-of-points';

/** Takes the stretch of the stage's readings from points that were marked before and after the grid was turned by about a right angle. */
export default defineItem({
  id: 'calibrations/stage-stretch',
  order: { step: 'stage', after: ['stage-shift'], holdsForDays: 730 },
  ...stretchOfPoints,
});
