import { type Matrix } from '../base';
import type { Calibrations } from './calibrations';
import type { MatrixTable } from './matrix-table';
import type { StoredRecord } from './result';
import { keyOf, mainLayouts, type RecordValues } from './serialem';

interface ShiftValues extends Matrix {
  readonly magIndex: number;
  readonly camera: number;
  readonly magnification?: number;
  readonly absoluteFocus?: number;
}

/** The identifying fields among the values of a record. */
export const keyFieldsOf = (name: StoredRecord['name'], values: RecordValues): RecordValues =>
  Object.fromEntries(mainLayouts[name].key.map((field) => [field, values[field]]));

/** What the calibrations hold now under the key of a record. */
export function recordNow(calibrations: Calibrations, { name, values }: StoredRecord): RecordValues | undefined {
  const key = keyOf(mainLayouts[name], values);
  const rows: readonly RecordValues[] = calibrations.records(name).all();
  return rows.findLast((row) => keyOf(mainLayouts[name], row) === key);
}

/** Puts a record into the calibrations, or takes it out, without counting it as measured. Throws `store/value-not-storable`. */
export function storeChange(calibrations: Calibrations, { name, values, removed = false }: StoredRecord): void {
  if (name === 'ImageShiftMatrix')
    return storeShift(calibrations.imageShift, values as RecordValues & ShiftValues, removed);
  if (name === 'StageToCameraMatrix')
    return storeShift(calibrations.stage, values as RecordValues & ShiftValues, removed);
  const key = keyOf(mainLayouts[name], values);
  const records = calibrations.records(name);
  if (removed) records.remove((row) => keyOf(mainLayouts[name], row) === key);
  else records.put(values as Parameters<typeof records.put>[0], { counted: false });
}

function storeShift(table: MatrixTable, values: ShiftValues, removed: boolean): void {
  const { magIndex, camera, magnification, absoluteFocus } = values;
  if (removed) {
    table.remove(magIndex, camera);
    return;
  }
  const options = {
    ...(magnification === undefined ? {} : { magnification }),
    ...(absoluteFocus === undefined ? {} : { focus: absoluteFocus }),
  };
  table.set(magIndex, camera, values, { ...options, sessionMeasured: false });
}
