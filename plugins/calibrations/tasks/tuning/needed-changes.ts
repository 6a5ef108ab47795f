import type { Vector } from '../../../../core/base';
import type { Calibrations } from '../../../../core/store';

/** Coils of which tasks measure the change that is needed. */
export type MeasuredCoils = 'stigmator' | 'beam tilt';

const last = new WeakMap<object, Map<MeasuredCoils, Vector>>();

/** Remembers for the session a change that a measurement found to be needed. */
export function rememberNeeded(
  calibrations: Pick<Calibrations, 'records'>,
  coils: MeasuredCoils,
  change: Vector,
): void {
  const known = last.get(calibrations) ?? new Map<MeasuredCoils, Vector>();
  last.set(calibrations, known.set(coils, change));
}

/** The change that the last measurement of the session found; undefined where there was none. */
export const lastNeeded = (calibrations: Pick<Calibrations, 'records'>, coils: MeasuredCoils): Vector | undefined =>
  last.get(calibrations)?.get(coils);
