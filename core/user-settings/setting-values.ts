import type { UserSettingDefinition, UserSettingValue } from './definitions';

/** The value that numbers mean for a setting; undefined where it cannot have it. */
export function valueOf(
  { kind, range, besides, atLeast = 1, modulo }: UserSettingDefinition,
  given: readonly number[],
): UserSettingValue | undefined {
  const fits = (value: number): boolean =>
    Number.isFinite(value) && (!range || value === besides || (value >= range[0] && value <= range[1]));
  if (kind === 'numbers') return given.length >= atLeast && given.every(fits) ? given : undefined;
  const [written] = given;
  const value = modulo === undefined || written === undefined ? written : ((written % modulo) + modulo) % modulo;
  if (given.length !== 1 || value === undefined || !fits(value)) return undefined;
  if (kind === 'switch') return value !== 0;
  return kind === 'whole number' && !Number.isInteger(value) ? undefined : value;
}
