/** The value of a user setting: a number, a yes or no, or several numbers. */
export type UserSettingValue = number | boolean | readonly number[];

/** A user setting: what it is, its unit, limits and default. */
export interface UserSettingDefinition<Value extends UserSettingValue = UserSettingValue> {
  readonly kind: 'number' | 'whole number' | 'switch' | 'numbers';
  readonly default: Value;
  /** One sentence for an operator. */
  readonly about: string;
  /** `tilt` stands for the unit of the column: mrad on FEI columns, percent of full scale elsewhere. */
  readonly unit?: string;
  /** Limits that hold for each number. */
  readonly range?: readonly [minimum: number, maximum: number];
  /** A value besides those of the range, such as -1 for "not set". */
  readonly besides?: number;
  /** Names of the numbers of a list, in their order. */
  readonly items?: readonly string[];
  /** Fewest values that a line may have, where trailing ones may be left out. */
  readonly atLeast?: number;
  readonly decimals?: number;
  /** Number of directions after which a whole number begins again, also below zero. */
  readonly modulo?: number;
}

type Details = Omit<UserSettingDefinition, 'kind' | 'default' | 'about'>;

const number = (standard: number, about: string, details: Details = {}): UserSettingDefinition<number> => ({
  kind: 'number',
  default: standard,
  about,
  ...details,
});
const whole = (standard: number, about: string, details: Details = {}): UserSettingDefinition<number> => ({
  kind: 'whole number',
  default: standard,
  about,
  ...details,
});
const onOff = (standard: boolean, about: string): UserSettingDefinition<boolean> => ({
  kind: 'switch',
  default: standard,
  about,
});
const numbers = (
  standard: readonly number[],
  about: string,
  details: Details = {},
): UserSettingDefinition<readonly number[]> => ({ kind: 'numbers', default: standard, about, ...details });

/**
 * Every user setting that calibrations and routines work with, under the keyword of SerialEM's settings file where it has one. Limits are those of
 * SerialEM's menu and scripts, which it does not always hold itself.
 */
export const userSettingDefinitions = {
  AutofocusBeamTilt: number(5, 'Beam tilt of autofocus to either side.', {
    unit: 'tilt',
    range: [0.02, 100],
    decimals: 2,
  }),
  LMBeamTilt: number(0, 'Beam tilt of autofocus in low magnification; 0 takes that of autofocus.', {
    unit: 'tilt',
    range: [0, 100],
    decimals: 2,
  }),
  BeamTiltDirection: whole(
    0,
    'Direction of the beam tilt of autofocus: 0 along X, 1 along X and Y, 2 along Y, 3 along -X and Y.',
    {
      range: [0, 3],
      modulo: 4,
    },
  ),
  TargetDefocus: number(0, 'Defocus at which autofocus ends, negative for underfocus.', {
    unit: 'um',
    range: [-200, 50],
    decimals: 2,
  }),
  AutofocusOffset: number(0, 'Defocus that autofocus adds while it takes its images, and takes off again.', {
    unit: 'um',
    range: [-200, 200],
    decimals: 2,
  }),
  DriftProtection: onOff(true, 'Takes three images instead of two in autofocus, so that drift drops out.'),
  MinDDDfocusBinning: whole(1, 'Least binning to which autofocus reduces images of direct detectors.', {
    range: [1, 4],
  }),
  RefocusThreshold: number(8, 'Change of defocus after which autofocus measures once more.', {
    unit: 'um',
    range: [0, 1000],
    decimals: 2,
  }),
  AbortThreshold: number(1, 'Difference from the last measurement at which autofocus gives up; 0 for never.', {
    unit: 'um',
    range: [0, 1000],
    decimals: 2,
  }),
  AutofocusEucenAbsParams: numbers(
    [0, 0, -20, 20, 0, 1],
    'Limits of autofocus: least and greatest absolute focus, least and greatest change of defocus, whether they are used, whether they include the offset.',
    {
      atLeast: 6,
      items: [
        'Least absolute focus',
        'Greatest absolute focus',
        'Least change of defocus (um)',
        'Greatest change of defocus (um)',
        'Used (1) or not (0)',
        'Includes the offset (1) or not (0)',
      ],
    },
  ),
  NormalizeAllOnMagChange: whole(
    0,
    'Normalizes all lenses when the magnification changes: 0 never, 1 in low magnification, 2 always.',
    {
      range: [0, 2],
    },
  ),
  UsersAstigTilt: number(-1, 'Beam tilt of astigmatism correction by beam tilt; -1 takes the property.', {
    unit: 'tilt',
    range: [0, 100],
    besides: -1,
    decimals: 2,
  }),
  UsersComaTilt: number(-1, 'Greatest beam tilt of coma-free alignment by beam tilt; -1 takes 10.', {
    unit: 'tilt',
    range: [0, 100],
    besides: -1,
    decimals: 2,
  }),
  CtfComaTilt: number(-1, 'Beam tilt of coma-free alignment by CTF; -1 takes that of alignment by beam tilt, or 10.', {
    unit: 'tilt',
    range: [0, 100],
    besides: -1,
    decimals: 2,
  }),
  CtfExposure: number(-1, 'Exposure of images for CTF fits; -1 while it has not been set up.', {
    unit: 's',
    range: [0.1, 10],
    besides: -1,
    decimals: 3,
  }),
  CtfDriftSettling: number(0, 'Drift settling of images for CTF fits.', { unit: 's', range: [0, 1], decimals: 2 }),
  CtfBinning: number(0, 'Binning of images for CTF fits; 0 takes that of Record.', { range: [0, 8] }),
  CtfUseFullField: onOff(true, 'Takes images for CTF fits from the whole camera.'),
  NumCtfFrames: whole(7, 'Number of frames of an image for a CTF fit that is aligned.', { range: [3, 20] }),
  AlignParamSetNum: whole(0, 'Number of the parameters for aligning those frames, from 0.', { range: [0, 50] }),
  CtfAcqSetFlags: whole(
    128,
    'Sum of what is changed in Record for CTF fits: 1 exposure, 2 drift settling, 4 binning, 8 aligned frames, 16 alignment parameters; 128 while it has not been set up.',
    {
      range: [0, 255],
    },
  ),
  CtfUseFocusInLD: onOff(false, 'Takes the first focus of CTF routines in the Focus area of Low Dose.'),
  CtfDoFullArray: onOff(false, 'Uses all nine tilts in coma-free alignment by CTF, instead of five.'),
  MinCtfBasedDefocus: number(-0.9, 'Least underfocus of images for CTF fits.', {
    unit: 'um',
    range: [-10, -0.1],
    decimals: 2,
  }),
  AddToMinForAstigCTF: number(-0.5, 'Underfocus that is added for astigmatism by CTF.', {
    unit: 'um',
    range: [-10, -0.2],
    decimals: 2,
  }),
  ComaIterationThresh: number(
    1,
    'Coma-free alignment by CTF measures again while it changes the beam tilt by more than this.',
    {
      unit: 'mrad',
      range: [0, 20],
      decimals: 2,
    },
  ),
  MenuZemlinTilt: number(6, 'Beam tilt of a Zemlin tableau.', { unit: 'tilt', range: [0.1, 50], decimals: 1 }),
  ComaVsISextent: number(3, 'Distance of the image shifts at which coma is measured.', {
    unit: 'um',
    range: [0.5, 18],
    decimals: 1,
  }),
  ComaVsISrotation: number(0, 'Rotation of the pattern of those image shifts.', {
    unit: 'degrees',
    range: [-180, 180],
    decimals: 0,
  }),
  ComaVsISuseFullArray: whole(
    0,
    'Number of those image shifts: 0 five, 1 nine, -1 as for coma-free alignment by CTF.',
    { range: [-1, 1] },
  ),
  ComaVsISCal: numbers(
    [],
    'What image shift does to coma and astigmatism: mag index, spot size, probe mode, alpha, aperture, intensity, the matrix to beam tilt, the matrix to stigmator.',
    {
      atLeast: 10,
      items: [
        ...['Mag index', 'Spot size', 'Probe mode (1 micro, 0 nano)', 'Alpha', 'Aperture (um)', 'Intensity'],
        ...['Beam tilt X by X', 'Beam tilt X by Y', 'Beam tilt Y by X', 'Beam tilt Y by Y'],
        ...['Stigmator X by X', 'Stigmator X by Y', 'Stigmator Y by X', 'Stigmator Y by Y'],
      ],
    },
  ),
  FocusCalRange: number(72, 'Range of defocus that Autofocus calibrates, from the lowest to the highest level.', {
    unit: 'um',
    range: [1, 400],
    decimals: 1,
  }),
  FocusCalLevels: whole(13, 'Number of levels of defocus in that range.', { range: [3, 49] }),
  FocusCalSmoothing: whole(3, 'Number of neighbouring levels that are smoothed by a line; 0 for none.', {
    range: [0, 49],
  }),
  FocusCalOffset: number(0, 'Defocus of the middle of that range, negative for more underfocus.', {
    unit: 'um',
    range: [-200, 200],
    decimals: 1,
  }),
  ExtendedCalLowest: number(-300, 'Lowest defocus that Extended Autofocus calibrates.', {
    unit: 'um',
    range: [-1000, 0],
    decimals: 1,
  }),
  ExtendedCalHighest: number(100, 'Highest defocus that Extended Autofocus calibrates.', {
    unit: 'um',
    range: [0, 1000],
    decimals: 1,
  }),
  ExtendedCalInterval: number(20, 'Greatest distance of two levels outside the regular range.', {
    unit: 'um',
    range: [6, 200],
    decimals: 1,
  }),
  ExtendedCalTiltFactor: number(0.5, 'Beam tilt outside the regular range, as a share of that within it.', {
    range: [0.1, 1],
    decimals: 2,
  }),
  AstigCalStep: number(
    0.04,
    'Change of the objective stigmator to either side in the astigmatism calibrations; that of AstigmatismParams until it is set.',
    { range: [0.001, 0.5], decimals: 3 },
  ),
  AstigCalDefocus: number(-1, 'Middle defocus of Astigmatism by BTID; that of AstigmatismParams until it is set.', {
    unit: 'um',
    range: [-20, 20],
    decimals: 1,
  }),
  AstigCalFocusRange: number(
    10,
    'Distance of the two defocus values of Astigmatism by BTID; that of AstigmatismParams until it is set.',
    { unit: 'um', range: [0.5, 50], decimals: 1 },
  ),
  ComaCalDefocus: number(
    -1,
    'Defocus of coma-free alignment by beam tilt and of its calibration; that of ComaParams until it is set.',
    { unit: 'um', range: [-20, 20], decimals: 1 },
  ),
  FollowImageShift: onOff(
    false,
    'Lets beam tilt and stigmator follow image shift, by what Coma vs. Image Shift has measured.',
  ),
  BTIDThreeShots: onOff(
    false,
    'Takes three images along each coil of the beam tilt in calibrations and corrections by beam tilt, as SerialEM does, instead of patterns that need fewer.',
  ),
  BuffersToRollOnAcquire: whole(2, 'Number of buffers in which older images are kept when a new one comes.', {
    range: [0, 13],
  }),
  BufferToReadInto: whole(3, 'Number of the buffer into which images are read from files, from 0 for A.', {
    range: [0, 21],
  }),
  ProtectRecordImages: onOff(true, 'Asks before a Record image that was not saved drops out of the buffers.'),
  ErasePeriodicPeaks: onOff(false, 'Ignores periodic peaks of correlations when images are aligned.'),
  DisableAutoTrim: onOff(false, 'Keeps the dark borders of images when they are aligned.'),
  BacklashMouseAndISR: onOff(false, 'Takes up backlash when the mouse or a reset of image shift moves the stage.'),
  TiltDelay: number(1.5, 'Wait after the stage was tilted.', { unit: 's', range: [0, 60], decimals: 1 }),
  FilterSlitWidth: number(20, 'Width of the slit of the energy filter.', { unit: 'eV', range: [0, 1000], decimals: 1 }),
  FilterEnergyLoss: number(0, 'Energy loss at which the filter stands when it is not at zero loss.', {
    unit: 'eV',
    range: [-500, 5000],
    decimals: 1,
  }),
  FilterZeroLoss: onOff(true, 'Keeps the filter at zero loss.'),
  FilterDoMagShifts: onOff(true, 'Corrects the energy shift of each magnification.'),
  RefineZLPWithTrial: onOff(false, 'Takes images for refining the zero-loss peak with Trial in Low Dose, too.'),
  UseK3CDS: onOff(false, 'Reads a K3 with correlated double sampling.'),
  LowDoseViewDefocus: number(0, 'Defocus that the View area adds.', { unit: 'um', range: [-400, 0], decimals: 1 }),
  LowDoseSearchDefocus: number(0, 'Defocus that the Search area adds.', {
    unit: 'um',
    range: [-1999, 1999],
    decimals: 1,
  }),
  LowDoseViewShift: numbers(
    [0, 0],
    'Image shift that the View area adds, in units at its magnification, or at the mag index that follows.',
    { atLeast: 2, items: ['X', 'Y', 'Mag index of these units'] },
  ),
  LDSearchShift: numbers(
    [0, 0],
    'Image shift that the Search area adds, in units at its magnification, or at the mag index that follows.',
    { atLeast: 2, items: ['X', 'Y', 'Mag index of these units'] },
  ),
  LDAutoViewMaxShift: number(
    -0.25,
    'Largest shift offset of View that is found by images: micrometres, or below 0 a share of the field of View.',
    { range: [-0.5, 100], decimals: 2 },
  ),
  LDAutoSearchMaxShift: number(
    -0.25,
    'Largest shift offset of Search that is found by images: micrometres, or below 0 a share of the field of Search.',
    { range: [-0.5, 500], decimals: 2 },
  ),
  LowDoseTieFocusTrial: onOff(false, 'Keeps the Focus and the Trial area alike.'),
  TieFocusTrialPos: onOff(false, 'Keeps only the positions of the Focus and the Trial area alike.'),
  LowDoseRotateAxis: onOff(false, 'Turns the axis on which Focus and Trial stand away from the tilt axis.'),
  LowDoseAxisAngle: whole(0, 'Angle of that axis, counter-clockwise from the tilt axis.', {
    unit: 'degrees',
    range: [-180, 180],
  }),
  LowDoseBlankWhenDown: onOff(false, 'Blanks the beam in Low Dose while the screen is down.'),
  LowDoseNormalizeBeam: onOff(false, 'Normalizes the beam through View when an area is entered.'),
  SkipBlankingInLowDose: onOff(false, 'Leaves the beam on between images in Low Dose.'),
} as const satisfies Readonly<Record<string, UserSettingDefinition<never> | UserSettingDefinition>>;

/** The name of a user setting. */
export type UserSettingName = keyof typeof userSettingDefinitions;

/** The value of a user setting by its name. */
export type UserSettingValueOf<Name extends UserSettingName> =
  (typeof userSettingDefinitions)[Name] extends UserSettingDefinition<infer Value> ? Value : never;

/** The definition of a user setting. */
export const definitionOf = (name: UserSettingName): UserSettingDefinition => userSettingDefinitions[name];

const names = new Map(Object.keys(userSettingDefinitions).map((name) => [name.toLowerCase(), name as UserSettingName]));

/** The name of a user setting however its letters are written, as scripts may; undefined where there is none. */
export const userSettingNamed = (name: string): UserSettingName | undefined => names.get(name.toLowerCase());

/** All names of user settings. */
export const userSettingNames: readonly UserSettingName[] = [...names.values()];
