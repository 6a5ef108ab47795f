import { type ScopeFacts, describeScope } from '../../../testing/describe-scope';
import { type StageFacts, describeStage } from '../../../testing/describe-stage';
import { makeColumn, plainColumn } from './make-column';
import { makeTcpColumn } from './make-tcp-column';

const coilStep = 1 / (0x3ffc00 / 2);
const facts: ScopeFacts = {
  regularMags: [8, 10],
  lowMag: 2,
  absentMag: 11,
  hasProbeModes: false,
  normalizes: false,
  steps: {
    imageShift: 50 * coilStep,
    beamShift: 100 * coilStep,
    intensity: coilStep,
    defocusMicrometres: 10_000 * coilStep,
  },
};
// The column is always sent both X and Y.
const stageFacts: StageFacts = {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
  step: 0.0501,
  planarAxesTogether: true,
};

describeScope('Hitachi column', () => makeColumn(), facts);
describeStage('Hitachi stage', () => makeColumn(), stageFacts);
describeScope('Hitachi column over TCP', () => makeTcpColumn(), facts);
describeStage('Hitachi stage over TCP', () => makeTcpColumn({ echoesValues: true }), stageFacts);
