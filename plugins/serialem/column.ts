import type { Settings } from '../../core/settings';

/** The site's properties of the column behind SerialEM. */
export interface SerialEmColumn {
  readonly model: string;
  readonly magIndexes: ReadonlySet<number>;
  /** The first mag index above the low-magnification range. */
  readonly lowestRegularMag: number;
  readonly spotSizes: number;
  readonly imageShiftScale: { readonly regular: number; readonly lowMagnification: number };
  readonly invertsStageX: boolean;
  readonly hasProbeModes: boolean;
  readonly hasImageBeamTilt: boolean;
  /** 0 for a column without alpha. */
  readonly alphas: number;
  readonly hasApertures: boolean;
  /** Micrometres of the apertures, as far as the site lists them. */
  readonly condenserApertures: readonly number[];
  readonly objectiveApertures: readonly number[];
  /** True for a column with three condensers, where the illuminated area is the measure of intensity. */
  readonly usesIlluminatedArea: boolean;
  readonly highestSpotIsBrightest: boolean;
  /** Volts; SerialEM does not tell. */
  readonly highTension: number | undefined;
  /** True for a JEOL column, whose lenses can be taken from their programs. */
  readonly hasFreeLenses: boolean;
  /** Camera lengths in metres by their index, as the site has entered them. */
  readonly cameraLengths: ReadonlyMap<number, number>;
  /** Seconds that a move of the stage may take. */
  readonly stageTimeout: number;
  /** Micrometres. */
  readonly stageLimits: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Degrees. */
  readonly largestTilt: number;
}

const longestStageMove = 120;
const usualSpotSizes = 11;
const usualTilt = 79.9;

/** Gathers what the site's properties say about the column. */
export function serialEmColumn(
  settings: Settings,
  options: {
    readonly model: string;
    readonly probeModes: boolean;
    readonly imageBeamTilt: boolean;
    readonly alphas: number;
    readonly apertures: boolean;
    readonly objectiveApertures: readonly number[];
    readonly highestSpotIsBrightest: boolean;
    readonly freeLensControl: boolean;
    readonly highTensionKilovolts?: number | undefined;
  },
): SerialEmColumn {
  const regular = settings.get('MicronsPerUnitImageShift');
  const spots = settings.get('NumberOfSpotSizes');
  const tilt = settings.get('MaximumTiltAngle');
  const [left, right, bottom, top] = settings.get('StageLimits');
  return {
    model: options.model,
    magIndexes: new Set(settings.magnificationTable.filter(({ filmMag }) => filmMag > 0).map(({ index }) => index)),
    lowestRegularMag: settings.get('LowestMModeMagIndex'),
    spotSizes: spots > 0 ? spots : usualSpotSizes,
    imageShiftScale: { regular, lowMagnification: settings.get('LowMagMicronsPerUnitIS') || regular },
    invertsStageX: settings.get('InvertStageXAxis'),
    hasProbeModes: options.probeModes,
    hasImageBeamTilt: options.imageBeamTilt,
    alphas: options.alphas,
    hasApertures: options.apertures,
    condenserApertures: settings.get('C2ApertureSizes'),
    objectiveApertures: options.objectiveApertures,
    usesIlluminatedArea: settings.get('UseIlluminatedAreaForC2') > 0,
    highestSpotIsBrightest: options.highestSpotIsBrightest,
    hasFreeLenses: options.freeLensControl,
    cameraLengths: new Map(
      settings.get('CameraLengthTable').map(([index, millimetres]) => [index, millimetres / 1000]),
    ),
    highTension: options.highTensionKilovolts === undefined ? undefined : 1000 * options.highTensionKilovolts,
    stageTimeout: longestStageMove * settings.get('StageTimeoutFactor'),
    stageLimits: { x: [left, right], y: [bottom, top] },
    largestTilt: tilt > 0 ? tilt : usualTilt,
  };
}
