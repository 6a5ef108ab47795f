import { describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { makeColumn, plainColumn } from './make-column';
import { makeTemscriptColumn } from './make-temscript-column';

const facts = { regularMags: [6, 8], lowMag: 2, absentMag: 11, hasProbeModes: true, normalizes: true } as const;
describeScope('FEI column', () => makeColumn(), facts);
describeScope(
  'FEI column with three condensers',
  () =>
    makeColumn({
      usesIlluminatedArea: true,
      illuminatedAreaLimits: { low: -0.033, high: 2.51 },
      blanksDuringTransients: true,
    }),
  facts,
);
describeStage('FEI stage', () => makeColumn(), {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
});

describeScope('FEI column over temscript', () => makeTemscriptColumn(), { ...facts, hasAbsoluteFocus: false });
describeStage('FEI stage over temscript', () => makeTemscriptColumn(), {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
});
