import { type ProvidedSetting, conditionName, inSentence, shownCondition } from '../../../../core/devices';
import { describeReason } from '../../../../core/judgement';
import { type MenuEntry, unitsOf } from '../../../../core/kernel';
import { type HistoryEntry, isMainRecord } from '../../../../core/store';
import type { HistoryRow } from '../../protocol';

/** Largest number of entries that are sent to the page, the newest ones. */
const maxRows = 1000;

/** The history for the page, the newest entry first. */
export function historyRows(
  entries: readonly HistoryEntry[],
  itemOf: (id: string) => MenuEntry | undefined,
  settings: readonly ProvidedSetting[],
): readonly HistoryRow[] {
  return entries
    .slice(-maxRows)
    .reverse()
    .map((entry) => ({
      id: entry.id,
      item: entry.item,
      label: itemOf(entry.item)?.label ?? entry.item,
      when: entry.when,
      who: entry.who,
      kind: entry.kind,
      ...(entry.simulated && { simulated: true as const }),
      summary: entry.summary,
      ...(entry.quality?.verdict !== undefined && { verdict: entry.quality.verdict }),
      reasons: (entry.quality?.reasons ?? []).map(describeReason),
      conditions: conditionsOf(entry, settings),
      values: numbersOf(entry.values),
      errors: numbersOf(entry.standardErrors),
      units: unitsOf(itemOf(entry.item)?.declaration?.results ?? {}),
      restorable: entry.changes.length > 0,
      replaces: entry.changes.some(({ replaced }) => replaced !== undefined),
      keptBy: keptBy(entry),
    }));
}

function keptBy({ changes }: HistoryEntry): HistoryRow['keptBy'] {
  const records = changes.flatMap((change) => ('record' in change ? [change.record] : []));
  if (records.some(isMainRecord)) return 'saving';
  return records.length > 0 ? 'itself' : 'session';
}

/** The conditions as people read them: what camera and magnification are, then the settings that the instrument has, in their units. */
function conditionsOf({ conditions }: HistoryEntry, settings: readonly ProvidedSetting[]): Record<string, string> {
  const { magnification, cameraName, binning } = conditions;
  const shown: Record<string, string> = {
    ...(magnification !== undefined && { magnification: `${magnification}x` }),
    ...(cameraName !== undefined && { camera: cameraName }),
    ...(binning !== undefined && { binning: String(binning) }),
  };
  for (const provided of settings) {
    const name = conditionName(provided);
    const { traits } = provided.setting;
    // The magnification stands for the mag index.
    if (name === undefined || name === 'magIndex' || conditions[name] === undefined) continue;
    shown[inSentence(traits.label)] = shownCondition(traits, conditions[name]);
  }
  return shown;
}

const numbersOf = (values: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values ?? {})
      .filter((pair): pair is [string, number] => typeof pair[1] === 'number' && Number.isFinite(pair[1]))
      .slice(0, 40),
  );
