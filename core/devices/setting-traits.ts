import type { Amperes, ElectronVolts, Metres, Radians, Seconds, Vector, Volts } from '../base';

/** Factors from inside values to the unit in which people see them; inside, values are SI, shares of one or units of the column. */
const factors = {
  mm: 1e3,
  um: 1e6,
  nm: 1e9,
  mrad: 1e3,
  degrees: 180 / Math.PI,
  s: 1,
  eV: 1,
  kV: 1e-3,
  nA: 1e9,
  '%': 100,
  x: 1,
  units: 1,
  '': 1,
} as const;
/** A unit in which people see values. */
export type ShownUnit = keyof typeof factors;

/** The units in which a quantity can be shown. */
type UnitsOf<Value> = Value extends Metres
  ? 'mm' | 'um' | 'nm'
  : Value extends Radians
    ? 'mrad' | 'degrees'
    : Value extends Seconds
      ? 's'
      : Value extends ElectronVolts
        ? 'eV'
        : Value extends Volts
          ? 'kV'
          : Value extends Amperes
            ? 'nA'
            : '%' | 'x' | 'units' | '';

/** Smallest and largest value, inclusive. */
export type Range = readonly [least: number, most: number];

/** Traits of every setting, of any kind. */
interface CommonTraits {
  /** The setting in a sentence, such as `energy slit`; different for every setting of an instrument. */
  readonly name: string;
  /** The setting in a list below the name of its device, such as `Slit`. */
  readonly label: string;
  /** A label for where there is little room. */
  readonly short?: string;
  /** That the dose rate on a camera depends on it. */
  readonly changesBeam?: true;
  /**
   * That it is recorded among the conditions of a result: as it is under the name of the member, or in the unit that people see under
   * a name of its own.
   */
  readonly condition?: true | string;
  /** That reading it moves something for a moment, so that only those read it who need it: no list, no panel, no comparison. */
  readonly onlyOnDemand?: true;
  /** That it is a raw value of the vendor, which only serves to be kept, compared and given back: no panel changes it. */
  readonly raw?: true;
  /** That only a person changes it, such as the specimen: a run neither keeps it nor gives it back. */
  readonly operatorsOnly?: true;
}

/** Traits of numbers: how they are shown and which are allowed; `range` and `choices` hold inside values. */
interface NumericTraits<Unit extends string> {
  readonly unit: Unit;
  /** Multiplied with an inside value; the offset is then added, for the value that people see. */
  readonly factor: number;
  readonly offset: number;
  readonly decimals: number;
  /** By how much a person changes it at a time, in the unit shown. */
  readonly step: number;
  readonly range?: Range;
  /**
   * Smallest change that the device makes, as an inside value; of a pair, along X and Y. A device that counts in whole steps rounds what
   * is written, so a measurement plans whole steps and goes by what is read back.
   */
  readonly deviceStep?: number | Vector;
}

/** A setting that is one number. */
export interface NumberTraits<Unit extends string = string> extends CommonTraits, NumericTraits<Unit> {
  readonly kind: 'number';
  readonly whole: boolean;
  /** The only values that there are. */
  readonly choices?: readonly number[];
}
/** A setting that is a pair of numbers along X and Y; the range is that of each. */
export interface PairTraits<Unit extends string = string> extends CommonTraits, NumericTraits<Unit> {
  readonly kind: 'pair';
}
/** A setting that is on or off. */
export interface SwitchTraits extends CommonTraits {
  readonly kind: 'switch';
  readonly on: string;
  readonly off: string;
  /**
   * Reach of what is in the way of the beam while it is on: the cameras below it, or everything on the specimen side as well. It is
   * switched off before every image.
   */
  readonly blocksBeam?: 'to the cameras' | 'everywhere';
}
/** A setting that is one of a few words, each with what people call it. */
export interface ChoiceTraits<Value extends string = string> extends CommonTraits {
  readonly kind: 'choice';
  readonly words: Readonly<Record<Value, string>>;
  /** The only values that there are. */
  readonly choices: readonly Value[];
}
/** A place of the stage, which can only be read: the stage is moved, not set. */
export interface PositionTraits extends CommonTraits {
  readonly kind: 'position';
}
/** Nature of a setting, for guards, consoles, conditions of results and tests. */
export type SettingTraits = NumberTraits | PairTraits | SwitchTraits | ChoiceTraits | PositionTraits;

/** The traits that a setting of a type must have. */
export type TraitsOf<Value> = [Value] extends [boolean]
  ? SwitchTraits
  : [Value] extends [number]
    ? NumberTraits<UnitsOf<Value>>
    : [Value] extends [string]
      ? ChoiceTraits<Value>
      : [Value] extends [{ readonly tilt: number }]
        ? PositionTraits
        : [Value] extends [Vector<infer Unit>]
          ? PairTraits<UnitsOf<Unit>>
          : never;

/** Description of a setting in a contract; its name is the label within a sentence, unless another is given. */
type Described = Omit<CommonTraits, 'name'> & { readonly name?: string };
type NumberDescription<Unit extends string> = Described & {
  readonly unit: Unit;
  readonly decimals: number;
  readonly step?: number;
  readonly range?: Range;
};

/** A number in a unit, such as a defocus. */
export function quantity<const Unit extends ShownUnit>(described: NumberDescription<Unit>): NumberTraits<Unit> {
  return { kind: 'number', whole: false, ...numeric(described) };
}

/** A pair of numbers along X and Y in a unit, such as an image shift. */
export function pair<const Unit extends ShownUnit>(described: NumberDescription<Unit>): PairTraits<Unit> {
  return { kind: 'pair', ...numeric(described) };
}

/** A whole number, such as a spot size; people may see it counted from another beginning than the program. */
export function wholeNumber({
  countedFrom = 0,
  ...described
}: Described & {
  readonly range?: Range;
  /** The number that people see for 0. */
  readonly countedFrom?: number;
}): NumberTraits<''> {
  return { kind: 'number', whole: true, ...numeric({ unit: '', decimals: 0, ...described }), offset: countedFrom };
}

/** A switch with the words for its two places. */
export function onOff({
  on = 'on',
  off = 'off',
  ...described
}: Described & Partial<Pick<SwitchTraits, 'on' | 'off' | 'blocksBeam'>>): SwitchTraits {
  return { kind: 'switch', on, off, ...named(described) };
}

/** One of a few words, each with what people call it. */
export function oneOf<const Words extends Readonly<Record<string, string>>>(
  words: Words,
  described: Described,
): ChoiceTraits<keyof Words & string> {
  return { kind: 'choice', words, choices: Object.keys(words), ...named(described) };
}

/** The place of a stage. */
export const position = (described: Described): PositionTraits => ({ kind: 'position', ...named(described) });

function numeric<Unit extends ShownUnit>({ step, ...described }: NumberDescription<Unit>) {
  return { ...named(described), factor: factors[described.unit], offset: 0, step: step ?? 10 ** -described.decimals };
}

const acronym = /^[A-Z]{2}/;

/** A label within a sentence; acronyms keep their capitals. */
export const inSentence = (label: string): string =>
  acronym.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);

const named = <Given extends Described>(described: Given): Given & { readonly name: string } => ({
  name: inSentence(described.label),
  ...described,
});
