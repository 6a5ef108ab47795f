import { type Seconds, milliseconds, seconds } from '../../core/base';
import type { Settings } from '../../core/settings';
import type { HitachiCoil } from './protocol';

/** The ranges of magnification of the column. */
export type ColumnRange = 'LM' | 'HC' | 'HR';

/** Hitachi's hexadecimal numbers of the ranges. */
export const submodes: Readonly<Record<ColumnRange, string>> = { LM: '0e', HC: '00', HR: '02' };

/** One magnification of the table. */
export interface HitachiMagnification {
  readonly index: number;
  readonly magnification: number;
  readonly range: ColumnRange;
}

/** The gun coil and the axis of it that blank the beam. */
export interface BlankingCoil {
  readonly coil: HitachiCoil;
  readonly axis: 'x' | 'y';
  readonly delta: number;
}

/** The site's properties of its Hitachi column. */
export interface HitachiColumn {
  readonly model: string;
  /** Shortest time for which the beam can be blanked. */
  readonly minimumBlanking: Seconds;
  readonly magnifications: readonly HitachiMagnification[];
  readonly spotSizes: number;
  readonly imageShiftScale: { readonly regular: number; readonly lowMagnification: number };
  /** Units of image shift and of beam shift at the end of a coil. */
  readonly imageShiftPerCoil: number;
  readonly beamShiftPerCoil: number;
  /** Micrometres of defocus over the whole range of the objective, and of the first intermediate lens in low magnification. */
  readonly defocusPerLens: { readonly regular: number; readonly lowMagnification: number };
  /** The coil that shifts the image in each range. */
  readonly imageShiftCoils: Readonly<Record<ColumnRange, HitachiCoil>>;
  /** True for a range in which the column itself keeps the beam on the camera when the image is shifted. */
  readonly followsWithBeam: Readonly<Record<ColumnRange, boolean>>;
  readonly blanking: BlankingCoil;
  readonly spotStepDelay: Seconds;
  readonly screenRaiseDelay: Seconds;
  readonly stageTimeout: Seconds;
  /** Micrometres. */
  readonly stageLimits: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Degrees. */
  readonly largestTilt: number;
}

const longestStageMove = 85;
const followingFlags: Readonly<Record<ColumnRange, number>> = { HC: 1, HR: 2, LM: 4 };
const lowMagnificationScale = 8;
const hrCoils: readonly HitachiCoil[] = ['ISF', 'PA', 'IA'];

/** Gathers what the site's properties say about the column; what they leave open is as on any Hitachi column. */
export function hitachiColumn(settings: Settings, model: string): HitachiColumn {
  const lowestRegular = settings.get('LowestMModeMagIndex');
  const lowestSecondary = settings.get('LowestSecondaryModeMag');
  const rangeOf = (index: number): ColumnRange =>
    index < lowestRegular ? 'LM' : lowestSecondary > 0 && index >= lowestSecondary ? 'HR' : 'HC';
  const spots = settings.get('NumberOfSpotSizes');
  const tilt = settings.get('MaximumTiltAngle');
  const [left, right, bottom, top] = settings.get('StageLimits');
  const flags = settings.get('HitachiDoesBSforISflags');
  const follows = (range: ColumnRange): boolean => (flags & followingFlags[range]) !== 0;
  const axis = settings.get('HitachiBeamBlankAxis');
  const [objective] = settings.get('HitachiObjectiveToMicrons');
  return {
    model,
    minimumBlanking: seconds(settings.get('MinimumBlankingTime')),
    magnifications: settings.magnificationTable
      .filter(({ filmMag }) => filmMag > 0)
      .map(({ index, filmMag }) => ({ index, magnification: filmMag, range: rangeOf(index) })),
    spotSizes: spots > 0 ? spots : 5,
    imageShiftScale: {
      regular: settings.get('MicronsPerUnitImageShift'),
      lowMagnification: settings.get('LowMagMicronsPerUnitIS') || lowMagnificationScale,
    },
    imageShiftPerCoil: settings.get('HitachiImageShiftToMicrons'),
    beamShiftPerCoil: settings.get('HitachiBeamShiftToMicrons'),
    defocusPerLens: { regular: objective, lowMagnification: settings.get('HitachiI1ToMicrons') },
    imageShiftCoils: { LM: 'IA', HC: 'PA', HR: hrCoils[settings.get('HitachiPAforHRmodeIS')] ?? 'ISF' },
    followsWithBeam: { LM: follows('LM'), HC: follows('HC'), HR: follows('HR') },
    blanking: {
      coil: axis < 2 ? 'GH' : 'GT',
      axis: axis % 2 === 0 ? 'x' : 'y',
      delta: settings.get('HitachiBeamBlankDelta'),
    },
    spotStepDelay: milliseconds(settings.get('HitachiSpotStepDelay')),
    screenRaiseDelay: milliseconds(settings.get('ScreenRaiseDelay')),
    stageTimeout: milliseconds(longestStageMove * 1000 * settings.get('StageTimeoutFactor')),
    stageLimits: { x: [left, right], y: [bottom, top] },
    largestTilt: tilt > 0 ? tilt : 60,
  };
}
