import path from 'node:path';
import type { Session } from '../../../../core/kernel';
import { BeamTilt } from '../../../../core/devices';
import { areasNotSupported } from '../../../../core/low-dose';
import {
  findUserSetting,
  inWords,
  itemsOfSetting,
  type Lasting,
  parseUserSetting,
  SettingsText,
  type UserSettingDefinition,
  userSettingGroups,
  userSettingLabels,
  type UserSettingName,
  userSettingNames,
  UserSettings,
  type UserSettingValue,
} from '../../../../core/user-settings';
import type { ChangeState, ImportState, UserSettingState } from '../../protocol';
import { checkValue } from '../check-value';
import { consoleErrors } from '../errors';
import type { SharedState } from '../shared-state';
import type { SentFile } from './uploads';

/** The user settings, each by its definition, and the file in which they are kept. */
export class UserSettingsPanel {
  private readonly settings: UserSettings | undefined;
  /** Ends listening to the settings. */
  readonly dispose: () => void;

  constructor(
    private readonly session: Pick<Session, 'find'>,
    private readonly state: SharedState,
  ) {
    this.settings = session.find(UserSettings);
    this.dispose = this.settings?.onChange(() => this.show()) ?? (() => {});
    this.show();
  }

  /** Shows what is in use now. */
  show(): void {
    const { settings, state } = this;
    state.set(
      'userSettings',
      settings && {
        file: settings.file,
        groups: userSettingGroups,
        settings: userSettingGroups.flatMap((group) =>
          userSettingNames.filter((name) => userSettingLabels[name][0] === group).map((name) => this.stateOf(name)),
        ),
        remarks: settings.remarks,
      },
    );
  }

  /** Changes a setting for good, or puts it back to its default. Throws `console/unknown-setting`, `console/bad-value` or `user-settings/wrong-value`. */
  async set(id: string, value: number | string | boolean | undefined, who: string): Promise<void> {
    const settings = this.required;
    const name = userSettingNames.find((each) => each === id);
    if (!name) throw consoleErrors.unknownSetting(id);
    const [, label] = userSettingLabels[name];
    const { definition } = findUserSetting(name);
    if (value !== undefined) checkValue(label, this.changeOf(definition), value);
    const wanted = value === undefined ? definition.default : parseUserSetting(name, itemsIn(value));
    const before = textOf(settings.get(name), definition);
    const lasting = await settings.set(name, wanted);
    const after = textOf(settings.get(name), definition);
    this.state.log('said', `${label}: ${before} -> ${after}, by ${who}.${fate(lasting)}`);
    this.show();
  }

  /** Effects of another settings file, which is taken over on request. Throws `user-settings/not-a-settings-file`. */
  async import({ name: from, bytes }: SentFile, apply: boolean, who: string): Promise<ImportState> {
    const settings = this.required;
    const { settings: changed, otherLines } = settings.compare(bytes, from);
    const differences = changed.map(({ name, before, after }) => {
      const { definition } = findUserSetting(name);
      const [of, label] = userSettingLabels[name];
      return { of, label, before: textOf(before, definition), after: textOf(after, definition) };
    });
    const howMany = otherLines.length === 1 ? 'These lines differ' : `Lines of ${otherLines.length} kinds differ`;
    const remarks = [
      ...(otherLines.length === 0 ? [] : [`${howMany}, too: ${otherLines.join(', ')}.`]),
      ...areasNotSupported(SettingsText.read(bytes, from)),
    ];
    if (!apply) return { differences, remarks };
    const lasting = await settings.takeOver(bytes, from);
    this.state.log('said', `${from} was taken over as the settings file, by ${who}.${fate(lasting)}`);
    this.show();
    return { differences, remarks: [...remarks, ...settings.remarks] };
  }

  /** The settings file for SerialEM. */
  export(): { readonly name: string; readonly content: string } {
    const settings = this.required;
    return { name: path.basename(settings.file), content: Buffer.from(settings.bytes()).toString('base64') };
  }

  private get required(): UserSettings {
    if (!this.settings) throw consoleErrors.unknownSetting('of the user');
    return this.settings;
  }

  private stateOf(name: UserSettingName): UserSettingState {
    const settings = this.required;
    const { definition } = findUserSetting(name);
    const [group, label] = userSettingLabels[name];
    const value: UserSettingValue = settings.get(name);
    const unit = this.unitOf(definition);
    const [text, standard] = [textOf(value, definition), textOf(definition.default, definition)];
    return {
      id: name,
      group,
      label,
      ...(unit !== '' && { unit }),
      about: definition.about,
      allowed: inWords(definition),
      text,
      value: typeof value === 'object' ? itemsOfSetting(value).join(' ') : value,
      default: standard,
      standing: settings.standing(name),
      changed: text !== standard,
      change: this.changeOf(definition),
    };
  }

  private unitOf({ unit = '' }: UserSettingDefinition): string {
    // The column counts beam tilt in a unit of its own.
    if (unit !== 'tilt') return unit === 'degrees' ? '\u00b0' : unit;
    const traits = this.session.find(BeamTilt)?.beamTilt.traits;
    return traits?.kind === 'pair' ? traits.unit : '';
  }

  private changeOf(definition: UserSettingDefinition): ChangeState {
    const { kind, range, besides, decimals = 0, modulo, items, atLeast = 1 } = definition;
    if (kind === 'switch') return { by: 'switch', on: 'on', off: 'off' };
    if (kind === 'numbers' && items) return { by: 'list', items, atLeast };
    if (kind === 'numbers') return { by: 'text', hint: `${inWords(definition)}, with blanks between them` };
    const limited = range && besides === undefined && modulo === undefined;
    return {
      by: 'number',
      unit: this.unitOf(definition),
      step: kind === 'whole number' ? 1 : 10 ** -Math.min(1, decimals),
      ...(limited && { minimum: range[0], maximum: range[1] }),
      ...(kind === 'whole number' && { whole: true as const }),
    };
  }
}

const itemsIn = (value: number | string | boolean): readonly string[] =>
  typeof value === 'string' ? value.split(/[\s,;]+/).filter((item) => item !== '') : [String(Number(value))];

function textOf(value: UserSettingValue, { kind }: UserSettingDefinition): string {
  if (kind === 'switch') return value ? 'on' : 'off';
  return itemsOfSetting(value).join(' ') || 'none';
}

const fate = (lasting: Lasting): string => (lasting.lasts ? '' : ` It lasts for this session only: ${lasting.reason}`);
