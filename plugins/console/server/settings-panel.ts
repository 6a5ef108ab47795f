import { describe, isNotAvailable } from '../../../core/base';
import type { Session } from '../../../core/kernel';
import type { SettingState } from '../protocol';
import { checkValue } from './check-value';
import { consoleErrors } from './errors';
import { PlainActions } from './plain-actions';
import { type PanelCell, type PanelSetting, settingList } from './setting-list';
import type { SharedState } from './shared-state';

const readLimitMilliseconds = 10_000;
const writeLimitMilliseconds = 300_000;

/**
 * The settings of column, stage, camera and filter: read regularly while a browser is connected, and changed on demand. While a run
 * measures nothing is read; the panel then shows each value that the run itself reads or writes.
 */
export class SettingsPanel {
  private readonly settings: readonly PanelSetting[];
  private shown: readonly SettingState[] = [];
  private reading: Promise<void> | undefined;

  constructor(
    session: Pick<Session, 'find' | 'deviceSettings' | 'onSetting'>,
    private readonly state: SharedState,
    /** False while a run measures. */
    private readonly mayRead: () => boolean,
    private readonly actions: PlainActions = new PlainActions(state),
  ) {
    this.settings = settingList(session);
    this.dispose = session.onSetting((setting, value) => this.show(setting, value));
    state.set('settings', []);
  }

  /** Ends listening to the instrument. */
  readonly dispose: () => void;

  /** Reads everything once, unless a run measures; a second call joins the present reading. A setting that cannot be read shows that. */
  async refresh(): Promise<void> {
    if (!this.mayRead()) return;
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    await this.reading;
  }

  /** The ids of those settings of some devices that an operator can change. */
  idsOf(devices: readonly object[]): readonly string[] {
    return devices.flatMap((device) =>
      this.settings
        .filter(({ token }) => token === device)
        .flatMap(({ cells }) => cells.filter(({ write }) => write).map(({ id }) => id)),
    );
  }

  /** Changes a setting. Throws `console/unknown-setting`, `console/bad-value`, or the device's error. */
  async write(id: string, value: number | string | boolean, who?: string): Promise<void> {
    const cell = this.settings.flatMap(({ cells }) => cells).find((each) => each.id === id);
    if (!cell?.write) throw consoleErrors.unknownSetting(id);
    const write = cell.write;
    const before = this.shown.find((each) => each.id === id);
    if (before?.change) checkValue(cell.label, before.change, value);
    const label = cell.about ?? cell.label;
    try {
      await this.actions.perform(label, writeLimitMilliseconds, (signal) => write(value, signal));
    } finally {
      await this.refresh();
    }
    const by = who === undefined ? '' : `, by ${who}`;
    const [was, is] = [before, this.shown.find((each) => each.id === id)].map((each) => textOf(each) ?? String(value));
    this.state.log('said', `${label}: ${was} -> ${is}${by}.`);
  }

  /** Shows a value that some part of the program read or wrote. */
  private show(setting: object, value: unknown): void {
    const cells = this.settings.find((each) => each.setting === setting)?.cells ?? [];
    if (cells.length === 0 || this.reading) return;
    this.shown = this.shown.map((state) => {
      const cell = cells.find(({ id }) => id === state.id);
      return cell ? { ...headOf(cell), ...cell.show(value) } : state;
    });
    this.state.set('settings', this.shown);
  }

  private async read(): Promise<void> {
    const signal = AbortSignal.timeout(readLimitMilliseconds);
    const shown: SettingState[] = [];
    // One after the other: some columns answer one question at a time.
    for (const { setting, cells } of this.settings) {
      // A run that has begun meanwhile has the wire to itself.
      if (!this.mayRead()) return;
      let show: (cell: PanelCell) => Pick<SettingState, 'text' | 'unit' | 'value' | 'change'>;
      try {
        const value = await setting.read(signal);
        show = (cell) => cell.show(value);
      } catch (error) {
        // Nobody misses what this wire does not know.
        if (isNotAvailable(error)) continue;
        show = () => ({ text: `not read: ${describe(error)}`.slice(0, 200) });
      }
      for (const cell of cells) shown.push({ ...headOf(cell), ...show(cell) });
    }
    this.shown = shown;
    this.state.set('settings', shown);
  }
}

const headOf = ({ id, label, group, about }: PanelCell): Pick<SettingState, 'id' | 'label' | 'group' | 'about'> => ({
  id,
  label,
  group,
  ...(about !== undefined && { about }),
});

const textOf = (state: SettingState | undefined): string | undefined =>
  state && `${state.text}${state.unit ? ` ${state.unit}` : ''}`;
