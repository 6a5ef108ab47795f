import { isDeepStrictEqual } from 'node:util';
import { service } from '../base';
import {
  definitionOf,
  type UserSettingDefinition,
  type UserSettingName,
  userSettingNamed,
  userSettingNames,
  type UserSettingValue,
  type UserSettingValueOf,
} from './definitions';
import { userSettingErrors } from './errors';
import { compareSettings, type SettingsComparison } from './compare-settings';
import type { Lasting, SettingsFile } from './settings-file';
import { SettingsText } from './settings-text';
import { valueOf } from './setting-values';

/** Origin of the value of a user setting that is in use: its default, the file, this session alone, or a script until it ends. */
export type Standing = 'default' | 'file' | 'session' | 'script';

/**
 * The choices of a user that calibrations, routines and scripts work with, such as the beam tilt of autofocus. They are kept apart from
 * calibrations and configuration, in a settings file as SerialEM has it.
 */
export interface UserSettings {
  /** Path of the file. */
  readonly file: string;
  get<Name extends UserSettingName>(name: Name): UserSettingValueOf<Name>;
  /** True when it stands in the file or was set; otherwise its default is in use. */
  has(name: UserSettingName): boolean;
  /** Sets a value for good, and says whether it lasts. Throws `user-settings/wrong-value`. */
  set<Name extends UserSettingName>(name: Name, value: UserSettingValueOf<Name>): Promise<Lasting>;
  /** Sets a value until what is returned is called, as scripts do; the file stays as it is. Throws `user-settings/wrong-value`. */
  setForNow<Name extends UserSettingName>(name: Name, value: UserSettingValueOf<Name>): () => void;
  /** Calls after every change of any of them; what it returns ends that. */
  onChange(listen: () => void): () => void;
  /** Origin of the value that is in use. */
  standing(name: UserSettingName): Standing;
  /** Messages on lines of the file that were not understood. */
  readonly remarks: readonly string[];
  /** Effects of taking another settings file over; nothing is changed. Throws `user-settings/not-a-settings-file`. */
  compare(bytes: Uint8Array, from: string): SettingsComparison;
  /** Takes a whole settings file over, the earlier one becoming its .bak. Throws `user-settings/not-a-settings-file`. */
  takeOver(bytes: Uint8Array, from: string): Promise<Lasting>;
  /** The settings file as SerialEM reads it, with every line that was ever read. */
  bytes(): Uint8Array;
}
/** The token of the user settings. */
export const UserSettings = service<UserSettings>('UserSettings');

/** A user setting of any kind by the name that a script or a person writes. Throws `user-settings/unknown`. */
export function findUserSetting(name: string): {
  readonly name: UserSettingName;
  readonly definition: UserSettingDefinition;
} {
  const found = userSettingNamed(name);
  if (!found) throw userSettingErrors.unknown(name);
  return { name: found, definition: definitionOf(found) };
}

/** The value of a user setting from the items that a person, a script or a file writes. Throws `user-settings/wrong-value`. */
export function parseUserSetting(name: UserSettingName, items: readonly string[]): UserSettingValue {
  const definition = definitionOf(name);
  const given = items.map((item) => (item.trim() === '' ? NaN : Number(item)));
  const value = valueOf(definition, given);
  if (value === undefined) throw userSettingErrors.wrongValue(name, items.join(' '), definition);
  return value;
}

/** The items of a value, as they stand in a file. */
export const itemsOfSetting = (value: UserSettingValue): readonly string[] =>
  (Array.isArray(value) ? (value as readonly number[]) : [Number(value)]).map(String);

/** Notes settings that were changed for good, each with its value before and after. */
export type RememberSettings = (
  changes: readonly {
    readonly name: UserSettingName;
    readonly before: UserSettingValue;
    readonly after: UserSettingValue;
  }[],
  lasting: Lasting,
) => Promise<void>;

/** The user settings of a settings file. */
export class FiledUserSettings implements UserSettings {
  private readonly forNow: { readonly name: UserSettingName; readonly value: UserSettingValue }[] = [];
  private readonly listeners = new Set<() => void>();
  /** Settings whose change could not be written. */
  private readonly unwritten = new Set<UserSettingName>();

  constructor(
    private readonly settingsFile: SettingsFile,
    private readonly remember?: RememberSettings,
  ) {
    settingsFile.onChange(() => this.changed());
  }

  get file(): string {
    return this.settingsFile.path;
  }

  get<Name extends UserSettingName>(name: Name): UserSettingValueOf<Name> {
    const held = this.forNow.findLast((each) => each.name === name);
    return (held ? held.value : (this.filed(name) ?? definitionOf(name).default)) as UserSettingValueOf<Name>;
  }

  has(name: UserSettingName): boolean {
    return this.forNow.some((each) => each.name === name) || this.filed(name) !== undefined;
  }

  async set<Name extends UserSettingName>(name: Name, value: UserSettingValueOf<Name>): Promise<Lasting> {
    const items = itemsOfSetting(checked(name, value));
    const before = this.lastingValues();
    const lasting = this.noted(await this.settingsFile.edit((text) => text.set(name, items)), name);
    await this.rememberSince(before, lasting, [name]);
    return lasting;
  }

  standing(name: UserSettingName): Standing {
    if (this.forNow.some((each) => each.name === name)) return 'script';
    if (this.filed(name) === undefined) return 'default';
    return this.unwritten.has(name) ? 'session' : 'file';
  }

  compare(bytes: Uint8Array, from: string): SettingsComparison {
    return compareSettings(this.settingsFile.text, SettingsText.read(bytes, from));
  }

  async takeOver(bytes: Uint8Array, from: string): Promise<Lasting> {
    const before = this.lastingValues();
    const lasting = this.noted(await this.settingsFile.take(bytes, from));
    await this.rememberSince(before, lasting, userSettingNames);
    return lasting;
  }

  bytes(): Uint8Array {
    return this.settingsFile.text.bytes();
  }

  setForNow<Name extends UserSettingName>(name: Name, value: UserSettingValueOf<Name>): () => void {
    const held = { name, value: checked(name, value) };
    this.forNow.push(held);
    this.changed();
    return () => {
      const at = this.forNow.indexOf(held);
      if (at < 0) return;
      this.forNow.splice(at, 1);
      this.changed();
    };
  }

  onChange(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  get remarks(): readonly string[] {
    const { problem, text, path } = this.settingsFile;
    if (problem) return [`${problem.message} ${problem.hint}`];
    return userSettingNames.flatMap((name) => {
      const items = text.get(name);
      if (!items || this.filed(name) !== undefined) return [];
      const { message } = userSettingErrors.wrongValue(name, items.join(' '), definitionOf(name));
      return [`${path}: ${message} The default is used.`];
    });
  }

  /** The value in the file; undefined where there is none that can be. */
  private filed(name: UserSettingName): UserSettingValue | undefined {
    const items = this.settingsFile.text.get(name);
    return items && valueOf(definitionOf(name), items.map(Number));
  }

  /** The values of the file, whatever scripts have set for now. */
  private lastingValues(): ReadonlyMap<UserSettingName, UserSettingValue> {
    return new Map(userSettingNames.map((name) => [name, this.filed(name) ?? definitionOf(name).default]));
  }

  private async rememberSince(
    earlier: ReadonlyMap<UserSettingName, UserSettingValue>,
    lasting: Lasting,
    names: readonly UserSettingName[],
  ): Promise<void> {
    const later = this.lastingValues();
    const changes = names.flatMap((name) => {
      const [before, after] = [earlier.get(name)!, later.get(name)!];
      return isDeepStrictEqual(before, after) ? [] : [{ name, before, after }];
    });
    if (changes.length > 0) await this.remember?.(changes, lasting);
  }

  /** Keeps in mind whether a change has been written; writing one writes all that came before. */
  private noted(lasting: Lasting, name?: UserSettingName): Lasting {
    const before = this.unwritten.size;
    if (lasting.lasts) this.unwritten.clear();
    else if (name) this.unwritten.add(name);
    if (this.unwritten.size !== before) this.changed();
    return lasting;
  }

  private changed(): void {
    for (const listen of this.listeners) listen();
  }
}

/** A value that may be set. Throws `user-settings/wrong-value`. */
function checked(name: UserSettingName, value: UserSettingValue): UserSettingValue {
  return parseUserSetting(name, itemsOfSetting(value));
}
