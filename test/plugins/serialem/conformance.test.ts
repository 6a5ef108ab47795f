import {
  AlphaSelector,
  CondenserAperture,
  IlluminatedArea,
  ImageBeamTilt,
  ObjectiveAperture,
  ProbeModeSelector,
} from '../../../core/devices';
import { describeColumn } from '../../../testing/describe-column';
import { type ScopeFacts, describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { makeColumn, makeSocketColumn, plainColumn, serialEmTokens } from './make-column';

const facts: ScopeFacts = { regularMags: [6, 8], lowMag: 2, absentMag: 11 };
const columnFacts = {
  has: serialEmTokens,
  regularMag: 6,
  lowMag: 2,
  // SerialEM knows the limits of the area.
  values: { 'illuminated area': [5e-5, 1.2e-4] },
};
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
  () =>
    makeColumn({
      hasProbeModes: false,
      hasImageBeamTilt: false,
      alphas: 0,
      hasApertures: false,
      usesIlluminatedArea: false,
    }),
  {
    ...columnFacts,
    has: serialEmTokens.filter(
      (token) =>
        ![ProbeModeSelector, ImageBeamTilt, AlphaSelector, CondenserAperture, ObjectiveAperture, IlluminatedArea].some(
          (each) => each.symbol === token.symbol,
        ),
    ),
  },
);
describeStage('A stage behind SerialEM', () => makeColumn(), stageFacts);
describeScope('A column behind SerialEM over its socket', () => makeSocketColumn(), facts);
describeColumn('A column behind SerialEM over its socket', () => makeSocketColumn(), columnFacts);
describeStage('A stage behind SerialEM over its socket', () => makeSocketColumn(), stageFacts);
