import type { PlaneMatrix } from './plane';

/** Illumination of a small or a large part of the specimen by the objective prefield. */
export type ProbeMode = 'nano' | 'micro';

/** One magnification of the table. */
export interface Magnification {
  readonly index: number;
  readonly magnification: number;
  /** The objective lens is off: the low-magnification range, with its own focus and its own image-shift behaviour. */
  readonly low: boolean;
  /** True in the second range above the low magnifications, with lens settings of its own (SAMAG of a JEOL, HR of a Hitachi). */
  readonly secondary?: boolean;
  /** Probe mode of a scanned one, where nanoprobe and microprobe have magnifications of their own. */
  readonly probe?: ProbeMode;
  /** False where the beam goes with the image when that is shifted; the column keeps it on the camera by default. */
  readonly beamFollowsImageShift?: boolean;
  /** Image rotation in degrees that the column reports; none by default. */
  readonly rotationDegrees?: number;
  /** Magnification and rotation that it reports when it works for the energy filter; as without by default. */
  readonly eftemMagnification?: number;
  readonly eftemRotationDegrees?: number;
}

/** A camera as the instrument's settings know it; what is left out comes from the options. */
export interface InstrumentCamera {
  readonly index: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly countsPerElectron?: number;
  readonly superResolutionFactor?: 1 | 2;
  /** 2 where its pixels are those of super-resolution; 1 by default. */
  readonly pixelsPerPhysical?: 1 | 2;
  readonly stem?: boolean;
  readonly behindFilter?: boolean;
  /** Micrometres of an unbinned pixel on the sensor; a usual one by default. */
  readonly physicalPixelMicrometres?: number;
}

/** One camera at one magnification as the instrument's settings know it. */
export interface InstrumentView {
  readonly magIndex: number;
  readonly camera: number;
  /** Micrometres of an unbinned pixel. */
  readonly pixelSizeMicrometres: number;
  /** Direction of specimen X, counter-clockwise from camera X. */
  readonly rotationDegrees: number;
  /** Magnification that the site's files give for this camera; that of the table by default. */
  readonly magnification?: number;
  /** The site's calibrated matrix, specimen to camera, unbinned pixels per micrometre. */
  readonly specimenToCamera?: PlaneMatrix;
  /** The site's calibrated matrix, pixels per image-shift unit. */
  readonly imageShiftToCamera?: PlaneMatrix;
}

/**
 * Habit of a column at a change of magnification. `kept`: image shift stays, and focus is measured from eucentric focus (FEI). `neutral`: image shift goes to
 * the neutral value of the magnification (JEOL). `remembered`: image shift goes to what it last was there, and the focusing lens to a base of its own
 * (Hitachi).
 */
export type ColumnHabit = 'kept' | 'neutral' | 'remembered';

/** A record of the calibration file of a site. */
export type SiteRecord = Readonly<Record<string, number>>;

/** An instrument as its settings describe it. */
export interface Instrument {
  readonly magnifications: readonly Magnification[];
  /** Those of a scanned probe, which are counted by themselves; the same by default. */
  readonly scannedMagnifications?: readonly Magnification[];
  readonly cameras: readonly InstrumentCamera[];
  readonly views: readonly InstrumentView[];
  /** Specimen to stage; minus the identity on most microscopes. */
  readonly specimenToStage: PlaneMatrix;
  /** True for an energy filter in the column, through which every camera looks; none there by default. */
  readonly filterInColumn?: boolean;
  /** True when the column works for the energy filter at the start; it does not by default. */
  readonly startsInEftem?: boolean;
  /** Camera lengths of the column in their order; unknown by default. */
  readonly cameraLengthsMillimetres?: readonly number[];
  /** The records of one name that the site has calibrated, which a twin of it takes for true; none by default. */
  readonly calibrated?: (record: string) => readonly SiteRecord[];
  /** Habit of the column at a change of magnification; it keeps all by default. */
  readonly habit?: ColumnHabit;
  /** Number of its spot sizes, from 1, and the one of them that is brightest: the first or the last. */
  readonly spotSizes?: number;
  readonly brightestSpotSize?: number;
  /** False when the column has no nanoprobe. */
  readonly hasNanoprobe?: boolean;
  /** The site's calibrated intensities of crossover by spot size; 0 where there is none. */
  readonly crossovers?: readonly { readonly spot: number; readonly micro: number; readonly nano: number }[];
  /** The site's calibrated matrices, image shift to beam shift; negative mag indexes are those of the energy filter. */
  readonly beamShifts?: readonly (PlaneMatrix & {
    readonly magIndex: number;
    readonly alpha: number;
    readonly probe: number;
  })[];
  /** Micrometres of its condenser and objective apertures; the usual ones by default. */
  readonly condenserApertures?: readonly number[];
  readonly objectiveApertures?: readonly number[];
  /** Number of its alphas; none by default. */
  readonly alphas?: number;
}

/** The records of one name that a site has calibrated. */
export const calibratedBy = ({ calibrated }: Instrument, record: string): readonly SiteRecord[] =>
  calibrated?.(record) ?? [];

/** Numbers of the cameras that scan. */
export const scanningCameras = ({ cameras }: Pick<Instrument, 'cameras'>): ReadonlySet<number> =>
  new Set(cameras.filter(({ stem = false }) => stem).map(({ index }) => index));

/** The key of a camera at a mag index, in the maps of a truth. */
export const viewKey = (magIndex: number, camera: number): string => `${magIndex}:${camera}`;
