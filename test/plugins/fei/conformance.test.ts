import {
  AutomaticNormalization,
  BeamTilt,
  CondenserAperture,
  Diffraction,
  DiffractionStigmator,
  EftemMode,
  IlluminatedArea,
  ImageBeamTilt,
  ObjectiveAperture,
  ReportedRotation,
  ScanRotation,
  ScannedField,
  StemMode,
} from '../../../core/devices';
import { describeColumn } from '../../../testing/describe-column';
import { describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { feiTokens, makeColumn, plainColumn } from './make-column';
import { makeTemscriptColumn } from './make-temscript-column';

const facts = { regularMags: [6, 8], lowMag: 2, absentMag: 11 } as const;
const columnFacts = { has: feiTokens, regularMag: 6, lowMag: 2 };
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
describeColumn('FEI column', () => makeColumn(), columnFacts);
describeColumn(
  'FEI column with three condensers and a filter',
  () =>
    makeColumn({
      usesIlluminatedArea: true,
      illuminatedAreaLimits: { low: -0.033, high: 2.51 },
      blanksDuringTransients: true,
      hasFilter: true,
    }),
  {
    ...columnFacts,
    has: [...feiTokens, IlluminatedArea, EftemMode],
    values: { 'illuminated area': [5e-5, 1.2e-4] },
  },
);
const scan = { magnifications: [7, 8, 9].map((index) => ({ index, magnification: 100 * 2 ** index, low: false })) };
const scanFacts = { ...columnFacts, has: [...feiTokens, StemMode, ScanRotation, ScannedField] };
describeColumn('FEI column that scans', () => makeColumn({ scan }), scanFacts);
describeStage('FEI stage', () => makeColumn(), {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
});

describeScope('FEI column over temscript', () => makeTemscriptColumn(), { ...facts, hasAbsoluteFocus: false });
const overTemscript = feiTokens.filter(
  (token) =>
    ![
      AutomaticNormalization,
      Diffraction,
      BeamTilt,
      ImageBeamTilt,
      CondenserAperture,
      ObjectiveAperture,
      DiffractionStigmator,
      ReportedRotation,
    ].some((each) => each.symbol === token.symbol),
);
describeColumn('FEI column over temscript', () => makeTemscriptColumn({ column: { hasFilter: true } }), {
  ...columnFacts,
  has: overTemscript,
  showsOneMagnification: true,
});
describeColumn('FEI column that scans over temscript', () => makeTemscriptColumn({ column: { scan } }), {
  ...scanFacts,
  has: [...overTemscript, StemMode, ScanRotation, ScannedField],
  showsOneMagnification: true,
});
describeStage('FEI stage over temscript', () => makeTemscriptColumn(), {
  limits: plainColumn.stageLimits,
  largestTiltDegrees: plainColumn.largestTilt,
});
