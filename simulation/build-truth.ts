import type { SimulatorOptions } from './options';
import { inverted, multiplied, rotationMatrix, type PlaneMatrix } from './plane';
import {
  viewKey,
  type CameraTruth,
  type LatticeFlaws,
  type MagnificationTruth,
  type Truth,
  type ViewTruth,
} from './truth';

/** A camera as the instrument's settings know it; what is left out comes from the options. */
export interface InstrumentCamera {
  readonly index: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly countsPerElectron?: number;
  readonly superResolutionFactor?: 1 | 2;
  readonly stem?: boolean;
  readonly behindFilter?: boolean;
}

/** One camera at one magnification as the instrument's settings know it. */
export interface InstrumentView {
  readonly magIndex: number;
  readonly camera: number;
  /** Micrometres of an unbinned pixel. */
  readonly pixelSizeMicrometres: number;
  /** Direction of specimen X, counter-clockwise from camera X. */
  readonly rotationDegrees: number;
  /** The site's calibrated matrix, pixels per image-shift unit. */
  readonly imageShiftToCamera?: PlaneMatrix;
}

/** What the settings of an instrument say of it. */
export interface Instrument {
  readonly magnifications: readonly MagnificationTruth[];
  readonly cameras: readonly InstrumentCamera[];
  readonly views: readonly InstrumentView[];
  /** Specimen to stage; minus the identity on most microscopes. */
  readonly specimenToStage: PlaneMatrix;
  /** Whether the column works for the energy filter at the start; not, where nothing is said. */
  readonly startsInEftem?: boolean;
}

/**
 * Makes the truth of a virtual microscope from the `simulator:` options and what the settings say of the instrument.
 * With `truth: site` a view's own image-shift matrix is used as it is; otherwise the image shift follows from the specimen matrix and `imageShiftToSpecimen`.
 */
export function buildTruth(options: SimulatorOptions, instrument: Instrument): Truth {
  const low = new Map(instrument.magnifications.map(({ index, low }) => [index, low]));
  const filtered = new Set(instrument.cameras.filter(({ behindFilter }) => behindFilter).map(({ index }) => index));
  return {
    magnifications: instrument.magnifications,
    cameras: instrument.cameras.map((camera) => cameraTruth(options, camera)),
    views: new Map(
      instrument.views.map((view) => [
        viewKey(view.magIndex, view.camera),
        viewTruth(options, view, { low: low.get(view.magIndex) ?? false, eftem: filtered.has(view.camera) }),
      ]),
    ),
    specimenToStage: instrument.specimenToStage,
    stage: {
      cyclic: { x: cyclicError(options, 0), y: cyclicError(options, 1) },
      backlash: options.stageBacklashMicrometres,
      repeatability: options.stageRepeatabilityNm / 1000,
      settlingFraction: options.stageSettlingFraction,
      settlingTime: options.stageSettlingSeconds,
      speed: options.stageMicrometresPerSecond,
      tiltSpeed: options.stageDegreesPerSecond,
      eucentricHeight: options.eucentricHeightMicrometres,
    },
    imageShift: {
      settling: [
        { fraction: options.imageShiftSettlingFraction, timeConstant: options.imageShiftSettlingSeconds },
        ...options.imageShiftFurtherSettling.map(([fraction, timeConstant]) => ({ fraction, timeConstant })),
      ],
      hysteresis: options.imageShiftHysteresis,
      lowMagnificationSettling: [
        {
          fraction: options.imageShiftSettlingFractionLowMagnification,
          timeConstant: options.imageShiftSettlingSecondsLowMagnification,
        },
      ],
      carriesBeam: options.imageShiftCarriesBeam,
    },
    drift: {
      linear: vectorOf(options.driftNmPerSecond, 1e-3),
      decaying: {
        amplitude: vectorOf(options.driftDecayNmPerSecond, 1e-3),
        timeConstant: options.driftDecaySeconds,
        restartsOnStageMove: options.driftRestartsOnStageMove,
      },
      charging: {
        amplitude: vectorOf(options.chargingMicrometresLowMagnification),
        timeConstant: options.chargingSeconds,
      },
    },
    imageOffsets: offsetsOf(options.imageOffsetsMicrometres),
    eftem: {
      atStart: instrument.startsInEftem ?? false,
      imageOffsets: offsetsOf(options.imageOffsetsEftemMicrometres),
      filterMagnification: 10,
    },
    beam: {
      electronsPerFieldPixelPerSecond: options.electronsPerFieldPixelPerSecond,
      referenceIntensity: 0.5,
      referenceSpotSize: 5,
      diameterInFields: options.beamDiameterInFields,
      doublingsPerIntensity: 10,
      currentPerSpotSize: 2,
      centre: vectorOf(options.beamCentreMicrometres),
      beamShiftToSpecimen: matrixOf(options.beamShiftToSpecimen),
      edgeSoftness: options.beamEdgeSoftness,
    },
    optics: {
      voltage: options.voltageKilovolts,
      sphericalAberration: options.sphericalAberrationMillimetres,
      phaseToAmplitude: options.phaseToAmplitudeContrast,
      focusSpread: options.focusSpreadNm,
      convergence: options.convergenceMilliradians,
      micrometresPerFocusUnit: 1000,
      focusInFocus: 0,
      lowMagnificationFocusInFocus: 0,
    },
    specimen: {
      kind: options.specimen,
      contrast: options.contrast,
      latticeContrast: options.latticeContrast,
      angle: options.specimenAngleDegrees,
      linesPerMillimetre: options.linesPerMillimetre,
      catalaseSpacings: options.catalaseSpacingsNm,
      barsPerInch: options.barsPerInch,
      barWidth: options.barWidthMicrometres,
      flaws: flawsOf(options),
    },
  };
}

function flawsOf(options: SimulatorOptions): LatticeFlaws {
  return {
    bend: options.latticeBend,
    bendRepeats: options.latticeBendRepeats,
    linePlacement: options.linePlacementNm / 1000,
    missingLines: options.missingLines,
    dirtyBlocks: options.dirtyBlocks,
    cellContrast: options.catalaseCellContrast,
    latexSpheres: options.latexSpheresPerSquareMicrometre,
    latexDiameter: options.latexSphereMicrometres,
    ...(options.openingMicrometres > 0 && {
      opening: {
        side: options.openingMicrometres,
        centre: vectorOf(options.openingCentreMicrometres),
        angle: options.openingAngleDegrees,
      },
    }),
  };
}

/** The matrix of rows as the options write it. */
function matrixOf([[xpx, xpy], [ypx, ypy]]: SimulatorOptions['beamShiftToSpecimen']): PlaneMatrix {
  return { xpx, xpy, ypx, ypy };
}

const offsetsOf = (
  written: SimulatorOptions['imageOffsetsMicrometres'],
): ReadonlyMap<number, { x: number; y: number }> =>
  new Map(Object.entries(written).map(([index, offset]) => [Number(index), vectorOf(offset)]));

function vectorOf([x, y]: readonly [number, number], unit = 1): { x: number; y: number } {
  return { x: x * unit, y: y * unit };
}

function cyclicError(options: SimulatorOptions, axis: 0 | 1): { amplitude: number; period: number; phase: number } {
  return {
    amplitude: options.stageCycleError[axis],
    period: options.stageCyclesMicrometres[axis],
    phase: (options.stageCyclePhasesDegrees[axis] * Math.PI) / 180,
  };
}

function cameraTruth(options: SimulatorOptions, camera: InstrumentCamera): CameraTruth {
  return {
    index: camera.index,
    name: camera.name,
    width: camera.width,
    height: camera.height,
    gain: camera.countsPerElectron ?? 1,
    readNoise: options.readNoiseCounts,
    darkLevel: options.darkLevelCounts,
    fixedPatternDark: options.staleDarkCounts,
    gainVariation: options.gainVariation,
    fixedPatternGain: options.staleGainVariation,
    saturation: options.saturationCounts,
    mtfAtNyquist: options.mtfAtNyquist,
    superResolutionFactor: camera.superResolutionFactor ?? 1,
    deadTime: options.cameraDeadSeconds,
    stem: camera.stem ?? false,
    behindFilter: camera.behindFilter ?? false,
  };
}

function viewTruth(
  options: SimulatorOptions,
  view: InstrumentView,
  { low, eftem }: { readonly low: boolean; readonly eftem: boolean },
): ViewTruth {
  const site = options.truth === 'site';
  const pixel = view.pixelSizeMicrometres * (site ? 1 : 1 + options.pixelScaleError);
  const specimenToCamera = rotationMatrix(view.rotationDegrees + (site ? 0 : options.rotationErrorDegrees), 1 / pixel);
  const regular = (eftem ? options.imageShiftToSpecimenEftem : undefined) ?? options.imageShiftToSpecimen;
  const derived = multiplied(specimenToCamera, matrixOf(low ? options.imageShiftToSpecimenLowMagnification : regular));
  const { distortionAtEdge: cubic, quadraticDistortionAtEdge: quadratic } = options;
  return {
    specimenToCamera,
    imageShiftToCamera: site ? (view.imageShiftToCamera ?? derived) : derived,
    ...(cubic !== 0 || quadratic !== 0 ? { distortion: { cubic, quadratic } } : {}),
  };
}

/** Image shift to specimen of a view, micrometres per unit: what the calibrations of one view must imply. */
export const imageShiftToSpecimen = ({ specimenToCamera, imageShiftToCamera }: ViewTruth): PlaneMatrix =>
  multiplied(inverted(specimenToCamera), imageShiftToCamera);
