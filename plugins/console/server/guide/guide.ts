import type { MenuEntry, Session } from '../../../../core/kernel';
import { Optics, checkConsistency } from '../../../../core/optics';
import type { HistoryEntry } from '../../../../core/store';
import type { FindingState, GuideStep } from '../../protocol';
import { steps } from './guide-steps';

type State = GuideStep['items'][number]['state'];
const day = 24 * 3600 * 1000;
const mostFindings = 100;
const saving = 'save-calibrations';
const doubtfulVerdicts = new Set(['doubtful', 'poor', 'bad']);

/** What speaks against a calibration that was done, by item id; from checks of the calibrations against each other. */
export type Doubts = ReadonlyMap<string, string>;

/** What contradicts what among calibrations and properties; what is only missing is told by the steps. */
export function findingsOf(session: Pick<Session, 'find'>, now: Date): readonly FindingState[] {
  const optics = session.find(Optics);
  if (!optics) return [];
  return checkConsistency(optics, { now })
    .filter(({ code, severity }) => severity !== 'information' && code !== 'consistency/missing')
    .slice(0, mostFindings)
    .map(({ severity, message, reason, redo }) => ({ severity, message, reason, redo }));
}

/** The findings by the item that is to be run again. */
export const doubtsOf = (findings: readonly FindingState[]): Doubts => new Map([...findings].reverse().map(({ redo, message }) => [redo, message]));

/** How far a site is: for each item when it was done last and whether that still holds. */
export function guideOf(entries: readonly MenuEntry[], history: readonly HistoryEntry[], now: Date, unsaved: boolean, doubts: Doubts = new Map()): readonly GuideStep[] {
  // A submenu's folder tells nothing about where a plugin keeps an item, so the end of the id counts.
  const find = (id: string): MenuEntry | undefined => entries.find((entry) => entry.id === id) ?? entries.find((entry) => lastPart(entry.id) === lastPart(id));
  const latest = new Map(history.map((entry) => [lastPart(entry.item), entry]));
  return steps.flatMap(({ title, why, items }) => {
    const shown = items.flatMap(({ id, after = [], days }) => {
      const entry = find(id);
      if (!entry) return [];
      const done = latest.get(lastPart(id));
      const { state, note } = lastPart(id) === saving ? savingState(unsaved) : judge(entry, done, now, days, doubts.get(entry.id));
      const first = after.filter((each) => !latest.has(lastPart(each))).flatMap((each) => find(each)?.label ?? []);
      return [{ id: entry.id, label: entry.label, state, note, first }];
    });
    return shown.length > 0 ? [{ title, why, items: shown }] : [];
  });
}

/** Saving leaves no trace in the history; what is not saved does. */
const savingState = (unsaved: boolean): { readonly state: State; readonly note: string } =>
  unsaved ? { state: 'never', note: 'Something was measured that is not in the calibration file yet' } : { state: 'done', note: 'Nothing waits to be saved' };

function judge(entry: MenuEntry, done: HistoryEntry | undefined, now: Date, days: number | undefined, doubt: string | undefined): { readonly state: State; readonly note: string } {
  if (!done) {
    if (!entry.enabled) return { state: 'unavailable', note: capital(entry.reason ?? 'not available') };
    return { state: 'never', note: 'Not done yet' };
  }
  const age = now.getTime() - Date.parse(done.when);
  const when = `${age < day ? 'today' : age < 2 * day ? 'yesterday' : `${Math.floor(age / day)} days ago`}`;
  const at = done.conditions.magnification === undefined ? '' : ` at ${done.conditions.magnification}x`;
  const verdict = done.quality?.verdict;
  if (doubt !== undefined) return { state: 'doubtful', note: doubt };
  if (verdict !== undefined && doubtfulVerdicts.has(verdict)) return { state: 'doubtful', note: `Done ${when}${at}, ${verdict}: ${done.quality?.remarks?.[0] ?? done.summary}` };
  if (days !== undefined && age > days * day) return { state: 'stale', note: `Done ${when}${at}; better repeated after ${days === 1 ? 'a day' : `${days} days`}` };
  return { state: 'done', note: `Done ${when}${at}${verdict === undefined ? '' : `, ${verdict}`}` };
}

const lastPart = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
