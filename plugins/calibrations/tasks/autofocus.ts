import { defineTask } from '../../../core/kernel';
import { autofocusTask } from './focusing/autofocus-task';

/** Measures the defocus by beam tilt and brings it to the target; the argument -1 measures alone, -2 only shift and drift. */
export default defineTask({
  id: 'calibrations/tasks/autofocus',
  lowDoseArea: 'Focus',
  script: 'AutoFocus',
  ...autofocusTask,
});
