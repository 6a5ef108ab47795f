import { type ChangeTarget, recordNow } from './apply-changes';
import { isMainRecord, type RecordChange, recordLayouts, type SessionChange } from './changes';
import type { CalibrationResult } from './result';
import type { RecordValues } from '../serialem';

/** Fields that change without a new measurement of the record: the time of the latest line, and a rotation that is added by hand. */
const changedInPassing: ReadonlySet<string> = new Set(['time', 'addedRotation']);

/** True when all that a result measured is in use. Records that follow from it may have changed. Without calibrations all counts as in use. */
export function isInForce(
  { calibrations, settings }: Partial<ChangeTarget>,
  { changes, propertySuggestions = [] }: Pick<CalibrationResult, 'changes' | 'propertySuggestions'>,
): boolean {
  const measured = changes.filter((change) => 'session' in change || !change.derived);
  const judged = measured.length > 0 ? measured : changes;
  return judged.every((change) => {
    if ('record' in change) return !calibrations || recordInForce(calibrations, change);
    return !settings || settingInForce(settings, change, propertySuggestions);
  });
}

function recordInForce(calibrations: ChangeTarget['calibrations'], change: RecordChange): boolean {
  const { record, values, removed, amended } = change;
  const layout = recordLayouts[record] as (typeof recordLayouts)[typeof record] | undefined;
  if (!layout) return true;
  const now = recordNow(calibrations, record, removed ? { ...change.replaced, ...values } : values);
  if (removed) return now === undefined;
  // A record of the short-term file expires; that it is not there any more does not make it wrong.
  if (!now) return !isMainRecord(record);
  const beside = new Set(layout.fields.filter(({ informative }) => informative).map(({ name }) => name));
  const counts = (field: string): boolean =>
    amended ? amended.includes(field) : !beside.has(field) && !changedInPassing.has(field);
  return Object.entries(values).every(([field, value]) => !counts(field) || alike(value, now[field]));
}

/** A factor that was kept in the configuration is rounded there. */
function settingInForce(
  settings: NonNullable<ChangeTarget['settings']>,
  { session, value }: SessionChange,
  suggestions: NonNullable<CalibrationResult['propertySuggestions']>,
): boolean {
  const now = settings.get(session);
  return alike(value, now) || suggestions.some((each) => each.property === session && alike(each.value, now));
}

/** True when two values agree to the six figures that a file keeps; a value that is not there agrees with any. */
function alike(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return true;
  if (typeof one === 'number' && typeof other === 'number')
    return Math.abs(one - other) <= 1e-4 * Math.max(Math.abs(one), Math.abs(other), 1e-3);
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, at) => alike(each, other[at]));
  if (typeof one === 'object' && typeof other === 'object')
    return Object.entries(one as RecordValues).every(([field, value]) => alike(value, (other as RecordValues)[field]));
  return one === other;
}
