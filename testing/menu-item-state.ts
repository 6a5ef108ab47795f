import { Cameras } from '../core/devices';
import { ImageShiftControl } from '../core/optics';
import { showCalibrations } from '../core/store';
import type { virtualInstrument } from './virtual-instrument';

type VirtualInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** All settings that can be read, and all that is stored. */
export async function stateOf(instrument: VirtualInstrument) {
  const { registry } = instrument.kernel;
  const settings: Record<string, unknown> = { camera: registry.get(Cameras).selected.traits.index };
  for (const { setting } of instrument.session.deviceSettings()) settings[setting.name] = await setting.read();
  settings['net image shift'] = await registry.get(ImageShiftControl).net.read();
  const history = await instrument.history.list();
  return {
    settings,
    stored: { calibrations: showCalibrations(instrument.calibrations.file), history: history.length },
  };
}

type State = Awaited<ReturnType<typeof stateOf>>;
/** True when anything that is stored differs. */
export const stored = (before: State, after: State): boolean =>
  JSON.stringify(before.stored) !== JSON.stringify(after.stored);

/** Numbers from 1 to a total: all of them, or `count` evenly spread ones, including the first and the last. */
export function spread(total: number, count: number | undefined): readonly number[] {
  if (count === undefined || count >= total) return Array.from({ length: total }, (_, index) => index + 1);
  return [...new Set(Array.from({ length: count }, (_, index) => Math.round(1 + (index * (total - 1)) / (count - 1))))];
}
