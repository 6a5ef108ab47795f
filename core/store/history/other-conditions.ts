import { type CameraIndex, EucentricError, type MagIndex } from '../../base';
import type { StoredChange } from './changes';
import type { HistoryEntry } from './history-entry';
import type { Conditions } from './result';
import type { RecordValues } from '../serialem';

/** A camera of the present instrument. */
export interface CameraNow {
  readonly index: CameraIndex;
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** The present instrument, as far as calibrations depend on it. */
export interface InstrumentNow {
  readonly highTensionKilovolts?: number | undefined;
  readonly cameras: readonly CameraNow[];
  /** The magnification at a mag index on a camera; undefined when it is unknown. */
  magnification(magIndex: MagIndex, camera: CameraIndex): number | undefined;
  /** All mag indexes at which a camera has a magnification. */
  magIndexes(magnification: number, camera: CameraIndex): readonly MagIndex[];
}

/** A place at which a value of the history is restored, in place of the one where it was measured. */
export interface RestorePlace {
  readonly magIndex?: MagIndex;
  readonly camera?: CameraIndex;
  /** True to restore it although the conditions are other ones now. */
  readonly anyway?: boolean;
}

/** A condition of a measurement that is another one now. */
export interface OtherCondition {
  readonly what: 'high tension' | 'camera' | 'magnification';
  /** The difference in words. */
  readonly text: string;
  /** The place that has the condition of then, if there is exactly one. */
  readonly elsewhere?: Pick<RestorePlace, 'magIndex' | 'camera'>;
}

/** Two magnifications are the same within the rounding of a table. */
const maxMagnificationChange = 0.005;
const maxVoltageChangeKilovolts = 0.5;

const sameMagnification = (one: number, other: number): boolean =>
  Math.abs(Math.log(one / other)) <= maxMagnificationChange;

/** Compares the conditions of a measurement with the present instrument: high tension, camera and table of magnifications. */
function otherConditions(now: InstrumentNow, conditions: Conditions): readonly OtherCondition[] {
  const { highTensionKilovolts: then } = conditions;
  const found: OtherCondition[] = [];
  const present = now.highTensionKilovolts;
  if (typeof then === 'number' && present !== undefined && Math.abs(present - then) > maxVoltageChangeKilovolts)
    found.push({
      what: 'high tension',
      text: `the high tension was ${then.toFixed(0)} kV then and is ${present.toFixed(0)} kV now`,
    });
  const camera = otherCamera(now, conditions);
  if (camera) return [...found, camera];
  const magnification = otherMagnification(now, conditions);
  return magnification ? [...found, magnification] : found;
}

const sizeOf = ({ width, height }: Pick<CameraNow, 'width' | 'height'>): string => `${width} x ${height}`;

function otherCamera(now: InstrumentNow, conditions: Conditions): OtherCondition | undefined {
  const { camera, cameraName: name, cameraWidth: width, cameraHeight: height } = conditions;
  if (camera === undefined) return undefined;
  const hasSize = typeof width === 'number' && typeof height === 'number';
  const isSame = (one: CameraNow): boolean =>
    (name === undefined || one.name === name) && (!hasSize || (one.width === width && one.height === height));
  const here = now.cameras.find(({ index }) => index === camera);
  if (here && isSame(here)) return undefined;
  const like = name === undefined ? [] : now.cameras.filter(isSame);
  const elsewhere = like.length === 1 ? { elsewhere: { camera: like[0]!.index } } : {};
  if (!here) return { what: 'camera', text: `camera ${name ?? camera} is not there any more`, ...elsewhere };
  const [was, is] =
    name !== undefined && here.name !== name
      ? [name, here.name]
      : [`of ${sizeOf({ width: Number(width), height: Number(height) })} pixels`, `of ${sizeOf(here)}`];
  return { what: 'camera', text: `camera ${camera} was ${was} then and is ${is} now`, ...elsewhere };
}

function otherMagnification(now: InstrumentNow, conditions: Conditions): OtherCondition | undefined {
  const { camera, magIndex, magnification } = conditions;
  if (camera === undefined || magIndex === undefined || magnification === undefined) return undefined;
  const shown = now.magnification(magIndex, camera);
  if (shown !== undefined && sameMagnification(shown, magnification)) return undefined;
  const like = now.magIndexes(magnification, camera);
  const text =
    shown === undefined
      ? `mag index ${magIndex} was ${magnification}x then and is not in the table now`
      : `mag index ${magIndex} was ${magnification}x then and is ${shown}x now`;
  return { what: 'magnification', text, ...(like.length === 1 && { elsewhere: { magIndex: like[0]! } }) };
}

/** Differences between the instrument and the conditions of a measurement, in words; undefined when there are none. */
export type ChangedSince = (entry: Pick<HistoryEntry, 'conditions'>) => string | undefined;

/** Compares entries of the history with the present instrument, and says the first difference. */
export const changedSince =
  (now: InstrumentNow): ChangedSince =>
  ({ conditions }) =>
    otherConditions(now, conditions)[0]?.text;

/** True for an entry whose values hold at a place of the instrument. */
const isOfPlace = ({ changes }: HistoryEntry): boolean =>
  changes.some((change) => 'record' in change && ('magIndex' in change.values || 'camera' in change.values));

/** True when all that was measured lies at the place of the conditions, so that it can be moved. */
const canMove = ({ changes, conditions }: HistoryEntry): boolean =>
  changes.every(
    (change) =>
      'session' in change ||
      change.derived === true ||
      !('magIndex' in change.values) ||
      change.values['magIndex'] === conditions.magIndex,
  );

/** An obstacle to bringing an entry back where it was measured. */
export interface RestoreObstacle {
  readonly text: string;
  /** The place at which its conditions hold now; undefined where there is none, or where the entry cannot be moved. */
  readonly elsewhere?: Pick<RestorePlace, 'magIndex' | 'camera'>;
}

/** Returns why an entry must not be restored where it was measured, and where it fits now; undefined when it may. */
export function restoreObstacle(now: InstrumentNow, entry: HistoryEntry): RestoreObstacle | undefined {
  if (!isOfPlace(entry)) return undefined;
  const found = otherConditions(now, entry.conditions);
  if (found.length === 0) return undefined;
  const text = found.map((each) => each.text).join('; ');
  const elsewhere = Object.assign({}, ...found.map((each) => each.elsewhere)) as RestoreObstacle['elsewhere'] & object;
  const moved = { ...entry.conditions, ...elsewhere };
  const fits = otherConditions(now, moved).every(({ what }) => what === 'high tension');
  const settled = found.every(({ what }) => what !== 'high tension');
  return { text, ...(fits && settled && Object.keys(elsewhere).length > 0 && canMove(entry) && { elsewhere }) };
}

/** Moves an entry to another place; what followed from it at other places is left out. Throws `history/not-movable`. */
export function movedTo(entry: HistoryEntry, { magIndex, camera }: RestorePlace): HistoryEntry {
  if (magIndex === undefined && camera === undefined) return entry;
  if (!canMove(entry))
    throw new EucentricError({
      code: 'history/not-movable',
      message: `The entry of ${entry.when} (${entry.summary}) changed values at several mag indexes and cannot be moved to another one.`,
      hint: 'Run the item of this entry again.',
    });
  const place = { ...(magIndex !== undefined && { magIndex }), ...(camera !== undefined && { camera }) };
  const moved = (row: RecordValues): RecordValues => {
    // The store writes the magnification of the new place beside it.
    const { magnification: _, ...rest } = row;
    return { ...rest, ...Object.fromEntries(Object.entries(place).filter(([field]) => field in row)) };
  };
  const changes = entry.changes.flatMap((change): StoredChange[] => {
    if ('session' in change) return [change];
    if (change.derived) return [];
    const { values, replaced } = change;
    return [{ ...change, values: moved(values), ...(replaced && { replaced: moved(replaced) }) }];
  });
  return { ...entry, conditions: { ...entry.conditions, ...place }, changes };
}

/** Throws `history/other-conditions` where an entry must not be restored at its place, or at the one to which it was moved. */
export function checkConditions(now: InstrumentNow, entry: HistoryEntry, wanted: HistoryEntry): void {
  const obstacle = restoreObstacle(now, wanted);
  if (!obstacle) return;
  const { elsewhere } = obstacle;
  const place = [
    elsewhere?.magIndex !== undefined && `mag index ${elsewhere.magIndex}`,
    elsewhere?.camera !== undefined && `camera ${elsewhere.camera}`,
  ].filter(Boolean);
  const options = [
    elsewhere?.magIndex !== undefined && `--mag-index ${elsewhere.magIndex}`,
    elsewhere?.camera !== undefined && `--camera ${elsewhere.camera}`,
  ].filter(Boolean);
  const there =
    place.length > 0
      ? `It fits ${place.join(' and ')} now: restore it there (on the command line with ${options.join(' ')}). `
      : '';
  throw new EucentricError({
    code: 'history/other-conditions',
    message: `The entry of ${entry.when} (${entry.summary}) was measured under other conditions: ${obstacle.text}.`,
    hint: `Nothing was changed. ${there}Measure it again, or restore it anyway (--anyway).`,
  });
}
