import { type MenuEntry, type Session, itemMeasuring } from '../../../../core/kernel';
import { describeReason } from '../../../../core/judgement';
import { type Finding, checkConsistency, findingWithRedo } from '../../../../core/consistency';
import { Optics } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import {
  Calibrations,
  type ChangedSince,
  type ChangeTarget,
  type HistoryEntry,
  isInForce,
} from '../../../../core/store';
import { type FindingState, type GuideStep, colourOf } from '../../protocol';
import { ageInWords } from './age';
import type { Coverage } from './coverage';
import { itemNamed, stepsOf } from './guide-steps';

type State = GuideStep['items'][number]['state'];
const day = 24 * 3600 * 1000;
const maxFindings = 100;

/** Message of a finding against a calibration, by item id; from checks of the calibrations against each other. */
export type FindingsByItem = ReadonlyMap<string, string>;

/** Contradictions between calibrations and properties. Missing values are left out, because the steps show them. */
export function contradictionsOf({ find }: Pick<Session, 'find'>, now: Date): readonly Finding[] {
  const [optics, calibrations, settings] = [find(Optics), find(Calibrations), find(Settings)];
  if (!optics) return [];
  return checkConsistency(optics, { now, ...(calibrations && settings && { beam: { calibrations, settings } }) })
    .filter(({ code, severity }) => severity !== 'information' && code !== 'consistency/missing')
    .slice(0, maxFindings);
}

/** Contradictions as the page shows them, each with the place where it is settled. */
export function findingStates(
  { find, menu }: Pick<Session, 'find' | 'menu'>,
  found: readonly Finding[],
): readonly FindingState[] {
  const [optics, itemOf] = [find(Optics), itemMeasuring(menu())];
  const placeOf = ({ camera, magIndex }: Finding): Pick<FindingState, 'place'> => {
    if (!optics || camera === undefined || magIndex === undefined) return {};
    const { magnification } = optics.at({ camera, magIndex });
    return { place: `${magnification}x on ${optics.camera(camera).name}` };
  };
  return found
    .map((finding) => ({ ...placeOf(finding), ...finding }))
    .map((finding) => findingWithRedo(finding, itemOf))
    .map(({ severity, message, reason, redo, place }) => ({
      severity,
      message,
      reason,
      redo,
      ...(place !== undefined && { place }),
    }));
}

/** The findings by the item that should be run again. */
export const findingsByItem = (findings: readonly FindingState[]): FindingsByItem =>
  new Map([...findings].reverse().map(({ redo, message }) => [redo, message]));

/** True when the value of an entry of the history is the one in use. */
export type InForce = (entry: HistoryEntry) => boolean;

/**
 * Compares all values of an entry with the present calibrations and settings; an entry without stored values counts as
 * in use.
 */
export const inForceIn =
  (calibrations?: ChangeTarget['calibrations'], settings?: ChangeTarget['settings']): InForce =>
  (entry) =>
    isInForce({ ...(calibrations && { calibrations }), ...(settings && { settings }) }, entry);

/**
 * State of a site: for each item its last measurement, and whether that value is in use, the instrument has changed
 * since, or the value is too old.
 */
export function guideOf(
  entries: readonly MenuEntry[],
  history: readonly HistoryEntry[],
  now: Date,
  unsaved: boolean,
  findings: FindingsByItem = new Map(),
  inForce: InForce = () => true,
  changed: ChangedSince = () => undefined,
  coverageOf: (item: MenuEntry) => Coverage | undefined = () => undefined,
): readonly GuideStep[] {
  const find = (id: string): MenuEntry | undefined => itemNamed(entries, id);
  /** Ids of an item in the history, including its earlier ones. */
  const idsOf = ({ id, declaration }: MenuEntry): readonly string[] => [id, ...(declaration?.aliases ?? [])];
  /** The newest entry that is in use, else the newest. */
  const doneBy = (item: MenuEntry): Done | undefined => {
    const own = idsOf(item);
    const other = item.declaration?.order?.insteadOf;
    const standIn = other === undefined ? undefined : find(other);
    const ids = [...own, ...(standIn ? idsOf(standIn) : [])];
    const all = history.filter((entry) => ids.includes(entry.item));
    const entry = all.findLast(inForce) ?? all.at(-1);
    if (!entry) return undefined;
    // A restored value is as old as its measurement.
    const measured =
      entry.restoredFrom === undefined ? entry : (history.find((each) => each.id === entry.restoredFrom) ?? entry);
    return {
      entry,
      when: measured.when,
      used: inForce(entry),
      changed: changed(measured),
      by: own.includes(entry.item) ? undefined : find(entry.item)?.label,
    };
  };
  return stepsOf(entries).map(({ title, why, items }) => {
    const shown = items.map((entry) => {
      const { after = [], holdsForDays } = entry.declaration?.order ?? { step: 'saving' };
      const { state, note } = entry.declaration?.saves
        ? savingState(unsaved, history.length > 0)
        : withCoverage(judge(entry, doneBy(entry), now, holdsForDays, findings.get(entry.id)), coverageOf(entry));
      const missing = after.flatMap((id) => {
        const first = find(id);
        const isThere = first && (doneBy(first)?.used || (coverageOf(first)?.done ?? 0) > 0);
        return first && !isThere ? [first.label] : [];
      });
      return { id: entry.id, label: entry.label, state, note, first: state === 'done' ? [] : missing };
    });
    return { title, why, items: shown };
  });
}

/** The state of an item that is calibrated magnification by magnification: what is in the files counts, also from another program. */
function withCoverage(
  judged: { readonly state: State; readonly note: string },
  coverage: Coverage | undefined,
): { readonly state: State; readonly note: string } {
  if (!coverage) return judged;
  const { done, of } = coverage;
  const where = `${done} of ${of} magnifications`;
  const { state, note } = judged;
  if (done === 0) return state === 'done' ? { state: 'partly', note: `${note}; it is not in the files` } : judged;
  if (state === 'never' || state === 'unavailable')
    return { state: done < of ? 'partly' : 'done', note: `In the files at ${where}` };
  return { state: state === 'done' && done < of ? 'partly' : state, note: `${note}; in the files at ${where}` };
}

interface Done {
  readonly entry: HistoryEntry;
  readonly when: string;
  readonly used: boolean;
  /** Differences from the conditions of the measurement. */
  readonly changed: string | undefined;
  /** The label of the other item that did it. */
  readonly by: string | undefined;
}

/** Saving leaves no trace in the history; unsaved values do. */
const savingState = (unsaved: boolean, hasMeasured: boolean): { readonly state: State; readonly note: string } =>
  !unsaved && !hasMeasured
    ? { state: 'never', note: 'Nothing was measured yet' }
    : unsaved
      ? { state: 'never', note: 'Something was measured that is not in the calibration file yet' }
      : { state: 'done', note: 'Everything is saved' };

function judge(
  item: MenuEntry,
  done: Done | undefined,
  now: Date,
  days: number | undefined,
  doubt: string | undefined,
): { readonly state: State; readonly note: string } {
  if (!done) {
    if (!item.enabled) return { state: 'unavailable', note: capital(item.reason ?? 'not available') };
    return { state: 'never', note: 'Not done yet' };
  }
  const { entry, used, by, changed } = done;
  const age = now.getTime() - Date.parse(done.when);
  const when = ageInWords(age);
  const at = entry.conditions.magnification === undefined ? '' : ` at ${entry.conditions.magnification}x`;
  const how = `Done ${when}${at}${by === undefined ? '' : ` by ${by}`}`;
  const verdict = entry.quality?.verdict;
  if (doubt !== undefined) return { state: 'doubtful', note: doubt };
  if (!used)
    return {
      state: 'doubtful',
      note: `${how}, but the value in use is not that one: it was removed, replaced or not saved`,
    };
  if (colourOf(verdict) === 'caution') return { state: 'doubtful', note: `${how}, ${verdict}: ${firstReason(entry)}` };
  if (changed !== undefined) return { state: 'stale', note: `${how}, but ${changed}` };
  if (days !== undefined && age > days * day)
    return { state: 'stale', note: `${how}; better repeated after ${days === 1 ? 'a day' : `${days} days`}` };
  return {
    state: 'done',
    note: `${how}${entry.kind === 'restored' ? ', restored' : ''}${verdict === undefined ? '' : `, ${verdict}`}`,
  };
}

/** The reason of a verdict in words, the worst first; the summary where there is none. */
function firstReason({ quality, summary }: HistoryEntry): string {
  const [reason] = quality?.reasons ?? [];
  return reason ? describeReason(reason) : (quality?.remarks?.[0] ?? summary);
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
