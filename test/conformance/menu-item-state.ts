import { AlphaSelector, Cameras, IlluminatedArea, Scope, type Setting, Stage } from '../../core/devices';
import type { Forecast } from '../../core/kernel';
import { ImageShiftControl } from '../../core/optics';
import { showCalibrations } from '../../core/store';
import type { calibrationMenu } from '../../plugins/calibrations/menu';
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

/** Calls that do something to the microscope. */
export const actions = /^(write|move|acquire|watch|set|normalize) /;
/** What a forecast has to name when it is written or moved. */
const named: Readonly<Record<string, RegExp>> = {
  'write image shift': /image shift/,
  'write mag index': /magnification/,
  'write absolute focus': /focus/,
  'write defocus': /focus/,
  'move stage': /stage/,
};

/** What was done otherwise than it was foretold. */
export function contradictions(forecast: Forecast | undefined, made: readonly string[]): readonly string[] {
  const done = made.filter((call) => actions.test(call));
  const taken = done.filter((call) => call.startsWith('acquire ')).length;
  const [least, most] = [forecast?.images ?? NaN, forecast?.atMost?.images ?? forecast?.images ?? NaN];
  const changes = (forecast?.changes ?? []).join(', ');
  const untold = [...new Set(done)].filter(
    (call) =>
      !/^(acquire|normalize) /.test(call) && !(named[call] ?? new RegExp(call.replace(/^\w+ /, ''))).test(changes),
  );
  return [
    ...(taken >= least && taken <= most ? [] : [`${taken} images taken, ${least} to ${most} foretold`]),
    ...untold.map((call) => `not foretold: ${call}`),
    ...(forecast?.images === 0 && forecast.atMost === undefined && done.length > 0
      ? [`said to touch nothing: ${done.join(', ')}`]
      : []),
  ];
}

const isSetting = (value: unknown): value is Setting<unknown> =>
  typeof value === 'object' && value !== null && 'read' in value && 'write' in value;

type State = Awaited<ReturnType<typeof stateOf>>;
/** Whether anything that is stored differs. */
export const stored = (before: State, after: State): boolean =>
  JSON.stringify(before.stored) !== JSON.stringify(after.stored);

/** The places of the Calibration menu as people know it, as paths of labels. */
export function placesOf(parts: typeof calibrationMenu, above: readonly string[] = []): readonly string[] {
  return parts.flatMap((part) => {
    if (part === '---') return [];
    return 'submenu' in part ? placesOf(part.parts, [...above, part.submenu]) : [[...above, part.label].join(' > ')];
  });
}

/** Numbers from 1 to a total: all of them, or so many spread evenly, the first and the last among them. */
export function spread(total: number, count: number | undefined): readonly number[] {
  if (count === undefined || count >= total) return Array.from({ length: total }, (_, index) => index + 1);
  return [...new Set(Array.from({ length: count }, (_, index) => Math.round(1 + (index * (total - 1)) / (count - 1))))];
}
