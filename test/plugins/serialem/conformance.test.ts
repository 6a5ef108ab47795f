import { type ScopeFacts, describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { makeColumn, makeSocketColumn, plainColumn } from './make-column';

const facts: ScopeFacts = { regularMags: [6, 8], lowMag: 2, absentMag: 11, hasProbeModes: true, normalizes: true };
// The command is always given X and Y.
const stageFacts = {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
  planarAxesTogether: true,
} as const;
describeScope('A column behind SerialEM', () => makeColumn(), facts);
describeStage('A stage behind SerialEM', () => makeColumn(), stageFacts);
describeScope('A column behind SerialEM over its socket', () => makeSocketColumn(), facts);
describeStage('A stage behind SerialEM over its socket', () => makeSocketColumn(), stageFacts);
