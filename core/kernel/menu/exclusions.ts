import type { Registry, Token } from '../../base';
import { Cameras } from '../../devices';
import { LowDose } from '../low-dose';

/** A state of the instrument in which an item may say that it does not work, with the reason that people read. */
interface Exclusion {
  readonly reason: string;
  holds(find: <T>(key: Token<T>) => T | undefined): boolean;
}

/** The states of the instrument that an item can exclude by name. */
export const exclusions = {
  stem: {
    reason: 'not with a STEM camera',
    holds: (find) => find(Cameras)?.selected.traits.stem ?? false,
  },
  'low dose': {
    reason: 'not in Low Dose',
    holds: (find) => find(LowDose)?.on ?? false,
  },
} as const satisfies Readonly<Record<string, Exclusion>>;

/** The name of a state in which an item does not work. */
export type ExclusionName = keyof typeof exclusions;

/** The first reason of a list that holds now; undefined when none does. */
export function excludedBy(names: readonly ExclusionName[], registry: Registry): string | undefined {
  const find = <T>(key: Token<T>): T | undefined => (registry.has(key) ? registry.get(key) : undefined);
  const name = names.find((each) => exclusions[each].holds(find));
  return name && exclusions[name].reason;
}
