import type { GeneralValue, SessionProperty } from '../../settings';
import type { RecordInput } from '../calibration-store/calibrations';
import {
  type FlybackRecords,
  flybackLayouts,
  type Layout,
  mainLayouts,
  type MainRecords,
  type RecordValues,
  type ShortTermRecords,
  shortTermLayouts,
} from '../serialem';

/** Records that a calibration may change, by name; the matrices of the short-term file follow from those of the main file. */
export type StoredRecords = MainRecords &
  FlybackRecords &
  Omit<ShortTermRecords, 'ImageShiftMatrix' | 'StageCalibration'>;
/** The name of a record that a calibration may change. */
export type RecordName = keyof StoredRecords;

const { ImageShiftMatrix: _, StageCalibration: __, ...otherShortTermLayouts } = shortTermLayouts;

/** The layouts of those records. */
export const recordLayouts: Readonly<Record<RecordName, Layout>> = {
  ...mainLayouts,
  ...otherShortTermLayouts,
  ...flybackLayouts,
};

/** True for a record of the main file, which is saved on request only. */
export const isMainRecord = (name: RecordName): name is keyof MainRecords => name in mainLayouts;

/** The kinds of change to a record, by what is given of it. */
interface RecordChanges<Name extends RecordName> {
  readonly put: { readonly put: Name; readonly row: RecordInput<StoredRecords[Name]> };
  readonly amend: {
    readonly amend: Name;
    readonly key: Partial<StoredRecords[Name]>;
    readonly fields: Partial<StoredRecords[Name]>;
  };
  readonly remove: { readonly remove: Name; readonly key: Partial<StoredRecords[Name]> };
}

/** Further facts about a change to a record. */
export interface RecordChangeOptions {
  /**
   * True (the default) when the record was measured just now. Such a one counts for the question on exit, and a matrix gets a time stamp
   * and goes into the short-term file. `false` is for records that follow from others.
   */
  readonly sessionMeasured?: boolean;
}

/** A setting of the session that is to have another value. */
export interface SessionSetting<Property extends SessionProperty = SessionProperty> {
  readonly session: Property;
  readonly value: GeneralValue<Property>;
}

/** One thing that an accepted result changes; made by `put`, `amend`, `remove` and `session`. */
export type Change<Name extends RecordName = RecordName> =
  { [Each in Name]: RecordChanges<Each>['put' | 'amend' | 'remove'] & RecordChangeOptions }[Name] | SessionSetting;

/** Stores a record in place of the one with the same key (such as mag index and camera), or as a new one. */
export const put = <const Name extends RecordName>(
  name: Name,
  row: RecordInput<StoredRecords[Name]>,
  options: RecordChangeOptions = {},
): Change<Name> => ({ put: name, row, ...options }) as Change<Name>;

/** Changes some fields of the record with this key; what else stands in it stays, also when the change is restored later. */
export const amend = <const Name extends RecordName>(
  name: Name,
  key: Partial<StoredRecords[Name]>,
  fields: Partial<StoredRecords[Name]>,
  options: RecordChangeOptions = {},
): Change<Name> => ({ amend: name, key, fields, ...options }) as Change<Name>;

/** Takes the record with this key away; nothing happens if there is none. */
export const remove = <const Name extends RecordName>(
  name: Name,
  key: Partial<StoredRecords[Name]>,
  options: RecordChangeOptions = {},
): Change<Name> => ({ remove: name, key, ...options }) as Change<Name>;

/** Sets a property for this session. */
export const session = <Property extends SessionProperty>(
  property: Property,
  value: GeneralValue<Property>,
): SessionSetting<Property> => ({ session: property, value });

/** The record that a change concerns; undefined for a setting of the session. */
export function recordOf(change: Change): RecordName | undefined {
  if ('session' in change) return undefined;
  if ('put' in change) return change.put;
  return 'amend' in change ? change.amend : change.remove;
}

/** A record as it was changed, with what it was before. */
export interface RecordChange {
  readonly record: RecordName;
  /** The fields as they are stored; of an amended record its key and what was amended, of one that was taken away its key. */
  readonly values: RecordValues;
  /** True when the record was taken away. */
  readonly removed?: boolean;
  /** The fields that were amended; left out where the record was stored as a whole. */
  readonly amended?: readonly string[];
  /** The fields before, of an amended record those that were amended; left out if there was no such record. */
  readonly replaced?: RecordValues;
  /** True when it follows from other changes of the same result. */
  readonly derived?: boolean;
}

/** A setting of the session as it was changed, with what it was before. */
export interface SessionChange {
  readonly session: SessionProperty;
  readonly value: GeneralValue<SessionProperty>;
  readonly replaced: GeneralValue<SessionProperty>;
}

/** One thing that an accepted result changed: a record of one of the files or a setting of the session. */
export type StoredChange = RecordChange | SessionChange;

/** The change that a result is about: its first one of a record that does not follow from others. */
export const mainChange = (changes: readonly StoredChange[]): RecordChange | undefined =>
  changes.find((change): change is RecordChange => 'record' in change && !change.derived) ??
  changes.find((change) => 'record' in change);
