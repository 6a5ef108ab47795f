import { z } from 'zod';
import type { Magnification } from './instrument';
import { keyOf, RandomStream } from './random';

/** Options by mag index; none where nothing is written. */
export const byMagIndex = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string().regex(/^\d+$/), value).default({} as never);

/** Options by mag index as a map. */
export const mapByMag = <Written, Value>(
  written: Readonly<Record<string, Written>>,
  as: (value: Written) => Value,
): ReadonlyMap<number, Value> => new Map(Object.entries(written).map(([index, value]) => [Number(index), as(value)]));

/** A value for each magnification of a table, drawn from a stream of its own, so that none depends on which others there are. */
export function drawnByMag<Value>(
  table: readonly Magnification[],
  random: RandomStream,
  draw: (random: RandomStream, magnification: Magnification) => Value,
): ReadonlyMap<number, Value> {
  const key = Math.floor(random.uniform() * 0x100000000);
  return new Map(table.map((each) => [each.index, draw(new RandomStream(keyOf(key, each.index)), each)]));
}
