import { type Seconds, milliseconds, seconds } from '../../core/base';
import type { ProbeMode } from '../../core/devices';
import type { Settings } from '../../core/settings';
import type { AreaLimits } from '../../core/illumination';
import { type ScannedMagnification, scannedMagnifications } from '../../core/optics';

/** The site's properties of the scan of a probe. */
interface FeiScanColumn {
  readonly magnifications: readonly ScannedMagnification[];
  /** Probe mode whose magnifications count in low magnification; undefined for that of the column. */
  readonly probeInLow?: ProbeMode;
}

/** The site's properties of its FEI column. */
export interface FeiColumn {
  readonly model: string;
  /** Shortest time for which the beam can be blanked. */
  readonly minimumBlanking: Seconds;
  /** The mag indexes that exist. */
  readonly magIndexes: ReadonlySet<number>;
  /** The first mag index above the low-magnification range. */
  readonly lowestRegularMag: number;
  readonly spotSizes: number;
  /** Nominal micrometres on the specimen per image-shift unit. */
  readonly imageShiftScale: { readonly regular: number; readonly lowMagnification: number };
  readonly invertsStageX: boolean;
  /** True for a column with three condensers, where the illuminated area is the measure of intensity. */
  readonly usesIlluminatedArea: boolean;
  /** The limits that the site has entered; undefined to take the area as it is. */
  readonly illuminatedAreaLimits: AreaLimits | undefined;
  /** True for a column with an energy filter behind it, for which it has lens settings of its own. */
  /** Micrometres of the apertures, as far as the site lists them. */
  readonly condenserApertures: readonly number[];
  readonly objectiveApertures: readonly number[];
  readonly hasFilter: boolean;
  /** The scan of a probe; undefined for a site that does not scan. */
  readonly scan?: FeiScanColumn;
  readonly blanksDuringTransients: boolean;
  readonly normalizesProjector: boolean;
  readonly normalizesCondenser: boolean;
  readonly postProbeDelay: Seconds;
  readonly screenRaiseDelay: Seconds;
  readonly stageTimeoutFactor: number;
  /** Highest index of a camera length. */
  readonly cameraLengths: number;
  /** Micrometres. */
  readonly stageLimits: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Degrees. */
  readonly largestTilt: number;
}

/** Longest list of camera lengths, for a site that has not entered its own; the column clamps. */
const maxCameraLengths = 60;
const skipProjector = 1;
const skipCondenser = 2;

/** Gathers what the site's properties say about the column; what they leave open is as on any FEI column. */
export function feiColumn(settings: Settings, model: string, objectiveApertures: readonly number[] = []): FeiColumn {
  const regular = settings.get('MicronsPerUnitImageShift');
  const usesIlluminatedArea = settings.get('UseIlluminatedAreaForC2') > 0;
  const [low, high] = settings.get('IlluminatedAreaLimits');
  const spots = settings.get('NumberOfSpotSizes');
  const tilt = settings.get('MaximumTiltAngle');
  const [left, right, bottom, top] = settings.get('StageLimits');
  const skipped = settings.get('SkipNormalizations');
  return {
    model,
    minimumBlanking: seconds(settings.get('MinimumBlankingTime')),
    magIndexes: new Set(settings.magnificationTable.filter(({ filmMag }) => filmMag > 0).map(({ index }) => index)),
    lowestRegularMag: settings.get('LowestMModeMagIndex'),
    spotSizes: spots > 0 ? spots : 11,
    imageShiftScale: { regular, lowMagnification: settings.get('LowMagMicronsPerUnitIS') || regular },
    invertsStageX: settings.get('InvertStageXAxis'),
    usesIlluminatedArea,
    illuminatedAreaLimits: high > low ? { low, high } : undefined,
    condenserApertures: settings.get('C2ApertureSizes'),
    objectiveApertures,
    hasFilter: settings.cameras.some(({ isGif }) => isGif),
    ...scanOf(settings),
    blanksDuringTransients: settings.get('BlankDuringTransients'),
    normalizesProjector: (skipped & skipProjector) === 0,
    normalizesCondenser: (skipped & skipCondenser) === 0,
    postProbeDelay: milliseconds(settings.get('PostProbeDelay')),
    screenRaiseDelay: milliseconds(settings.get('ScreenRaiseDelay')),
    stageTimeoutFactor: settings.get('StageTimeoutFactor'),
    cameraLengths: Math.max(0, ...settings.get('CameraLengthTable').map(([index]) => index)) || maxCameraLengths,
    stageLimits: { x: [left, right], y: [bottom, top] },
    largestTilt: tilt > 0 ? tilt : usesIlluminatedArea ? 69.9 : 79.9,
  };
}

/** Probe modes in low magnification by the number of FeiSTEMprobeModeInLM. */
const probesInLow: Readonly<Record<number, ProbeMode>> = { 1: 'nano', 2: 'micro' };

/** The scan of a probe, for a site that has a camera and magnifications for it. */
function scanOf(settings: Settings): Pick<FeiColumn, 'scan'> {
  const magnifications = scannedMagnifications(settings);
  const probeInLow = probesInLow[settings.get('FeiSTEMprobeModeInLM')];
  return magnifications.length > 0 ? { scan: { magnifications, ...(probeInLow && { probeInLow }) } } : {};
}
