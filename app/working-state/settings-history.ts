import { type CameraIndex, type Logger, describe } from '../../core/base';
import type { ParameterSetChange, ParameterSetName, Settings } from '../../core/settings';
import { type CalibrationHistory, type ChangedSetting, settingItems, settingsResult } from '../../core/store';
import type { RememberSettings } from '../../core/user-settings';

type Appending = Pick<CalibrationHistory, 'append'>;

/** Notes changes of user settings in the history. A history that cannot be written keeps nobody from changing a setting. */
export const rememberUserSettings =
  (history: Appending, simulated: boolean, log: Pick<Logger, 'warn'>): RememberSettings =>
  async (changes, lasting) => {
    const kept = lasting.lasts ? `Kept in ${lasting.path}.` : `For this session only: ${lasting.reason}`;
    await append(history, { ...settingsResult(settingItems.user, changes, kept), ...mark(simulated) }, log);
  };

/** Writes parameter sets into a configuration and notes in the history what was written, from what to what. */
export class WrittenParameterSets {
  private readonly earlier: ParameterSetChange[] = [];

  constructor(
    private readonly file: string,
    private readonly parts: {
      readonly settings: Pick<Settings, 'writtenParameterSets'>;
      readonly history: Appending;
      readonly simulated: boolean;
      readonly log: Pick<Logger, 'warn'>;
    },
  ) {}

  /** Notes changes that have just been written. */
  async remember(changes: readonly ParameterSetChange[]): Promise<void> {
    const { history, simulated, log } = this.parts;
    const changed = changes.flatMap(({ camera, name, fields }): readonly ChangedSetting[] =>
      Object.entries(fields).map(([field, after]) => ({
        name: `camera ${camera} ${name} ${field}`,
        before: this.before(camera, name, field),
        after,
      })),
    );
    this.earlier.push(...changes);
    const result = settingsResult(settingItems.parameterSets, changed, `Written into ${this.file}.`);
    await append(history, { ...result, ...mark(simulated) }, log);
  }

  /** The value in the file, which the program has read at its start and may have written since. */
  private before(camera: CameraIndex, set: ParameterSetName, field: string): unknown {
    type Fields = Readonly<Record<string, unknown>> | undefined;
    const later = this.earlier.findLast((each) => each.camera === camera && each.name === set && field in each.fields);
    return ((later?.fields ?? this.parts.settings.writtenParameterSets.get(camera)?.[set]) as Fields)?.[field];
  }
}

const mark = (simulated: boolean): { readonly simulated?: true } => (simulated ? { simulated: true } : {});

async function append(
  history: Appending,
  result: Parameters<Appending['append']>[0],
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  await history
    .append(result)
    .catch((error: unknown) => log.warn(`The history does not have this change: ${describe(error)}`));
}
