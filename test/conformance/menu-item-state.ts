import { AlphaSelector, Cameras, IlluminatedArea, Scope, type Setting, Stage } from '../../core/devices';
import { ImageShiftControl } from '../../core/optics';
import { showCalibrations } from '../../core/store';
import type { virtualInstrument } from '../support/virtual-instrument';

type VirtualInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** All settings that can be read, and all that is stored. */
export async function stateOf(instrument: VirtualInstrument) {
  const { registry } = instrument.kernel;
  const scope = registry.get(Scope);
  const others = [IlluminatedArea, AlphaSelector].flatMap((key) =>
    registry.has(key) ? [registry.get(key as typeof IlluminatedArea)] : [],
  );
  const settings: Record<string, unknown> = { camera: registry.get(Cameras).selected.traits.index };
  for (const holder of [scope, ...others])
    for (const setting of Object.values(holder).filter(isSetting)) settings[setting.name] = await setting.read();
  settings['net image shift'] = await registry.get(ImageShiftControl).net.read();
  settings['stage position'] = await registry.get(Stage).position.read();
  const history = await instrument.history.list();
  return {
    settings,
    stored: { calibrations: showCalibrations(instrument.calibrations.file), history: history.length },
  };
}

const isSetting = (value: unknown): value is Setting<unknown> =>
  typeof value === 'object' && value !== null && 'read' in value && 'write' in value;

type State = Awaited<ReturnType<typeof stateOf>>;
/** Whether anything that is stored differs. */
export const stored = (before: State, after: State): boolean =>
  JSON.stringify(before.stored) !== JSON.stringify(after.stored);

/** Numbers from 1 to a total: all of them, or so many spread evenly, the first and the last among them. */
export function spread(total: number, count: number | undefined): readonly number[] {
  if (count === undefined || count >= total) return Array.from({ length: total }, (_, index) => index + 1);
  return [...new Set(Array.from({ length: count }, (_, index) => Math.round(1 + (index * (total - 1)) / (count - 1))))];
}
