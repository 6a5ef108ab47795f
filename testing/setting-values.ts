import { type AnySetting, type SettingTraits, shownNumber } from '../core/devices';

type Pair = { readonly x: number; readonly y: number };

/** Values that no guard may let through. */
export function wrongValues(traits: SettingTraits): readonly unknown[] {
  switch (traits.kind) {
    case 'number': {
      const [least, most] = traits.range ?? [-Infinity, Infinity];
      const span = Number.isFinite(most - least) ? most - least : 1;
      return [
        ...[NaN, Infinity, -Infinity, '1', true, undefined, { x: 0, y: 0 }],
        ...(Number.isFinite(least) ? [least - 0.01 * span, least - 1 - span] : []),
        ...(Number.isFinite(most) ? [most + 0.01 * span, most + 1 + span] : []),
        ...(traits.whole ? [1.5] : []),
      ];
    }
    case 'pair': {
      const [least, most] = traits.range ?? [-Infinity, Infinity];
      return [
        ...[{ x: NaN, y: 0 }, { x: 0, y: Infinity }, { x: '1', y: 0 }, { x: 0 }, 0, undefined, NaN],
        ...(Number.isFinite(least) ? [{ x: least - 0.01 * Math.abs(least), y: 0 }] : []),
        ...(Number.isFinite(most) ? [{ x: 0, y: most + 0.01 * Math.abs(most) }] : []),
      ];
    }
    case 'switch':
      return [NaN, 0, 1, 'on', undefined];
    case 'choice':
      return [NaN, 0, '', 'nonsense', undefined, 'toString'];
    case 'position':
      return [];
  }
}

/** Values over the whole range of a setting, each different from the one before, that every instrument takes. */
export function valuesWithin({ traits }: AnySetting): readonly unknown[] {
  switch (traits.kind) {
    case 'number': {
      if (traits.choices) return traits.choices;
      const [least, most] = finiteRange(traits.range);
      const at = (share: number): number => least + share * (most - least);
      return traits.whole ? [Math.round(at(0.3)), most, least] : [at(0.45), at(0.6)];
    }
    case 'pair': {
      const [least, most] = finiteRange(traits.range, [-1, 1]);
      const middle = (least + most) / 2;
      const half = (most - least) / 2;
      return [
        { x: middle + 0.25 * half, y: middle + 0.5 * half },
        { x: middle - 0.5 * half, y: middle + 0.125 * half },
      ];
    }
    case 'switch':
      return [true, false];
    case 'choice':
      return [...traits.choices, traits.choices[0]];
    case 'position':
      return [];
  }
}

const finiteRange = (
  range: readonly [number, number] | undefined,
  otherwise: readonly [number, number] = [0, 1],
): readonly [number, number] => (range && Number.isFinite(range[1] - range[0]) ? range : otherwise);

/** True for two values that differ by no more than a number: half a step where nothing is given, which is more than any lens or coil rounds. */
export function alike(traits: SettingTraits, one: unknown, other: unknown, within?: number): boolean {
  if (traits.kind === 'pair') {
    const most = within ?? traits.step / 2 / Math.abs(traits.factor);
    const near = (axis: 'x' | 'y'): boolean => Math.abs((one as Pair)[axis] - (other as Pair)[axis]) <= most;
    return near('x') && near('y');
  }
  if (traits.kind !== 'number' || traits.whole) return one === other;
  if (within !== undefined) return Math.abs((one as number) - (other as number)) <= within;
  const apart = Math.abs(shownNumber(traits, one as number) - shownNumber(traits, other as number));
  return apart <= traits.step / 2;
}

/** A value as a report shows it. */
export const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : JSON.stringify(value));
