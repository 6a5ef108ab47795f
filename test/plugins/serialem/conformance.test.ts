import { ImageBeamTilt, ProbeModeSelector } from '../../../core/devices';
import { describeColumn } from '../../../testing/describe-column';
import { type ScopeFacts, describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { makeColumn, makeSocketColumn, plainColumn, serialEmTokens } from './make-column';

const facts: ScopeFacts = { regularMags: [6, 8], lowMag: 2, absentMag: 11 };
const columnFacts = { has: serialEmTokens, regularMag: 6, lowMag: 2 };
// The command is always given X and Y.
const stageFacts = {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
  planarAxesTogether: true,
} as const;
describeScope('A column behind SerialEM', () => makeColumn(), facts);
describeColumn('A column behind SerialEM', () => makeColumn(), columnFacts);
describeColumn(
  'A column without probe modes behind SerialEM',
  () => makeColumn({ hasProbeModes: false, hasImageBeamTilt: false }),
  {
    ...columnFacts,
    has: serialEmTokens.filter((token) => token !== ProbeModeSelector && token !== ImageBeamTilt),
  },
);
describeStage('A stage behind SerialEM', () => makeColumn(), stageFacts);
describeScope('A column behind SerialEM over its socket', () => makeSocketColumn(), facts);
describeColumn('A column behind SerialEM over its socket', () => makeSocketColumn(), columnFacts);
describeStage('A stage behind SerialEM over its socket', () => makeSocketColumn(), stageFacts);
