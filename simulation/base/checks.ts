import { SimulationError } from './errors';
import type { PlaneVector } from './plane';

/** A number that can be set. @throws SimulationError for one that is not finite */
export function finite(name: string, value: number): number {
  if (!Number.isFinite(value))
    throw new SimulationError('simulation/bad-value', `The ${name} cannot be set to ${value}`, 'Pass a finite number.');
  return value;
}

/** A pair that can be set. @throws SimulationError for one that is not finite */
export function finitePair(name: string, value: PlaneVector): PlaneVector {
  return { x: finite(`${name} X`, value.x), y: finite(`${name} Y`, value.y) };
}
