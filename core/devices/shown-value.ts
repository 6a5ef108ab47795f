import { inDegrees, inMicrometres, readable } from '../base';
import type { StagePosition } from './stage';
import type { NumberTraits, PairTraits, Range, SettingTraits } from './setting-traits';

type Numeric = NumberTraits | PairTraits;

/** A number in the unit that people see. */
export const shownNumber = ({ factor, offset }: Numeric, inside: number): number => inside * factor + offset;
/** The inside value of a number in the unit that people see. */
export const insideNumber = ({ factor, offset }: Numeric, shown: number): number => (shown - offset) / factor;

/** A number in the unit that people see, with its decimals and without the unit; one that rounds to zero has no sign. */
export function shownDigits(traits: Numeric, inside: number): string {
  const { decimals } = traits;
  return (Number.parseFloat(shownNumber(traits, inside).toFixed(decimals)) + 0).toFixed(decimals);
}

/** The range in the unit that people see, without the digits that only come from the conversion. */
export const shownRange = (traits: Numeric, { 0: least, 1: most }: Range): Range => [
  clean(shownNumber(traits, least)),
  clean(shownNumber(traits, most)),
];
const clean = (value: number): number => Number(value.toPrecision(12));

/** A value in words and digits, with its unit, as people read it. */
export function shownValue(traits: SettingTraits, inside: unknown): string {
  switch (traits.kind) {
    case 'number':
      return withUnit(traits, shownDigits(traits, inside as number));
    case 'pair': {
      const { x, y } = inside as { readonly x: number; readonly y: number };
      return withUnit(traits, `${shownDigits(traits, x)}, ${shownDigits(traits, y)}`);
    }
    case 'switch':
      return inside === true ? traits.on : traits.off;
    case 'choice':
      return String(inside);
    case 'position': {
      const { x, y, z, tilt } = inside as StagePosition;
      return `${[x, y, z].map((each) => inMicrometres(each).toFixed(3)).join(', ')} um, ${inDegrees(tilt).toFixed(2)} degrees`;
    }
  }
}

/** A value in words and digits, with its unit, in the figures that a sentence has. */
export function readableValue(traits: SettingTraits, inside: unknown): string {
  const figures = (numeric: Numeric, value: number): string => readable(shownNumber(numeric, value), numeric.decimals);
  if (traits.kind === 'number') return withUnit(traits, figures(traits, inside as number));
  if (traits.kind !== 'pair') return shownValue(traits, inside);
  const { x, y } = inside as { readonly x: number; readonly y: number };
  return withUnit(traits, `${figures(traits, x)}, ${figures(traits, y)}`);
}

/** A value as it is recorded among the conditions of a result. */
export const recordedCondition = (traits: SettingTraits, inside: unknown): unknown =>
  typeof traits.condition === 'string' && traits.kind === 'number' ? shownNumber(traits, inside as number) : inside;

/** A recorded condition as people read it. */
export function shownCondition(traits: SettingTraits, recorded: unknown): string {
  const inside =
    typeof traits.condition === 'string' && traits.kind === 'number'
      ? insideNumber(traits, recorded as number)
      : recorded;
  return shownValue(traits, inside);
}

/** A text of digits with the unit of a setting; magnifications have theirs without a blank. */
export const withUnit = ({ unit }: Pick<Numeric, 'unit'>, digits: string): string =>
  unit === '' ? digits : unit === 'x' ? `${digits}x` : `${digits} ${unit}`;

/** A value that a setting does not take, in words. */
export interface ValueRefusal {
  readonly asked: string;
  readonly allowed: string;
}

/** The refusal of a value by the traits of its setting; undefined for one that it takes. */
export function valueRefusal(traits: SettingTraits, value: unknown): ValueRefusal | undefined {
  switch (traits.kind) {
    case 'number':
      return numberRefusal(traits, value);
    case 'pair': {
      const { x, y } = (value ?? {}) as { readonly x?: unknown; readonly y?: unknown };
      const refusals = [x, y].map((each) => numberRefusal({ ...traits, kind: 'number', whole: false }, each));
      const refusal = refusals.find((each) => each !== undefined);
      return refusal && { ...refusal, asked: `${asked(traits, x)}, ${asked(traits, y)}` };
    }
    case 'switch':
      return typeof value === 'boolean' ? undefined : { asked: plain(value), allowed: 'on or off' };
    case 'choice':
      return traits.choices.includes(value as string)
        ? undefined
        : { asked: plain(value), allowed: traits.choices.join(' or ') };
    case 'position':
      return { asked: plain(value), allowed: 'a place that the stage is moved to' };
  }
}

/** Share by which a value may differ from a choice after it was converted from the unit that people see. */
const roundingOfUnits = 1e-9;

function numberRefusal(traits: NumberTraits, value: unknown): ValueRefusal | undefined {
  const { whole, range, choices } = traits;
  const article = whole ? 'a whole number' : 'a number';
  if (typeof value !== 'number' || !(whole ? Number.isInteger(value) : Number.isFinite(value)))
    return { asked: asked(traits, value), allowed: article };
  if (choices && !choices.some((each) => Math.abs(each - value) <= roundingOfUnits * Math.abs(each)))
    return {
      asked: asked(traits, value),
      allowed: `one of ${choices.map((each) => shownDigits(traits, each)).join(', ')}`,
    };
  if (!range || (value >= range[0] && value <= range[1])) return undefined;
  const [least, most] = shownRange(traits, range);
  const allowed = most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return { asked: asked(traits, value), allowed: withUnit(traits, allowed) };
}

const asked = (traits: Numeric, value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value)
    ? withUnit(traits, String(clean(shownNumber(traits, value))))
    : plain(value);
function plain(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}
