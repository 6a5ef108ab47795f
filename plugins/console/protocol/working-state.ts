import type { ChangeState, FieldState, ShownValue } from './change-state';

/** The names of parameter sets. */
export const setNames = ['View', 'Focus', 'Trial', 'Record', 'Preview', 'Search'] as const;
/** The name of a parameter set. */
export type SetName = (typeof setNames)[number];
/** The names of the areas of Low Dose. */
export const areaNames = ['View', 'Focus', 'Trial', 'Record', 'Search'] as const;
/** The name of an area of Low Dose. */
export type AreaName = (typeof areaNames)[number];

/** A value of a parameter set. */
export interface SetValue extends ShownValue {
  /** Value in the configuration, where the one in use is another. */
  readonly written?: string;
  /** Value that the camera makes of it, where that is another. */
  readonly becomes?: string;
}

/** One parameter set of a camera, and the image that the camera makes with it. */
export interface ParameterSetState {
  readonly name: SetName;
  readonly values: Readonly<Record<string, SetValue>>;
  /** Size of the image in pixels, such as `1023 x 720`. */
  readonly image: string;
  /** Reason why the camera takes no image with it. */
  readonly refusal?: string;
}

/** The parameter sets of one camera. */
export interface CameraSetsState {
  readonly camera: number;
  readonly name: string;
  readonly selected: boolean;
  readonly fields: readonly FieldState[];
  readonly sets: readonly ParameterSetState[];
}

/** The parameter sets of all cameras. */
export interface ParameterSetsState {
  readonly cameras: readonly CameraSetsState[];
  /** Number of values that differ from the configuration. */
  readonly unwritten: number;
  /** Name of the configuration; undefined where nothing can be written. */
  readonly file?: string;
}

/** One user setting. */
export interface UserSettingState extends ShownValue {
  /** Its keyword in the settings file. */
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly unit?: string;
  readonly about: string;
  /** Values that it may have, in words. */
  readonly allowed: string;
  readonly default: string;
  /** Origin of the value: its default, the settings file, this session alone, or a script that is running. */
  readonly standing: 'default' | 'file' | 'session' | 'script';
  /** True where the value differs from the default. */
  readonly changed: boolean;
  readonly change: ChangeState;
}

/** The user settings. */
export interface UserSettingsState {
  readonly file: string;
  readonly groups: readonly string[];
  readonly settings: readonly UserSettingState[];
  /** Lines of the file that are not used, with the reason. */
  readonly remarks: readonly string[];
}

/** Place and size of an area on the specimen, in micrometres, X along the tilt axis. */
export interface AreaDrawing {
  readonly name: AreaName;
  readonly x: number;
  readonly y: number;
  /** Field of the camera with the parameter set of the area; undefined where the pixel size is not known. */
  readonly field?: {
    readonly width: number;
    readonly height: number;
    /** Degrees from the tilt axis to the X axis of the camera. */
    readonly rotation: number;
  };
  /** Diameter of the beam; undefined where it is not known. */
  readonly beam?: number;
}

/** Low Dose and its areas. */
export interface LowDosePanelState {
  readonly on: boolean;
  /** The area in which the column is. */
  readonly area?: AreaName;
  /** True when changes of the column in an area become changes of the area. */
  readonly continuousUpdate: boolean;
  /** Kind of camera to which the areas belong. */
  readonly table: string;
  readonly fields: readonly FieldState[];
  readonly areas: readonly { readonly name: AreaName; readonly values: Readonly<Record<string, ShownValue>> }[];
  readonly drawing: readonly AreaDrawing[];
  /** Degrees from the tilt axis to the axis on which the areas stand. */
  readonly axisAngle: number;
  /** Offsets that an earlier program has left in the column, in sentences; undefined where there are none. */
  readonly left?: { readonly text: string; readonly canTakeOff: boolean };
}

/** The live image. */
export interface LiveState {
  /** The parameter set that is shown; undefined when nothing is. */
  readonly set?: SetName;
  readonly images: number;
  readonly perSecond: number;
}

/** A difference between what is in use and what a file has. */
export interface DifferenceState {
  /** Such as `Trial of K3`. */
  readonly of: string;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/** Effects of importing a file. */
export interface ImportState {
  readonly differences: readonly DifferenceState[];
  /** Messages on what is not taken over, or on further lines that change. */
  readonly remarks: readonly string[];
}

/** A change of the configuration that is shown before it is written. */
export interface ConfigurationDifference {
  /** Number under which it is written; undefined where the file holds everything already. */
  readonly number?: number;
  readonly file: string;
  /** Unified, with the changed lines alone. */
  readonly diff: string;
}

/** The buffers, and those of the usual rules. */
export interface BufferRules {
  readonly names: readonly string[];
  /** Buffer with which A is aligned. */
  readonly alignment?: string;
  /** Buffer into which images are read from files. */
  readonly reading?: string;
}

/** Shift that aligns A with another buffer. */
export interface AlignedState {
  readonly buffer: string;
  /** Pixels of A, X to the right and Y up. */
  readonly shift: { readonly x: number; readonly y: number };
  /** Nanometres on the specimen; undefined where the pixel size is not known. */
  readonly nanometres?: number;
  /** True where image shift followed. */
  readonly moved: boolean;
  readonly correlation: number;
}

/** A small picture of an image, in 256 greys from its black to its white. */
export interface ThumbnailState {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, row by row from the top, in base64. */
  readonly grey: string;
}
