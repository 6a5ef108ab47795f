import { describe } from '../../../core/base';
import type { Session } from '../../../core/kernel';
import type { SettingState } from '../protocol';
import { consoleErrors } from './errors';
import { type PanelSetting, settingList } from './setting-list';
import type { SharedState } from './shared-state';

const readLimitMilliseconds = 10_000;
const writeLimitMilliseconds = 300_000;

/**
 * The settings of column, stage, camera and filter: read regularly while a browser is connected, and changed on demand.
 */
export class SettingsPanel {
  private readonly settings: readonly PanelSetting[];
  private shown: readonly SettingState[] = [];
  private reading: Promise<void> | undefined;

  constructor(
    session: Pick<Session, 'find'>,
    private readonly state: SharedState,
  ) {
    this.settings = settingList(session);
    state.set('settings', []);
  }

  /** Reads everything once; a second call joins the present reading. A setting that cannot be read shows that. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** Changes a setting. Throws `console/unknown-setting`, `console/bad-value`, or the device's error. */
  async write(id: string, value: number | string | boolean): Promise<void> {
    const setting = this.settings.find((each) => each.id === id);
    if (!setting?.write) throw consoleErrors.unknownSetting(id);
    const change = this.shown.find((each) => each.id === id)?.change;
    if (change) check(setting.label, change, value);
    try {
      await setting.write(value, AbortSignal.timeout(writeLimitMilliseconds));
    } finally {
      await this.refresh();
    }
  }

  private async read(): Promise<void> {
    const signal = AbortSignal.timeout(readLimitMilliseconds);
    const shown: SettingState[] = [];
    // One after the other: some columns answer one question at a time.
    for (const setting of this.settings) {
      const { id, label, group, about } = setting;
      const head = { id, label, group, ...(about !== undefined && { about }) };
      try {
        shown.push({ ...head, ...(await setting.read(signal)) });
      } catch (error) {
        shown.push({ ...head, text: `not read: ${describe(error)}`.slice(0, 200) });
      }
    }
    this.shown = shown;
    this.state.set('settings', shown);
  }
}

function check(label: string, change: NonNullable<SettingState['change']>, value: number | string | boolean): void {
  if (change.by === 'switch' && typeof value !== 'boolean')
    throw consoleErrors.badValue(label, `${change.on} or ${change.off}`);
  if (change.by === 'choice' && !change.choices.some((choice) => choice.value === value))
    throw consoleErrors.badValue(label, 'one of the choices');
  if (change.by !== 'number') return;
  const { minimum = -Infinity, maximum = Infinity } = change;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw consoleErrors.badValue(label, 'a number');
  if (value < minimum || value > maximum) throw consoleErrors.badValue(label, `a number from ${minimum} to ${maximum}`);
}
