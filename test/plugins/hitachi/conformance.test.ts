import { describeColumn } from '../../../testing/describe-column';
import { type ScopeFacts, describeScope } from '../../../testing/describe-scope';
import { type StageFacts, describeStage } from '../../../testing/describe-stage';
import { hitachiTokens, makeColumn, plainColumn } from './make-column';
import { makeTcpColumn } from './make-tcp-column';

const coilStep = 1 / (0x3ffc00 / 2);
const facts: ScopeFacts = {
  regularMags: [8, 10],
  lowMag: 2,
  absentMag: 11,
  steps: {
    imageShift: 50 * coilStep,
    defocusMicrometres: 10_000 * coilStep,
  },
};
const columnFacts = {
  has: hitachiTokens,
  regularMag: 8,
  lowMag: 2,
  steps: { 'beam shift': 100 * coilStep, intensity: coilStep },
};
// The column is always sent both X and Y.
const stageFacts: StageFacts = {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
  step: 0.0501,
  planarAxesTogether: true,
};

describeScope('Hitachi column', () => makeColumn(), facts);
describeColumn('Hitachi column', () => makeColumn(), columnFacts);
describeStage('Hitachi stage', () => makeColumn(), stageFacts);
describeScope('Hitachi column over TCP', () => makeTcpColumn(), facts);
describeColumn('Hitachi column over TCP', () => makeTcpColumn(), columnFacts);
describeStage('Hitachi stage over TCP', () => makeTcpColumn({ echoesValues: true }), stageFacts);
