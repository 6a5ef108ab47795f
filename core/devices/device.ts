import { type Token, token } from '../base';
import type { AnySetting, Readable, ReadableDriver, Setting, SettingDriver } from './setting';
import type { SettingTraits, TraitsOf } from './setting-traits';

/** The names of those members of a device that are settings, or can at least be read as one. */
type SettingNames<Device> = {
  [Name in keyof Device]-?: NonNullable<Device[Name]> extends Readable<unknown> ? Name : never;
}[keyof Device];
type MethodNames<Device> = {
  [Name in keyof Device]-?: NonNullable<Device[Name]> extends (...given: never[]) => unknown ? Name : never;
}[keyof Device];
type FactNames<Device> = Exclude<keyof Device, SettingNames<Device> | MethodNames<Device>>;
type ValueOf<Member> = Member extends Readable<infer Value> ? Value : never;

/**
 * Name of the calls of a method where calls are seen, such as `normalize projector`; a question is answered without the instrument and
 * not seen.
 */
export type MethodTraits = 'question' | ((...given: never[]) => string);

/** The methods and plain values of a device have to be named as well; a device without any says nothing. */
type Named<Names extends PropertyKey, Part extends string, What> = [Names] extends [never]
  ? { readonly [Name in Part]?: never }
  : { readonly [Name in Part]: { readonly [Each in Names]: What } };

/** Traits of the settings of a device, by the names of the members. */
export type DeviceSettings<Device> = {
  readonly [Name in SettingNames<Device>]-?: TraitsOf<ValueOf<NonNullable<Device[Name]>>>;
};

/** Description of a device for guards, consoles, conditions of results and tests. Every member of its interface has a place here, and nothing else. */
export type DeviceDescription<Device> = {
  /** Its name in a sentence, such as `the energy filter`. */
  readonly called: string;
  /** The part of the instrument that it belongs to, such as `column`. */
  readonly part: string;
  /** The heading above its settings; that of the part by default. */
  readonly heading?: string;
  readonly settings: DeviceSettings<Device>;
} & Named<MethodNames<Device>, 'methods', MethodTraits> &
  Named<FactNames<Device>, 'facts', true>;

/** The token of a device, with the traits of its settings. */
export interface DeviceToken<Device> extends Token<Device> {
  readonly called: string;
  readonly part: string;
  readonly heading: string;
  readonly settings: DeviceSettings<Device>;
  readonly methods: Readonly<Record<string, MethodTraits>>;
  readonly facts: readonly string[];
}

/** The vendor's side of a device: how each setting is read and written; all else as the contract has it. */
export type Driver<Device> = { readonly [Name in keyof Device]: DriverOf<Device[Name]> };
type DriverOf<Member> =
  Member extends Setting<infer Value>
    ? SettingDriver<Value>
    : Member extends Readable<infer Value>
      ? ReadableDriver<Value>
      : Member;

/** The value that a plugin provides for a token: a driver for a device, the thing itself for everything else. */
export type Provision<Key> =
  Key extends DeviceToken<infer Device> ? Driver<Device> : Key extends Token<infer Type> ? Type : never;

/** A device with the driver that a plugin has for it. */
export interface DrivenDevice {
  readonly token: DeviceToken<unknown>;
  readonly driver: object;
}

/** Joins the token of a device with a driver for it, such as a class that drives several devices. */
export const driven = <Device>(token: DeviceToken<Device>, driver: Driver<Device> & object): DrivenDevice => ({
  token,
  driver,
});

/** A device that an instrument lacks, with the reason. */
export interface LackingDevice {
  readonly token: DeviceToken<unknown>;
  /** The reason in a few words for an operator, such as `the column has no command for it`. */
  readonly lacksBecause: string;
}

/** Says why an instrument lacks a device. */
export const lacking = (token: DeviceToken<unknown>, lacksBecause: string): LackingDevice => ({ token, lacksBecause });

/** Makes the token of a device: the interface is the contract, and its settings are described here, once. */
export function device<Device>(name: string, description: DeviceDescription<Device>): DeviceToken<Device> {
  const {
    called,
    part,
    heading,
    settings,
    methods = {},
    facts = {},
  } = description as DeviceDescription<Device> & {
    readonly methods?: Readonly<Record<string, MethodTraits>>;
    readonly facts?: Readonly<Record<string, true>>;
  };
  return token<Device, Omit<DeviceToken<Device>, keyof Token<Device>>>(name, {
    called,
    part,
    heading: heading ?? part.charAt(0).toUpperCase() + part.slice(1),
    settings,
    methods,
    facts: Object.keys(facts),
  });
}

/** True for the token of a device. */
export const isDevice = (key: Token<unknown>): key is DeviceToken<unknown> => 'settings' in key;

/** The name of a setting among the conditions of a result; undefined for one that is not recorded. */
export const conditionName = ({ member, setting: { traits } }: ProvidedSetting): string | undefined =>
  traits.condition === true ? member : traits.condition;

/** One setting of a device that somebody provides. */
export interface ProvidedSetting {
  readonly token: DeviceToken<unknown>;
  /** The name of the member of the device. */
  readonly member: string;
  readonly setting: Readable<unknown> & Partial<Pick<AnySetting, 'write'>>;
}

/** All settings of the devices that are provided, part by part of the instrument; those that are only read on demand are left out. */
export function settingsOf(
  tokens: Iterable<Token<unknown>>,
  find: <T>(key: Token<T>) => T | undefined,
): readonly ProvidedSetting[] {
  const devices = [...tokens].filter(isDevice);
  const parts = [...new Set(devices.map(({ part }) => part))];
  const byPart = parts.flatMap((part) => devices.filter((each) => each.part === part));
  return byPart.flatMap((token) => {
    const provided = find(token) as Readonly<Record<string, ProvidedSetting['setting'] | undefined>> | undefined;
    return Object.keys(token.settings as Readonly<Record<string, SettingTraits>>).flatMap((member) => {
      const setting = provided?.[member];
      return setting && !setting.traits.onlyOnDemand ? [{ token, member, setting }] : [];
    });
  });
}
