import { type Seconds, milliseconds, seconds } from '../../core/base';
import { scannedMagnifications } from '../../core/optics';
import type { Settings } from '../../core/settings';
import { type JeolDeflector, type ScanDeflector, apertureKinds, functionModes, scanFunctionModes } from './transport';

/** A range of magnifications with a selector of its own. */
export interface FunctionRange {
  readonly mode: number;
  /** The mag index of selector 0. */
  readonly first: number;
}

/** Number of an aperture in JEOL's calls, and micrometres of its holes from the first; none where the site does not say. */
interface JeolAperture {
  readonly kind: number;
  readonly sizes: readonly number[];
}

/** The site's properties of the scan of a probe. */
export interface JeolScanColumn {
  readonly magIndexes: ReadonlySet<number>;
  /** By rising mag index. */
  readonly ranges: readonly FunctionRange[];
  /** The deflector above the specimen that shifts a scan. */
  readonly shiftDeflector: ScanDeflector;
  /** Factor on the micrometres of defocus for one step of the objective lens. */
  readonly defocusFactor: number;
  readonly switchDelay: { readonly toStem: Seconds; readonly toTem: Seconds };
  /** Waiting time before a change of magnification: the column may stop answering when it comes soon after an image. */
  readonly preMagDelay: Seconds;
}

/** The site's properties of its JEOL column. */
export interface JeolColumn {
  readonly model: string;
  /** Shortest time for which the beam can be blanked. */
  readonly minimumBlanking: Seconds;
  readonly magIndexes: ReadonlySet<number>;
  readonly lowestRegularMag: number;
  /** By rising mag index. */
  readonly ranges: readonly FunctionRange[];
  /** The scan of a probe; undefined for a site that does not scan. */
  readonly scan?: JeolScanColumn;
  readonly spotSizes: number;
  /** True for an energy filter in the column. */
  readonly hasFilter: boolean;
  /** True for a filter within the column; false where a filter can only stand behind it. */
  readonly hasOmegaFilter: boolean;
  /** 0 for a column without alpha. */
  readonly alphas: number;
  readonly apertures: { readonly condenser: JeolAperture; readonly objective: JeolAperture };
  /** True when the calls for extra apertures reach all of them. */
  readonly extraApertures: boolean;
  readonly imageShiftScale: { readonly regular: number; readonly lowMagnification: number };
  readonly invertsStageX: boolean;
  readonly imageShiftDeflector: JeolDeflector & ('IS1' | 'PLA');
  /** Beam-shift units for one step of the deflector, outside and in low magnification. */
  readonly beamShiftPerStep: { readonly regular: number; readonly lowMagnification: number };
  /** Micrometres of defocus for one step of the fine objective lens, and of the objective minilens in low magnification. */
  readonly defocusPerStep: { readonly regular: number; readonly lowMagnification: number };
  readonly magEventWait: Seconds;
  /** Waiting time after a change of magnification within a range, and into another one. */
  readonly postMagDelay: { readonly within: Seconds; readonly across: Seconds };
  readonly screenRaiseDelay: Seconds;
  readonly stageTimeout: Seconds;
  /** Highest index of a camera length. */
  readonly cameraLengths: number;
  /** Micrometres. */
  readonly stageLimits: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Micrometres to which stage positions are rounded. */
  readonly stageRounding: number;
  /** Degrees. */
  readonly largestTilt: number;
}

/** Longest list of camera lengths, for a site that has not entered its own. */
const maxCameraLengths = 60;
const longestStageMove = 85;
const shortestAcrossRanges = 3000;
const withEvents = 1250;

/** Gathers what the site's properties say about the column; what they leave open is as on any JEOL column. */
export function jeolColumn(settings: Settings, model: string): JeolColumn {
  const lowestRegularMag = settings.get('LowestMModeMagIndex');
  const lowestSecondary = settings.get('LowestSecondaryModeMag');
  const spots = settings.get('NumberOfSpotSizes');
  const tilt = settings.get('MaximumTiltAngle');
  const [left, right, bottom, top] = settings.get('StageLimits');
  const extraApertures = settings.get('JeolHasExtraApertures');
  // Only the calls for extra apertures know a first condenser aperture.
  const chosen = settings.get('JeolCondenserApertureID');
  const [delay] = settings.get('JeolPostMagChangeDelay');
  const within = delay > 0 ? delay : settings.get('JeolUpdateByEvent') ? withEvents : 0;
  const regularScale = settings.get('MicronsPerUnitImageShift');
  const regularBeam = settings.get('JEOLBeamShiftToMicrons');
  return {
    model,
    minimumBlanking: seconds(settings.get('MinimumBlankingTime')),
    magIndexes: new Set(settings.magnificationTable.filter(({ filmMag }) => filmMag > 0).map(({ index }) => index)),
    lowestRegularMag,
    ranges: [
      { mode: functionModes.lowMag, first: 1 },
      { mode: settings.get('JeolIndexForMagMode'), first: lowestRegularMag },
      ...(lowestSecondary > 0 ? [{ mode: functionModes.samag, first: lowestSecondary }] : []),
    ],
    ...scanOf(settings),
    spotSizes: spots > 0 ? spots : 5,
    hasOmegaFilter: settings.get('HasOmegaFilter'),
    hasFilter: settings.get('HasOmegaFilter') && !settings.get('NoFilterControl'),
    alphas: settings.get('JeolHasNoAlpha') > 0 ? 0 : settings.get('NumberOfAlphas'),
    apertures: {
      condenser: apertureOf(settings, extraApertures && chosen >= 0 ? chosen : apertureKinds.condenser),
      objective: apertureOf(settings, apertureKinds.objective),
    },
    extraApertures,
    imageShiftScale: {
      regular: regularScale,
      lowMagnification: settings.get('LowMagMicronsPerUnitIS') || regularScale,
    },
    invertsStageX: settings.get('InvertStageXAxis'),
    imageShiftDeflector: settings.get('JeolUseProjectorForIS') ? 'PLA' : 'IS1',
    beamShiftPerStep: {
      regular: regularBeam,
      lowMagnification: settings.get('JEOLLowMagBeamShiftToMicrons') || regularBeam,
    },
    defocusPerStep: {
      regular: settings.get('JEOLObjectiveLensToMicrons'),
      lowMagnification: settings.get('JEOLObjectiveMiniToMicrons'),
    },
    magEventWait: milliseconds(settings.get('JeolMagEventWait')),
    postMagDelay: { within: milliseconds(within), across: milliseconds(Math.max(within, shortestAcrossRanges)) },
    screenRaiseDelay: milliseconds(settings.get('ScreenRaiseDelay')),
    cameraLengths: Math.max(0, ...settings.get('CameraLengthTable').map(([index]) => index)) || maxCameraLengths,
    stageTimeout: milliseconds(longestStageMove * 1000 * settings.get('StageTimeoutFactor')),
    stageLimits: { x: [left, right], y: [bottom, top] },
    stageRounding: settings.get('JEOLStageMotorRounding'),
    largestTilt: tilt > 0 ? tilt : 79.9,
  };
}

const apertureOf = (settings: Settings, kind: number): JeolAperture => ({
  kind,
  sizes:
    settings
      .get('ApertureSizes')
      .find(([index]) => index === kind)
      ?.slice(1) ?? [],
});

/** The range that a mag index belongs to. */
export const rangeOf = (column: Pick<JeolColumn, 'ranges'>, magIndex: number): FunctionRange =>
  column.ranges.findLast(({ first }) => magIndex >= first) ?? column.ranges[0]!;

/** The scan of a probe, for a site that has a camera and magnifications for it. */
function scanOf(settings: Settings): Pick<JeolColumn, 'scan'> {
  const magnifications = scannedMagnifications(settings);
  if (magnifications.length === 0) return {};
  const [lowestRegular] = settings.get('LowestSTEMnonLMmag');
  const [toStem, toTem] = settings.get('JeolSwitchSTEMsleep');
  return {
    scan: {
      magIndexes: new Set(magnifications.map(({ index }) => index)),
      shiftDeflector: settings.get('JeolUseCLA2ForSTEM') ? 'CLA2' : 'CLA1',
      ranges: [
        ...(lowestRegular > 1 ? [{ mode: scanFunctionModes.lowMag, first: 1 }] : []),
        { mode: scanFunctionModes.mag, first: Math.max(1, lowestRegular) },
      ],
      defocusFactor: settings.get('JeolSTEMdefocusFactor'),
      switchDelay: { toStem: milliseconds(toStem), toTem: milliseconds(toTem) },
      preMagDelay: milliseconds(settings.get('JeolSTEMPreMagDelay')),
    },
  };
}
