import { type CameraIndex, EucentricError, type MagIndex, type Matrix } from '../../base';
import type { GeneralValue, SessionProperty } from '../../settings';
import type { Calibrations, RecordTable } from '../calibration-store/calibrations';
import {
  type Change,
  isMainRecord,
  type RecordChange,
  type RecordName,
  type StoredChange,
  recordLayouts,
  recordOf,
} from './changes';
import { notStorable, type RecordValues, sameKey } from '../serialem';

/** The settings that hold for the session. */
export interface SessionSettings {
  isOfSession(name: string): name is SessionProperty;
  get(property: SessionProperty): GeneralValue<SessionProperty>;
  set(property: SessionProperty, value: GeneralValue<SessionProperty>): void;
}

/** The places that changes go to. */
export interface ChangeTarget {
  readonly calibrations: Calibrations;
  /** Without them no setting of the session can be changed. */
  readonly settings?: SessionSettings;
}

type ShiftValues = RecordValues &
  Matrix & {
    readonly magIndex: MagIndex;
    readonly camera: CameraIndex;
    readonly magnification?: number;
    readonly absoluteFocus?: number;
  };
type MatrixName = 'ImageShiftMatrix' | 'StageToCameraMatrix';

const isMatrix = (name: RecordName): name is MatrixName =>
  name === 'ImageShiftMatrix' || name === 'StageToCameraMatrix';

/** The table that holds the records of a name. */
function tableOf(calibrations: Calibrations, name: RecordName): RecordTable<RecordValues> {
  const table = isMainRecord(name)
    ? calibrations.records(name)
    : name === 'FlybackTime'
      ? calibrations.flyback
      : calibrations.shortTerm(name);
  return table;
}

/** The fields of a record that distinguish it from others. */
export const keyFieldsOf = (name: RecordName, values: RecordValues): RecordValues =>
  Object.fromEntries(recordLayouts[name].key.map((field) => [field, values[field]]));

/** The record that the files hold now under a key. */
export function recordNow(calibrations: Calibrations, name: RecordName, key: RecordValues): RecordValues | undefined {
  return tableOf(calibrations, name).find((row) => sameKey(recordLayouts[name], row, key));
}

/** Describes changes as they would be stored now, with the values that they would replace. Nothing changes. */
export const describeChanges = (target: ChangeTarget, changes: readonly Change[]): readonly StoredChange[] =>
  changes.map((change) => ('session' in change ? describeSession(target, change) : describeRecord(target, change)));

/**
 * Makes changes, all or none, and returns them as they are stored, with what each replaced.
 * Throws `store/value-not-storable` or `store/no-session`; nothing is changed then.
 */
export function applyChanges(target: ChangeTarget, changes: readonly Change[]): readonly StoredChange[] {
  const takeBack = keep(target, changes);
  try {
    const stored = changes.map((change) => {
      if ('session' in change) {
        const described = describeSession(target, change);
        target.settings!.set(change.session, change.value);
        return described;
      }
      return applyToRecord(target, change);
    });
    checkNumbering(target, changes);
    return stored;
  } catch (error) {
    takeBack();
    throw error;
  }
}

/** Keeps the files and the settings that changes concern as they are now; the function that it returns goes back to that. */
export function keep({ calibrations, settings }: ChangeTarget, changes: readonly Change[]): () => void {
  const snapshot = calibrations.snapshot();
  const values = settings
    ? changes.flatMap((change) =>
        'session' in change ? [[change.session, settings.get(change.session)] as const] : [],
      )
    : [];
  return () => {
    calibrations.restore(snapshot);
    for (const [property, value] of values) settings!.set(property, value);
  };
}

type OfRecord = Exclude<Change, { readonly session: unknown }>;
type OfSession = Extract<Change, { readonly session: unknown }>;

function describeSession({ settings }: ChangeTarget, { session, value }: OfSession): StoredChange {
  if (settings) return { session, value, replaced: settings.get(session) };
  throw new EucentricError({
    code: 'store/no-session',
    message: `${session} holds for a session, and there is none here.`,
    hint: `Restore it in the console, or enter ${session} in the configuration.`,
  });
}

function describeRecord({ calibrations }: ChangeTarget, change: OfRecord): RecordChange {
  const record = recordOf(change)!;
  const given = ('put' in change ? change.row : change.key) as RecordValues;
  const key = keyFieldsOf(record, given);
  const missing = Object.entries(key).find(([, value]) => value === undefined);
  if (missing) throw notStorable(record, `its key has no ${missing[0]}`);
  const replaced = recordNow(calibrations, record, given);
  const rest = change.sessionMeasured === false ? ({ derived: true } as const) : {};
  if ('put' in change) return { record, values: given, ...(replaced && { replaced }), ...rest };
  if ('remove' in change) return { record, values: key, removed: true, ...(replaced && { replaced }), ...rest };
  if (!replaced) throw notStorable(record, `there is none with ${describeKey(key)} to amend`);
  const amended = Object.keys(change.fields);
  const before = Object.fromEntries(amended.map((field) => [field, replaced[field]]));
  return { record, values: { ...key, ...change.fields }, amended, replaced: { ...key, ...before }, ...rest };
}

function applyToRecord(target: ChangeTarget, change: OfRecord): RecordChange {
  const { calibrations } = target;
  const described = describeRecord(target, change);
  const { record } = described;
  if ('remove' in change) {
    removeRecord(calibrations, record, { ...described.values, ...described.replaced });
    return described;
  }
  const sessionMeasured = change.sessionMeasured ?? true;
  if ('put' in change) {
    putRecord(calibrations, record, described.values, sessionMeasured);
    return { ...described, values: recordNow(calibrations, record, described.values) ?? described.values };
  }
  const present = recordNow(calibrations, record, described.values);
  putRecord(calibrations, record, { ...present, ...described.values }, sessionMeasured);
  return described;
}

function putRecord(calibrations: Calibrations, name: RecordName, values: RecordValues, sessionMeasured: boolean): void {
  if (!isMatrix(name)) return tableOf(calibrations, name).put(values, { counted: sessionMeasured });
  const { magIndex, camera, magnification, absoluteFocus, ...elements } = values as ShiftValues;
  matricesOf(calibrations, name).set(magIndex, camera, elements, {
    sessionMeasured,
    ...(magnification !== undefined && { magnification }),
    ...(absoluteFocus !== undefined && { focus: absoluteFocus }),
  });
}

function removeRecord(calibrations: Calibrations, name: RecordName, values: RecordValues): void {
  if (!isMatrix(name))
    return void tableOf(calibrations, name).remove((row) => sameKey(recordLayouts[name], row, values));
  const { magIndex, camera } = values as ShiftValues;
  matricesOf(calibrations, name).remove(magIndex, camera);
}

const matricesOf = (calibrations: Calibrations, name: MatrixName) =>
  name === 'ImageShiftMatrix' ? calibrations.imageShift : calibrations.stage;

/** Rows that are numbered by their place must leave no number out. */
function checkNumbering({ calibrations }: ChangeTarget, changes: readonly Change[]): void {
  for (const name of new Set(changes.flatMap((change) => recordOf(change) ?? []))) {
    const layout = recordLayouts[name];
    if (layout.shape !== 'table' || !layout.index) continue;
    const table = tableOf(calibrations, name);
    table.replaceAll(table.all(), { counted: false });
  }
}

/** A key in words, such as `camera 0, magIndex 20`. */
export const describeKey = (key: RecordValues): string =>
  Object.entries(key)
    .map(([field, value]) => `${field} ${String(value)}`)
    .join(', ') || 'this name';
