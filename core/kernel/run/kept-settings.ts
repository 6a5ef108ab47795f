import { isDeepStrictEqual } from 'node:util';
import type { Undo } from '../../base';
import { type AnySetting, readableValue } from '../../devices';
import type { ChangedSetting } from '../../store';
import type { Run } from '../menu/item-run';

/** A setting as it was when it was kept. */
interface KeptSetting {
  readonly setting: AnySetting;
  readonly before: unknown;
  /** Writes it back now. */
  readonly undo: Undo;
  /** Leaves it as it is at the end of the run. */
  release(): void;
}

/** Reads a setting, and writes it back at the end of the run unless it is released. */
export async function keepSetting(
  setting: AnySetting,
  { signal, restoreLater }: Pick<Run, 'signal' | 'restoreLater'>,
): Promise<KeptSetting> {
  let released = false;
  const before: unknown = await setting.read(signal);
  const undo = restoreLater(setting.name, async (restoring) => {
    if (released) return;
    // What never changed may be a value that could not be written, such as one outside the limits.
    const now: unknown = await setting.read(restoring).catch(() => undefined);
    if (!isDeepStrictEqual(now, before)) await setting.write(before, restoring);
  });
  return { setting, before, undo, release: () => void (released = true) };
}

/** The settings that a run changes for good, kept for the case that it does not end well. */
export interface LastingChanges {
  /** Reads what the run changed, and tells the operator. */
  read(): Promise<readonly ChangedSetting[]>;
  /** Leaves the settings as they are. */
  release(): void;
}

/** Keeps the settings that a run is about to change for good. */
export async function keepChanged(
  settings: readonly AnySetting[],
  run: Pick<Run, 'signal' | 'restoreLater' | 'operator'>,
): Promise<LastingChanges> {
  const kept: KeptSetting[] = [];
  for (const setting of settings) kept.push(await keepSetting(setting, run));
  return {
    read: async () => {
      const changed: ChangedSetting[] = [];
      for (const { setting, before } of kept) {
        const after: unknown = await setting.read(run.signal);
        if (isDeepStrictEqual(before, after)) continue;
        changed.push({ name: setting.name, before, after });
        const { traits } = setting;
        if (!traits.raw)
          run.operator.log(`${traits.label}: ${readableValue(traits, after)}, was ${readableValue(traits, before)}.`);
      }
      return changed;
    },
    release: () => {
      for (const each of kept) each.release();
    },
  };
}
