import {
  type ImageShiftUnits,
  type MagIndex,
  type Vector,
  counted,
  magIndex as asMagIndex,
} from '../../../../core/base';
import { Cameras, NeutralImageShift, Scope, pairStep } from '../../../../core/devices';
import type { PluginHost } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { Calibrations } from '../../../../core/store';
import { neutralRecordFor, storedNeutral } from './stored-neutral';

/** A value that was found instead of a stored one. */
interface Found {
  readonly instead: Vector;
  readonly value: Vector<ImageShiftUnits>;
}

/** Steps of the deflector by which a neutral image shift may differ from the stored one. */
const allowedSteps = 1;

/**
 * The checks of stored neutral image shifts against the column, each once a session. What the column tells is used for the rest of the
 * session where it differs, at all neighbouring magnifications that have the same stored value; the stored values stay until Neutral IS
 * Values is run. A stored value that changes is checked again.
 */
export class NeutralChecks {
  /** The stored values that were compared, or found to be wrong, by record and mag index. */
  private readonly compared = new Map<string, Vector>();
  private readonly differing = new Map<string, Found>();
  private warned = false;

  constructor(private readonly host: Pick<PluginHost, 'find' | 'settings' | 'log'>) {}

  /** The value in use instead of a stored one; undefined where the stored one is right or has changed since. */
  found(record: string, magIndex: MagIndex, stored: Vector): Vector<ImageShiftUnits> | undefined {
    const found = this.differing.get(keyOf(record, magIndex));
    return found && alike(found.instead, stored) ? found.value : undefined;
  }

  /** Compares the value at the present magnification, unless that was done. */
  async check(magIndex: MagIndex): Promise<void> {
    const { find, settings } = this.host;
    const [calibrations, cameras, neutral, scope] = [
      find(Calibrations),
      find(Cameras),
      find(NeutralImageShift),
      find(Scope),
    ];
    if (!calibrations || !cameras || !neutral || !scope || settings.get('SkipJeolNeutralCheck')) return;
    // A column that remembers image shift tells what it holds, which need not be neutral.
    if (scope.traits.remembersByMagnification || cameras.selected.traits.stem) return;
    const record = neutralRecordFor(cameras.selected);
    const stored = storedNeutral(calibrations, cameras.selected, magIndex);
    if (!stored || this.isCompared(record, magIndex, stored)) return;
    const value = await neutral.neutral.read();
    this.note(record, magIndex, stored);
    const step = pairStep(scope.imageShift.traits);
    if (!step) return;
    const steps = { x: Math.round((value.x - stored.x) / step.x), y: Math.round((value.y - stored.y) / step.y) };
    if (Math.max(Math.abs(steps.x), Math.abs(steps.y)) <= allowedSteps) return;
    const group = this.sameAround(record, magIndex, stored);
    for (const each of group) {
      this.note(record, each, stored);
      this.differing.set(keyOf(record, each), { instead: stored, value });
    }
    const text =
      `The neutral image shift at mag index ${magIndex} is ${steps.x}, ${steps.y} steps of the deflector away from the stored one. ` +
      `The new value is used at ${counted(group.length, 'magnification')} for this session.`;
    this.host.log.warn(this.warned ? text : `${text} Run Neutral IS Values to store the values of all magnifications.`);
    this.warned = true;
  }

  private isCompared(record: string, magIndex: MagIndex, stored: Vector): boolean {
    const before = this.compared.get(keyOf(record, magIndex));
    return before !== undefined && alike(before, stored);
  }

  private note(record: string, magIndex: MagIndex, stored: Vector): void {
    this.compared.set(keyOf(record, magIndex), stored);
  }

  /** The magnification and its neighbours in both directions that have the same stored value and were not compared yet; compared ones are passed over. */
  private sameAround(record: string, magIndex: MagIndex, stored: Vector): readonly MagIndex[] {
    const { find } = this.host;
    const [calibrations, cameras, optics] = [find(Calibrations), find(Cameras), find(Optics)];
    if (!calibrations || !cameras || !optics) return [magIndex];
    const indexes = optics.magnifications.indexes(cameras.selected.traits);
    const group = [magIndex];
    for (const direction of [-1, 1]) {
      const onThatSide = indexes.filter((each) => Math.sign(each - magIndex) === direction);
      for (const each of direction < 0 ? onThatSide.reverse() : onThatSide) {
        const there = storedNeutral(calibrations, cameras.selected, each);
        if (there && this.isCompared(record, each, there)) continue;
        if (!there || !alike(there, stored)) break;
        group.push(asMagIndex(each));
      }
    }
    return group;
  }
}

const keyOf = (record: string, magIndex: MagIndex): string => `${record} ${magIndex}`;
const alike = (one: Vector, other: Vector): boolean => one.x === other.x && one.y === other.y;
