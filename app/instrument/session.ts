import { type MagIndex, isNotAvailable } from '../../core/base';
import { Cameras, Scope, Stage, shownValue } from '../../core/devices';
import { Administrator, type ImageBuffers, type Menu, type Runner, type Session } from '../../core/kernel';
import { Optics } from '../../core/optics';
import { Calibrations } from '../../core/store';

/** The instrument as a console sees it. */
export function sessionOf(
  parts: {
    readonly title: string;
    readonly simulated: boolean;
    readonly menu: Menu;
    readonly runner: Runner;
    readonly buffers: ImageBuffers;
  } & Pick<Session, 'find' | 'deviceSettings' | 'onSetting' | 'plugins' | 'check' | 'onLog'>,
): Session {
  const { title, simulated, menu, runner, buffers, find, deviceSettings, onSetting, plugins, check, onLog } = parts;
  return {
    title,
    simulated,
    menu: () => menu.entries(runner.running === undefined),
    tasks: () => menu.tasks(runner.running === undefined),
    findItem: (name) => menu.find(name, runner.running === undefined),
    get running() {
      return runner.running;
    },
    run: (item, options) => runner.run(item, options),
    stop: () => runner.stop(),
    forecast: async (item, signal) => menu.instance(menu.find(item).id)?.forecast(signal),
    buffers,
    status: () => statusOf({ find, deviceSettings }),
    unsaved: () => {
      const administrator = find(Administrator)?.on ?? false;
      const prompt = find(Calibrations)?.exitPrompt(administrator);
      return prompt && { question: prompt.message, canSave: prompt.ask === 'save' };
    },
    unsavedInUse: (at) => unsavedInUse(find(Calibrations), at),
    plugins,
    check,
    onLog,
    deviceSettings,
    onSetting,
    find,
  };
}

type Lines = readonly { readonly name: string; readonly value: string }[];

/** Every setting in words, and what the column and the camera are; raw values are left out. */
async function statusOf({ find, deviceSettings }: Pick<Session, 'find' | 'deviceSettings'>): Promise<Lines> {
  const [scope, cameras, optics] = [find(Scope), find(Cameras), find(Optics)];
  const camera = cameras?.selected.traits;
  const lines: { name: string; value: string }[] = scope ? [{ name: 'Column', value: scope.traits.model }] : [];
  for (const { token, setting } of deviceSettings()) {
    const { traits } = setting;
    if (traits.raw) continue;
    try {
      const value = await setting.read();
      if (setting === scope?.magIndex && optics && camera) {
        const magnification = optics.at({ magIndex: value as MagIndex, camera: camera.index }).magnification;
        lines.push({ name: 'Magnification', value: `${magnification}x, mag index ${String(value)}` });
      } else lines.push({ name: token === Stage ? 'Stage' : traits.label, value: shownValue(traits, value) });
    } catch (error) {
      if (!isNotAvailable(error)) throw error;
    }
  }
  if (camera) lines.push({ name: 'Camera', value: `${camera.name}, ${camera.width} x ${camera.height} pixels` });
  return lines;
}

/** Message on values of the short-term file, which SerialEM too takes up again for a day. */
export function unsavedInUse(
  calibrations: Pick<Calibrations, 'carriedOver' | 'keptUnsaved'> | undefined,
  at: 'start' | 'end',
): string | undefined {
  const count = (at === 'start' ? calibrations?.carriedOver : calibrations?.keptUnsaved) ?? 0;
  if (count === 0) return undefined;
  const values = count === 1 ? '1 value' : `${count} values`;
  return at === 'start'
    ? `${values} of an earlier session ${count === 1 ? 'is' : 'are'} in use, not saved.`
    : `${values} ${count === 1 ? 'is' : 'are'} not saved, but will be in use at the next start within a day.`;
}
