import { milliseconds } from '../../../core/base';
import { AlphaSelector, CondenserAperture, ObjectiveAperture, StemMode } from '../../../core/devices';
import { describeColumn } from '../../../testing/describe-column';
import { describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { jeolTokens, makeColumn, plainColumn } from './make-column';

const facts = {
  regularMags: [6, 8],
  lowMag: 2,
  absentMag: 11,
  steps: { imageShift: 0.00508 / 2, defocusMicrometres: 0.0058 / 2 },
} as const;
const columnFacts = {
  has: jeolTokens,
  regularMag: 6,
  lowMag: 2,
  steps: { 'beam shift': 0.025 / 2, intensity: 1 / 65535 },
};
describeScope('JEOL column', () => makeColumn(), facts);
describeScope('busy JEOL column', () => makeColumn({ busyEvery: 3 }), facts);
describeColumn('JEOL column', () => makeColumn(), columnFacts);
describeColumn('busy JEOL column without alpha', () => makeColumn({ busyEvery: 3, column: { alphas: 0 } }), {
  ...columnFacts,
  has: jeolTokens.filter((token) => token !== AlphaSelector),
});
const scan = {
  magIndexes: new Set([6, 7, 8]),
  ranges: [{ mode: 2, first: 6 }],
  shiftDeflector: 'CLA1' as const,
  defocusFactor: 0.7143,
  switchDelay: { toStem: milliseconds(1000), toTem: milliseconds(0) },
  preMagDelay: milliseconds(1500),
};
describeColumn('JEOL column that scans', () => makeColumn({ column: { scan } }), {
  ...columnFacts,
  has: [...jeolTokens, StemMode],
});
describeStage('JEOL stage', () => makeColumn(), {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
  step: 1e-3,
});

const noSizes = { condenser: { kind: 1, sizes: [] }, objective: { kind: 2, sizes: [] } };
describeColumn(
  'JEOL column whose apertures have no known sizes',
  () => makeColumn({ column: { apertures: noSizes } }),
  {
    ...columnFacts,
    has: jeolTokens.filter((token) => token !== CondenserAperture && token !== ObjectiveAperture),
  },
);
describeColumn('JEOL column with extra apertures', () => makeColumn({ column: { extraApertures: true } }), columnFacts);
