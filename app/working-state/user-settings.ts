import path from 'node:path';
import type { Logger } from '../../core/base';
import type { Settings } from '../../core/settings';
import type { CalibrationHistory } from '../../core/store';
import { FiledUserSettings, SettingsFile } from '../../core/user-settings';
import { rememberUserSettings } from './settings-history';

/** The user's settings of an instrument, with the file in which they are kept. */
export interface OpenedUserSettings {
  readonly file: SettingsFile;
  readonly userSettings: FiledUserSettings;
}

/**
 * Reads the user's settings. A simulation keeps them beside its own calibrations and starts from those of the user; what is wrong with the
 * file is logged, and keeps nothing from working.
 */
export async function openUserSettings(
  settings: Settings,
  options: {
    /** Folder of the calibrations that the program writes. */
    readonly directory: string;
    readonly simulated: boolean;
    /** True where the folder was given in place of that of the configuration. */
    readonly elsewhere: boolean;
    readonly history: Pick<CalibrationHistory, 'append'>;
    readonly log: Pick<Logger, 'warn'>;
  },
): Promise<OpenedUserSettings> {
  const { directory, simulated, elsewhere, history, log } = options;
  const users = settings.userSettingsFile;
  const own = simulated || elsewhere ? path.join(directory, path.basename(users)) : users;
  const file = await SettingsFile.open({ path: own, simulated, ...(own !== users && { startFrom: users }) });
  const userSettings = new FiledUserSettings(file, rememberUserSettings(history, simulated, log));
  for (const remark of userSettings.remarks) log.warn(remark);
  return { file, userSettings };
}
