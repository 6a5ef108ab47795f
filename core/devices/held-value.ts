import { EucentricError, type Vector } from '../base';
import type { Setting } from './setting';
import type { SettingTraits } from './setting-traits';

/** Options of reading back. */
export interface ReadingBack {
  /** Largest difference, as an inside value, that counts as held where the device does not tell its own step. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
}

/** A value of which each number is compared, such as a defocus, an image shift or a place of the stage. */
type Numbers = number | Readonly<Record<string, number>>;

/**
 * Reads what a device holds after a write. A measurement goes by this value and not by the wish: many devices count in whole steps.
 * Throws `setting/not-held` when it differs from the wish by more than a step of the device or the tolerance, whichever is larger.
 */
export async function readBack<Value>(
  setting: Pick<Setting<Value>, 'name' | 'traits' | 'read'>,
  wished: Value,
  { tolerance = 0, signal }: ReadingBack = {},
): Promise<Value> {
  const held = await setting.read(signal);
  const [wishes, values] = [numbersOf(wished as Numbers), numbersOf(held as Numbers)];
  for (const [axis, wish] of Object.entries(wishes)) {
    const allowed = Math.max(stepOf(setting.traits, axis), tolerance);
    const value = values[axis] ?? NaN;
    // Rounding of the last digit does not count.
    if (Math.abs(value - wish) <= allowed * (1 + 1e-6) + 1e-12) continue;
    throw notHeld(setting, axis, { wish, value, allowed });
  }
  return held;
}

/** The step of a device along both axes of a pair; undefined where it tells none. */
export function pairStep(traits: SettingTraits | undefined): Vector | undefined {
  const step = traits?.kind === 'pair' ? traits.deviceStep : undefined;
  return typeof step === 'number' ? { x: step, y: step } : step;
}

/** The nearest pair of whole steps of a device that is not larger, one step at least; the pair itself where the device tells no step. */
export function wholeSteps(traits: SettingTraits | undefined, wished: Vector): Vector {
  const step = pairStep(traits);
  if (!step) return wished;
  // A wish that is whole but for the last digit is whole.
  const whole = (wish: number, size: number): number =>
    Math.sign(wish) * Math.max(1, Math.floor(Math.abs(wish) / size + 1e-6)) * size;
  return { x: whole(wished.x, step.x), y: whole(wished.y, step.y) };
}

const only = 'value';
const numbersOf = (value: Numbers): Readonly<Record<string, number>> =>
  typeof value === 'number' ? { [only]: value } : value;

/** The step of a device along an axis; where it tells none, the last digit that people see. */
function stepOf(traits: SettingTraits, axis: string): number {
  if (traits.kind !== 'number' && traits.kind !== 'pair') return 0;
  const { deviceStep, decimals, factor } = traits;
  if (deviceStep === undefined) return 10 ** -decimals / factor;
  return typeof deviceStep === 'number' ? deviceStep : (deviceStep[axis as 'x' | 'y'] ?? 0);
}

function notHeld(
  { name, traits }: { readonly name: string; readonly traits: SettingTraits },
  axis: string,
  { wish, value, allowed }: { readonly wish: number; readonly value: number; readonly allowed: number },
): EucentricError {
  const { factor, unit } = 'factor' in traits ? traits : { factor: 1, unit: '' };
  const shown = (each: number): string => `${Number((each * factor).toPrecision(5))}${unit === '' ? '' : ` ${unit}`}`;
  const where = axis === only ? '' : ` in ${axis.toUpperCase()}`;
  return new EucentricError({
    code: 'setting/not-held',
    message: `The ${name}${where} was set to ${shown(wish)}, but the device holds ${shown(value)}; more than ${shown(allowed)} apart cannot be rounding.`,
    hint: 'Check that nobody else changes it, that it is not at the end of its range, and that the device is not busy; then start again. Nothing was stored.',
  });
}
