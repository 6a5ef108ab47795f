import type { MainRecordName } from './serialem';

/** What the microscope was set to when a calibration was measured; whatever else matters goes in under its own name. */
export interface Conditions {
  readonly magIndex?: number;
  readonly magnification?: number;
  /** Number of the camera in the properties file. */
  readonly camera?: number;
  readonly cameraName?: string;
  readonly probeMode?: string;
  readonly spotSize?: number;
  /** The alpha number from 0. */
  readonly alpha?: number;
  readonly binning?: number;
  /** Metres on the specimen of one unbinned camera pixel. */
  readonly pixelSize?: number;
  /** Seconds. */
  readonly exposure?: number;
  readonly [name: string]: unknown;
}

/** How good a calibration is, in words and numbers. */
export interface Quality {
  /** In one word, such as good, fair, poor or bad. */
  readonly verdict?: string;
  readonly remarks?: readonly string[];
  /** Correlation coefficients of the images, mean and smallest or all. */
  readonly correlations?: Readonly<Record<string, number>> | readonly number[];
  readonly [name: string]: unknown;
}

/** A record of the main file; the key of its layout (such as mag index and camera) tells it from the others of its name. */
export interface StoredRecord {
  readonly name: MainRecordName;
  /** All fields as in the file; of a record that was taken away at least the key. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether the calibration took the record away. */
  readonly removed?: boolean;
}

/** A record that changed and what it was before. */
export interface StoredChange {
  readonly record: StoredRecord;
  /** The fields that the record had; `undefined` if there was none. */
  readonly replaced?: Readonly<Record<string, unknown>>;
}

/** A number that a calibration found and that belongs into the configuration of the site, in the unit of the property. */
export interface PropertySuggestion {
  readonly property: string;
  /** The number of the camera that it belongs to; left out for a property of the whole instrument. */
  readonly camera?: number;
  /** Of a property with rows: the first value of the row, such as the mag index. */
  readonly row?: number;
  /** Of a property with several values in a row: which of them, from 0. */
  readonly field?: number;
  /** Rounded as it is to be written. */
  readonly value: number;
  readonly standardError?: number;
  /** What the number is, for people, such as `tilt axis angle`. */
  readonly what: string;
  /** Such as `nm`. */
  readonly unit: string;
}

/** Settings that calibrations change for the session. */
export const sessionProperties = ['ISdelayScaleFactor'] as const;

/** A number among the settings that holds for the session; the calibration file has no place for it. */
export interface SessionValue {
  readonly property: (typeof sessionProperties)[number];
  readonly value: number;
  /** What held before. */
  readonly replaced: number;
}

/** What a calibration found: enough to judge it, to store it and to bring it back. */
export interface CalibrationResult {
  /** The id of the menu item. */
  readonly item: string;
  /** One sentence for the operator. */
  readonly summary: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** By the names of the values. */
  readonly standardErrors: Readonly<Record<string, unknown>>;
  readonly conditions: Conditions;
  readonly quality?: Quality;
  /** The fields of the record that this one replaced; `undefined` if there was none. */
  readonly replaced?: Readonly<Record<string, unknown>>;
  /** The record that it is stored as, if it is stored in the main file. */
  readonly record?: StoredRecord;
  /** Further records that changed with it, such as matrices of other magnifications. */
  readonly also?: readonly StoredChange[];
  /** The setting of the session that it changed, if it is stored as one. */
  readonly session?: SessionValue;
  /** What belongs into the configuration of the site, where it is written on request. */
  readonly propertySuggestions?: readonly PropertySuggestion[];
}
