import { describeScope } from '../../conformance/describe-scope';
import { describeStage } from '../../conformance/describe-stage';
import { makeColumn, plainColumn } from './make-column';

const coilStep = 1 / (0x3ffc00 / 2);
describeScope('Hitachi column', () => makeColumn(), {
  regularMags: [8, 10],
  lowMag: 2,
  absentMag: 11,
  hasProbeModes: false,
  normalizes: false,
  steps: { imageShift: 50 * coilStep, beamShift: 100 * coilStep, intensity: coilStep, defocusMicrometres: 10_000 * coilStep },
});
// The column is always sent both X and Y.
describeStage('Hitachi stage', () => makeColumn(), { limits: plainColumn.stageLimits, largestTiltDegrees: plainColumn.largestTilt, step: 0.0501, planarAxesTogether: true });
