import type { CameraIndex, MagIndex } from '../../../../core/base';
import { type Finding, type MeasuredQuantity } from '../../../../core/consistency';
import { type MenuEntry, type Session, itemMeasuring } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { Calibrations, type HistoryEntry, type RecordName } from '../../../../core/store';
import { type CoverageCell, type CoverageTable, colourOf } from '../../protocol';
import { ageInWords } from './age';

/** Number of the magnifications at which something is calibrated, of all that there are. */
export interface Coverage {
  readonly done: number;
  readonly of: number;
}

/** Knowledge of where each quantity is calibrated, here or by another program. */
export interface CoverageReport {
  readonly tables: readonly CoverageTable[];
  of(item: MenuEntry): Coverage | undefined;
}

/** Quantities that are measured at one magnification of one camera, with the record in which a measurement is kept. */
const quantities = [
  ['pixel size', 'FoundPixelSize'],
  ['image shift', 'ImageShiftMatrix'],
  ['stage shift', 'StageToCameraMatrix'],
] as const satisfies readonly (readonly [MeasuredQuantity, RecordName])[];
type Quantity = (typeof quantities)[number][0];

const dayMilliseconds = 24 * 3600 * 1000;
const keyOf = (camera: CameraIndex, magIndex: MagIndex): string => `${camera} ${magIndex}`;

/** Everything on which the tables rest. */
export interface CoverageParts {
  readonly session: Pick<Session, 'find' | 'menu'>;
  readonly history: readonly HistoryEntry[];
  readonly findings: readonly Finding[];
  readonly now: Date;
  readonly inForce: (entry: HistoryEntry) => boolean;
}

/** Tables of magnification and calibration, one for each camera, of what is in the files and what was measured here. */
export function coverageOf(parts: CoverageParts): CoverageReport {
  const { session } = parts;
  const optics = session.find(Optics);
  if (!optics) return { tables: [], of: () => undefined };
  const entries = session.menu();
  const columns = quantities.flatMap(([quantity, record]) => {
    const item = entries.find(({ id }) => id === itemMeasuring(entries)(quantity));
    return item ? [{ quantity, record, item }] : [];
  });
  const present = presentIn(optics, session.find(Calibrations));
  const measured = measuredBy(parts);
  const cellAt = (column: (typeof columns)[number], camera: CameraIndex, magIndex: MagIndex): CoverageCell => {
    const key = keyOf(camera, magIndex);
    const doubt = parts.findings.find(
      (each) => each.camera === camera && each.magIndex === magIndex && each.remedy.measure === column.quantity,
    );
    const isThere = present[column.quantity].has(key);
    const entry = measured.get(`${column.record} ${key}`);
    if (!isThere)
      return present.found.has(key) && column.quantity === 'pixel size'
        ? { state: 'doubtful', text: 'found, not in the configuration' }
        : { state: 'never', text: '' };
    if (doubt) return { state: 'doubtful', text: 'in doubt', why: doubt.message };
    if (!entry) return { state: 'done', text: 'in the files' };
    const age = parts.now.getTime() - Date.parse(entry.when);
    const verdict = entry.quality?.verdict;
    const text = `${ageInWords(age)}${verdict === undefined ? '' : `, ${verdict}`}`;
    if (colourOf(verdict) === 'caution') return { state: 'doubtful', text };
    const days = column.item.declaration?.order?.holdsForDays;
    return { state: days !== undefined && age > days * dayMilliseconds ? 'stale' : 'done', text };
  };
  const tables = optics.cameras.map((camera): CoverageTable => ({
    camera: camera.index,
    name: camera.name,
    columns: columns.map(({ item: { id, label } }) => ({ item: id, label })),
    rows: optics.magnifications.indexes(camera).map((magIndex) => ({
      magIndex,
      magnification: optics.at({ magIndex, camera: camera.index }).magnification,
      cells: columns.map((column) => cellAt(column, camera.index, magIndex)),
    })),
  }));
  const rows = tables.flatMap((table) => table.rows);
  return {
    tables,
    of: ({ id }) => {
      const at = columns.findIndex(({ item }) => item.id === id);
      if (at < 0) return undefined;
      const { quantity } = columns[at]!;
      return { done: present[quantity].size, of: rows.length };
    },
  };
}

/** The places at which each quantity is known, by the files and the properties. */
function presentIn(
  optics: Optics,
  calibrations: Calibrations | undefined,
): Readonly<Record<Quantity | 'found', ReadonlySet<string>>> {
  const keys = (list: readonly { readonly camera: CameraIndex; readonly magIndex: MagIndex }[]): ReadonlySet<string> =>
    new Set(list.map(({ camera, magIndex }) => keyOf(camera, magIndex)));
  const sized = optics.cameras.flatMap(({ index, measured }) =>
    measured.flatMap(({ magIndex, pixelNanometres }) =>
      pixelNanometres === undefined ? [] : [{ camera: index, magIndex }],
    ),
  );
  return {
    'pixel size': keys(sized),
    'image shift': keys(optics.imageShiftCalibrations()),
    'stage shift': keys(optics.stageCalibrations()),
    found: keys(calibrations?.shortTerm('FoundPixelSize').all() ?? []),
  };
}

/** The latest entry in use of each record and place that was measured itself. */
function measuredBy({ history, inForce }: CoverageParts): ReadonlyMap<string, HistoryEntry> {
  const latest = new Map<string, HistoryEntry>();
  for (const entry of history) {
    if (!inForce(entry)) continue;
    for (const change of entry.changes) {
      if ('session' in change || change.removed || change.derived) continue;
      const { camera, magIndex } = change.values as { readonly camera?: CameraIndex; readonly magIndex?: MagIndex };
      if (camera === undefined || magIndex === undefined) continue;
      // A restored value is as old as its measurement.
      const origin = history.find(({ id }) => id === entry.restoredFrom) ?? entry;
      latest.set(`${change.record} ${keyOf(camera, magIndex)}`, origin);
    }
  }
  return latest;
}
