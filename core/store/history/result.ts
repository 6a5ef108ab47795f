import type { CameraIndex, MagIndex, Plot } from '../../base';
import type { Reason, Verdict } from '../../judgement';
import type { StoredChange } from './changes';

/** Settings of the microscope when a calibration was measured. Anything else that matters has a name of its own. */
export interface Conditions {
  readonly magIndex?: MagIndex;
  readonly magnification?: number;
  /** Number of the camera in the properties file. */
  readonly camera?: CameraIndex;
  readonly cameraName?: string;
  /** Unbinned pixels of the camera. */
  readonly cameraWidth?: number;
  readonly cameraHeight?: number;
  readonly probeMode?: string;
  readonly spotSize?: number;
  /** 0 to 1. */
  readonly intensity?: number;
  /** Metres. */
  readonly defocus?: number;
  /** The alpha number from 0; people count from 1. */
  readonly alpha?: number;
  readonly highTensionKilovolts?: number;
  readonly binning?: number;
  /** Nanometres on the specimen of one unbinned camera pixel. */
  readonly pixelSizeNanometres?: number;
  /** Origin of the pixel size, such as measured or nominal. */
  readonly pixelSizeSource?: string;
  readonly [name: string]: unknown;
}

/** Verdict on a result in the history: one of today, or one of the words that earlier versions used. */
export type StoredVerdict = Verdict | 'fair' | 'poor' | 'bad';

/** Quality of a calibration, in words and numbers. */
export interface Quality {
  /** In one word. A refused result cannot be stored. */
  readonly verdict?: StoredVerdict;
  /** Reasons of a verdict that is not good, the worst first. */
  readonly reasons?: readonly Reason[];
  readonly remarks?: readonly string[];
  /** Correlation coefficients of the images, mean and smallest or all. */
  readonly correlations?: Readonly<Record<string, number>> | readonly number[];
  readonly [name: string]: unknown;
}

/** A number that a calibration found and that belongs in the configuration of the site, in the unit of the property. */
export interface PropertySuggestion {
  readonly property: string;
  /** The number of the camera that it belongs to; left out for a property of the whole instrument. */
  readonly camera?: CameraIndex;
  /** Of a property with rows: the first value of the row, such as the mag index. */
  readonly row?: number;
  /** Of a property with several values in a row: which of them, from 0. */
  readonly field?: number;
  /** Rounded to the digits that the configuration gets. */
  readonly value: number;
  readonly standardError?: number;
  /** Name of the number for people, such as `tilt axis angle`. */
  readonly what: string;
  /** Such as `nm`. */
  readonly unit: string;
}

/** A setting of a user, of a parameter set or of the microscope that was changed for good: its name, and its value before and after. */
export interface ChangedSetting {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Result of a calibration: enough to judge it, to store it and to restore it. */
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
  /** Everything that it changed, in the order in which it was changed; empty for a result that stores nothing. */
  readonly changes: readonly StoredChange[];
  /** The settings of the microscope that a task changed for good, from what to what; present in the results of tasks. */
  readonly changed?: readonly ChangedSetting[];
  /** Present where a virtual microscope was measured. */
  readonly simulated?: true;
  /** Plots of the measurement, with few points and without pixels. */
  readonly plots?: readonly Plot[];
  /** Numbers for the configuration of the site, which are written there on request. */
  readonly propertySuggestions?: readonly PropertySuggestion[];
  /** The configuration into which these were written, with the consent of the operator. */
  readonly writtenTo?: string;
}
