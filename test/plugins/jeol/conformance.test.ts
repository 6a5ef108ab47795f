import { describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { makeColumn, plainColumn } from './make-column';

const facts = {
  regularMags: [6, 8],
  lowMag: 2,
  absentMag: 11,
  hasProbeModes: false,
  normalizes: false,
  steps: { imageShift: 0.00508 / 2, beamShift: 0.025 / 2, intensity: 1 / 65535, defocusMicrometres: 0.0058 / 2 },
} as const;
describeScope('JEOL column', () => makeColumn(), facts);
describeScope('busy JEOL column', () => makeColumn({ busyEvery: 3 }), facts);
describeStage('JEOL stage', () => makeColumn(), {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
  step: 1e-3,
});
