import type { PlaneMatrix, PlaneVector } from './plane';

/** One magnification of the virtual microscope. */
export interface MagnificationTruth {
  readonly index: number;
  readonly magnification: number;
  /** The objective lens is off: the low-magnification range, with its own focus and its own image-shift behaviour. */
  readonly low: boolean;
}

/** How a camera really behaves. */
export interface CameraTruth {
  readonly index: number;
  readonly name: string;
  /** Unbinned pixels as the camera delivers them. */
  readonly width: number;
  readonly height: number;
  /** Counts per electron in linear readout. */
  readonly gain: number;
  /** Standard deviation in counts of a delivered pixel, linear readout only. */
  readonly readNoise: number;
  /** Counts of a delivered pixel without any electron, linear readout only. */
  readonly darkLevel: number;
  /** Standard deviation of the fixed additive pattern that a stale dark reference leaves, in counts of an unbinned pixel. */
  readonly fixedPatternDark: number;
  /** Standard deviation of the pixel gains, which gain normalisation removes. */
  readonly gainVariation: number;
  /** Standard deviation of the fixed multiplicative pattern that a stale gain reference leaves, for an unbinned pixel. */
  readonly fixedPatternGain: number;
  /** Counts at which a delivered pixel saturates; never above 65535. */
  readonly saturation: number;
  /** Modulation transfer at the Nyquist frequency of an unbinned pixel, beyond that of the square pixel itself. */
  readonly mtfAtNyquist: number;
  /** 2 when super-resolution readout doubles the pixels of each axis. */
  readonly superResolutionFactor: 1 | 2;
  /** Seconds at the start of an exposure in which the camera sees nothing. */
  readonly deadTime: number;
  readonly stem: boolean;
  /** Whether it stands behind the energy filter, for which the column has lens settings of its own (EFTEM). */
  readonly behindFilter: boolean;
}

/** How a specimen plane is seen by one camera at one magnification. */
export interface ViewTruth {
  /** Specimen to camera: unbinned pixels per micrometre, Y up. */
  readonly specimenToCamera: PlaneMatrix;
  /** Image shift to camera: unbinned pixels per image-shift unit, Y up. */
  readonly imageShiftToCamera: PlaneMatrix;
  readonly distortion?: DistortionTruth;
}

/**
 * Projection distortion: what belongs at camera position p appears at `p * (1 + cubic*|p|^2/R^2 + quadratic*p.x/R)`,
 * R being half the shorter side of the camera. Each number is thus the fraction by which a point at the edge is displaced.
 */
export interface DistortionTruth {
  readonly cubic: number;
  readonly quadratic: number;
}

/** A periodic error of one stage axis: the carriage is at `s + amplitude*period/(2 pi)*sin(2 pi s/period + phase)` when it reads s. */
export interface CyclicErrorTruth {
  /** Local error of scale, 0..0.15 on real stages. */
  readonly amplitude: number;
  /** Micrometres. */
  readonly period: number;
  /** Radians. */
  readonly phase: number;
}

/** How the stage really moves. */
export interface StageTruth {
  readonly cyclic: { readonly x: CyclicErrorTruth; readonly y: CyclicErrorTruth };
  /** Play of the drive in micrometres: after a change of direction the carriage follows only when it is taken up. */
  readonly backlash: number;
  /** Standard deviation of the position reached, in micrometres, each axis, each move. */
  readonly repeatability: number;
  /** What is left of a move when the stage reports its end, as a fraction, and the seconds in which that decays to 1/e. */
  readonly settlingFraction: number;
  readonly settlingTime: number;
  /** Micrometres per second along an axis. */
  readonly speed: number;
  /** Degrees per second of tilt. */
  readonly tiltSpeed: number;
  /** Height in micrometres at which the specimen is eucentric and in focus. */
  readonly eucentricHeight: number;
}

/** One exponential part of a lens that lags: a fraction of each step is missing at first and arrives with a time constant in seconds. */
export interface SettlingTerm {
  readonly fraction: number;
  readonly timeConstant: number;
}

/** How the image shift follows its setting. */
export interface ImageShiftTruth {
  readonly settling: readonly SettlingTerm[];
  /** The same in the low-magnification range. */
  readonly lowMagnificationSettling: readonly SettlingTerm[];
  /** Fraction of each step that arrives only with the next one, however long one waits. */
  readonly hysteresis: number;
  /** Whether the beam stays on the camera when the image is shifted (a beam-coupled shift) or goes with the image. */
  readonly carriesBeam: boolean;
}

/** How the specimen wanders: micrometres in the specimen plane. */
export interface DriftTruth {
  /** Micrometres per second for ever. */
  readonly linear: PlaneVector;
  readonly decaying: {
    /** Micrometres per second at the start. */
    readonly amplitude: PlaneVector;
    /** Seconds. */
    readonly timeConstant: number;
    readonly restartsOnStageMove: boolean;
  };
  /** In low magnification, while the specimen charges up: the whole of it in micrometres, and seconds. */
  readonly charging: { readonly amplitude: PlaneVector; readonly timeConstant: number };
}

/** What the illumination really is. */
export interface BeamTruth {
  /** Electrons per second through a 512th of the shorter side of the camera squared, at reference intensity and spot. */
  readonly electronsPerFieldPixelPerSecond: number;
  readonly referenceIntensity: number;
  readonly referenceSpotSize: number;
  /** Beam diameter at the reference intensity, in diagonals of the field of view. */
  readonly diameterInFields: number;
  /** The beam diameter changes by 2 to the power of this times the change of intensity. */
  readonly doublingsPerIntensity: number;
  /** The current falls by this factor with each spot size. */
  readonly currentPerSpotSize: number;
  /** Where the beam is in the specimen plane without beam shift, micrometres. */
  readonly centre: PlaneVector;
  /** Beam shift units to specimen micrometres. */
  readonly beamShiftToSpecimen: PlaneMatrix;
  /** Width of the edge of the disc as a fraction of its radius. */
  readonly edgeSoftness: number;
}

/** What the objective lens does to the image. */
export interface OpticsTruth {
  /** Kilovolts. */
  readonly voltage: number;
  /** Millimetres. */
  readonly sphericalAberration: number;
  /** Sine of phase contrast against cosine of amplitude contrast, as a ratio. */
  readonly phaseToAmplitude: number;
  /** Nanometres of focus spread, and milliradians of illumination half angle: they end the transfer. */
  readonly focusSpread: number;
  readonly convergence: number;
  /** Micrometres of defocus per unit of absolute focus, and the absolute focus that is in focus, for each range. */
  readonly micrometresPerFocusUnit: number;
  readonly focusInFocus: number;
  readonly lowMagnificationFocusInFocus: number;
}

/** What lies in the specimen plane. */
export interface SpecimenTruth {
  readonly kind: 'film' | 'cross-grating' | 'catalase' | 'grid-bars' | 'empty';
  /** Standard deviation over mean of the film texture seen in an image of about 512 pixels. */
  readonly contrast: number;
  /** Depth of the lines, lattice or bars, 0..1. */
  readonly latticeContrast: number;
  /** Direction of the first set of lines, degrees counter-clockwise from specimen X. */
  readonly angle: number;
  /** Cross grating. */
  readonly linesPerMillimetre: number;
  /** Catalase lattice spacings in nanometres. */
  readonly catalaseSpacings: readonly [number, number];
  /** Grid bars. */
  readonly barsPerInch: number;
  readonly barWidth: number;
  readonly flaws: LatticeFlaws;
}

/** What is wrong with a lattice, and what lies on and about it. */
export interface LatticeFlaws {
  /** Standard deviation of the local strain, and the repeats over which it changes to and fro. */
  readonly bend: number;
  readonly bendRepeats: number;
  /** Standard deviation of the place of a line, micrometres. */
  readonly linePlacement: number;
  /** Shares of the stretches of line between crossings, and of the blocks between lines. */
  readonly missingLines: number;
  readonly dirtyBlocks: number;
  /** Depth of the waves of the whole catalase cell as a share of that of the others. */
  readonly cellContrast: number;
  /** Spheres a square micrometre, and their diameter in micrometres. */
  readonly latexSpheres: number;
  readonly latexDiameter: number;
  /** The square opening beyond which all is dark: micrometres, degrees; none where there is no surround. */
  readonly opening?: { readonly side: number; readonly centre: PlaneVector; readonly angle: number };
}

/** What is different when the column works for the energy filter. */
export interface EftemTruth {
  /** Whether it does so at the start. */
  readonly atStart: boolean;
  /** Displacement of the image centre in the specimen plane by mag index, micrometres; zero where absent. */
  readonly imageOffsets: ReadonlyMap<number, PlaneVector>;
  /** How many times the filter magnifies, which the column then magnifies less. */
  readonly filterMagnification: number;
}

/** Everything that is true of a virtual microscope and that no calibration may look at. */
export interface Truth {
  readonly magnifications: readonly MagnificationTruth[];
  readonly cameras: readonly CameraTruth[];
  /** Views by `viewKey(magIndex, camera)`. */
  readonly views: ReadonlyMap<string, ViewTruth>;
  /** Specimen to stage, micrometres to micrometres. */
  readonly specimenToStage: PlaneMatrix;
  readonly stage: StageTruth;
  readonly imageShift: ImageShiftTruth;
  readonly drift: DriftTruth;
  /** Displacement of the image centre in the specimen plane by mag index, micrometres; zero where absent. */
  readonly imageOffsets: ReadonlyMap<number, PlaneVector>;
  readonly eftem: EftemTruth;
  readonly beam: BeamTruth;
  readonly optics: OpticsTruth;
  readonly specimen: SpecimenTruth;
}

/** The key of a view in `Truth.views`. */
export const viewKey = (magIndex: number, camera: number): string => `${magIndex}:${camera}`;
