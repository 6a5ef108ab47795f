import { type MenuEntry, unitsOf } from '../../../../core/kernel';
import { type HistoryEntry, isMainRecord } from '../../../../core/store';
import type { HistoryRow } from '../../protocol';

/** Largest number of entries that are sent to the page, the newest ones. */
const maxRows = 1000;

const conditionNames = {
  magnification: 'magnification',
  cameraName: 'camera',
  probeMode: 'probe',
  spotSize: 'spot',
  alpha: 'alpha',
  binning: 'binning',
  intensity: 'intensity',
  defocus: 'defocus',
  highTensionKilovolts: 'high tension',
} as const;

/** The history for the page, the newest entry first. */
export function historyRows(
  entries: readonly HistoryEntry[],
  itemOf: (id: string) => MenuEntry | undefined,
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
      summary: entry.summary,
      ...(entry.quality?.verdict !== undefined && { verdict: entry.quality.verdict }),
      conditions: conditionsOf(entry),
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

function conditionsOf({ conditions }: HistoryEntry): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, label] of Object.entries(conditionNames)) {
    const value = conditions[name];
    if (value === undefined || (typeof value !== 'number' && typeof value !== 'string')) continue;
    if (name === 'magnification') shown[label] = `${value}x`;
    else if (name === 'defocus') shown[label] = `${(Number(value) * 1e6).toFixed(2)} um`;
    else if (name === 'intensity') shown[label] = `${(Number(value) * 100).toFixed(2)} %`;
    else if (name === 'highTensionKilovolts') shown[label] = `${Number(value).toFixed(0)} kV`;
    else shown[label] = String(value);
  }
  return shown;
}

const numbersOf = (values: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values ?? {})
      .filter((pair): pair is [string, number] => typeof pair[1] === 'number' && Number.isFinite(pair[1]))
      .slice(0, 40),
  );
