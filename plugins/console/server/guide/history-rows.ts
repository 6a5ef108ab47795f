import {
  type ProvidedSetting,
  conditionName,
  inSentence,
  readableValue,
  shownCondition,
} from '../../../../core/devices';
import { describeReason } from '../../../../core/judgement';
import { type MenuEntry, unitsOf } from '../../../../core/kernel';
import {
  type CalibrationHistory,
  type ChangedSetting,
  type HistoryEntry,
  type InstrumentNow,
  restoreObstacle,
} from '../../../../core/store';
import type { HistoryRow } from '../../protocol';
import { matrixOf } from '../matrices';
import { keptBy } from '../outcomes';

/** Largest number of entries that are sent to the page, the newest ones. */
const maxRows = 1000;

/** The history for the page, the newest entry first. */
export function historyRows(
  entries: readonly HistoryEntry[],
  itemOf: (id: string) => MenuEntry | undefined,
  settings: readonly ProvidedSetting[],
  { inForce = () => false, now, obstacle = () => undefined }: HistoryJudgement = {},
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
      changed: (entry.changed ?? []).map((each) => changedText(each, settings)),
      plots: entry.plots?.length ?? 0,
      ...shownMatrix(entry, itemOf(entry.item)),
      ...notRestorable(entry, obstacle),
      inUse: entry.changes.length > 0 && inForce(entry),
      ...(now && obstacleOf(now, entry)),
      replaces: entry.changes.some(({ replaced }) => replaced !== undefined) && !obstacle(entry, 'replaced'),
      keptBy: keptBy(entry),
    }));
}

/** A setting that a task changed, in words; the bare values where no device of this instrument has it. */
function changedText({ name, before, after }: ChangedSetting, settings: readonly ProvidedSetting[]): string {
  const traits = settings.find(({ setting }) => setting.name === name)?.setting.traits;
  const text = (value: unknown): string => (traits ? readableValue(traits, value) : JSON.stringify(value));
  return `${traits?.label ?? name}: ${text(after)}, was ${text(before)}.`;
}

/** Knowledge of the present calibrations and instrument. */
export interface HistoryJudgement {
  /** True when all that an entry measured is in use. */
  readonly inForce?: (entry: HistoryEntry) => boolean;
  readonly now?: InstrumentNow;
  /** Reason why an entry cannot be restored at all; undefined when it can. */
  readonly obstacle?: CalibrationHistory['obstacle'];
}

function notRestorable(
  entry: HistoryEntry,
  obstacle: CalibrationHistory['obstacle'],
): Pick<HistoryRow, 'notRestorable'> {
  const { changes, propertySuggestions = [] } = entry;
  if (changes.length > 0) {
    const why = obstacle(entry);
    return why === undefined ? {} : { notRestorable: why };
  }
  const properties = [...new Set(propertySuggestions.map(({ property }) => property))];
  return {
    notRestorable:
      properties.length > 0
        ? `Its result belongs in the configuration (${properties.join(', ')}); "properties write" enters it there.`
        : 'It stored nothing that could be restored.',
  };
}

function obstacleOf(now: InstrumentNow, entry: HistoryEntry): Pick<HistoryRow, 'obstacle'> {
  const obstacle = restoreObstacle(now, entry);
  if (!obstacle) return {};
  const { text, elsewhere } = obstacle;
  if (!elsewhere) return { obstacle: { text } };
  const { magIndex, camera } = elsewhere;
  const name = now.cameras.find(({ index }) => index === camera)?.name;
  const label = [
    magIndex !== undefined && `mag index ${magIndex} (${entry.conditions.magnification}x)`,
    camera !== undefined && `camera ${camera} (${name})`,
  ];
  return { obstacle: { text, elsewhere: { ...elsewhere, label: label.filter(Boolean).join(', ') } } };
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

/** The matrix of an entry, if it measured one. */
function shownMatrix(entry: HistoryEntry, item: MenuEntry | undefined): Pick<HistoryRow, 'matrix'> {
  const [values, errors] = [numbersOf(entry.values), numbersOf(entry.standardErrors)];
  const shown = Object.entries(values).map(([name, value]) => {
    const error = errors[name];
    return { name, value, ...(error !== undefined && { error }) };
  });
  const matrix = matrixOf(entry, shown, new Map(Object.entries(item?.declaration?.results ?? {})));
  return matrix ? { matrix } : {};
}

const numbersOf = (values: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values ?? {})
      .filter((pair): pair is [string, number] => typeof pair[1] === 'number' && Number.isFinite(pair[1]))
      .slice(0, 40),
  );
