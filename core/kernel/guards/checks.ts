import type { Vector } from '../../base';
import { kernelErrors } from '../errors';

// The words in which guards and vendors alike speak of limits. Each check hands the value back, or throws `limits/out-of-range`.

/** Checks that a value is a number. */
export function finite<Value extends number>(what: string, value: Value): Value {
  if (!Number.isFinite(value)) throw kernelErrors.outOfRange(what, String(value), 'a number');
  return value;
}

/** Checks that both values of a pair are numbers. */
export function finitePair<Value extends Vector>(what: string, value: Value): Value {
  if (!Number.isFinite(value.x) || !Number.isFinite(value.y))
    throw kernelErrors.outOfRange(what, `${value.x}, ${value.y}`, 'two numbers');
  return value;
}

/** Checks that a number lies within its limits. */
export function within<Value extends number>(what: string, value: Value, low: number, high: number): Value {
  if (!(value >= low && value <= high)) throw kernelErrors.outOfRange(what, String(value), `${low} to ${high}`);
  return value;
}

/** Checks that a number is whole and lies within its limits. */
export function whole<Value extends number>(what: string, value: Value, low: number, high: number): Value {
  if (!Number.isInteger(value)) throw kernelErrors.outOfRange(what, String(value), `a whole number, ${low} to ${high}`);
  return within(what, value, low, high);
}

/** Checks that a mag index stands in the magnification table. */
export function inMagnificationTable<Index extends number>(index: Index, listed: ReadonlySet<number>): Index {
  if (!listed.has(index))
    throw kernelErrors.outOfRange('mag index', String(index), 'the indexes in MagnificationTable');
  return index;
}
