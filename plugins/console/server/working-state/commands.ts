import type { Session } from '../../../../core/kernel';
import { LowDose } from '../../../../core/kernel';
import type { Command } from '../../protocol';
import { consoleErrors } from '../errors';
import type { Images } from '../images/images';
import type { PlainActions } from '../plain-actions';
import type { BufferPanel } from './buffer-panel';
import type { LivePanel } from './live-panel';
import type { LowDosePanel } from './low-dose-panel';
import type { ParameterSetsPanel } from './parameter-sets-panel';
import type { Uploads } from './uploads';
import type { UserSettingsPanel } from './user-settings-panel';

/** The panels of the working state. */
export interface WorkingStateParts {
  readonly sets: ParameterSetsPanel;
  readonly userSettings: UserSettingsPanel;
  readonly lowDose: LowDosePanel;
  readonly live: LivePanel;
  readonly buffers: BufferPanel;
  readonly uploads: Uploads;
}

/** Dependencies of a command, and its sender. */
export interface WorkingStateContext {
  readonly session: Session;
  readonly parts: WorkingStateParts;
  readonly images: Images;
  readonly actions: PlainActions;
  readonly visitor: { readonly id: number; readonly name: string };
  /** Throws unless the sender is in control and the microscope may be changed. */
  readonly mustBeFree: () => void;
  /** Throws unless the sender is in control. */
  readonly mustControl: () => void;
  readonly mustAdminister: () => void;
  /** Throws for a person who only watches. */
  readonly mustWork: () => void;
  /** Reads again everything that the command may have changed. */
  readonly refresh: () => void;
}

const actionLimitMilliseconds = 180_000;

/** A command for a panel of the working state. */
export type WorkingStateCommand = Extract<
  Command,
  {
    do:
      | 'live'
      | 'end-live'
      | 'change-set'
      | 'try-set'
      | 'reset-sets'
      | 'sets-difference'
      | 'write-sets'
      | 'file-part'
      | 'import-sets'
      | 'import-user-settings'
      | 'export-user-settings'
      | 'set-user-setting'
      | 'low-dose'
      | 'go-to-area'
      | 'change-area'
      | 'take-area'
      | 'copy-area'
      | 'balance-areas'
      | 'update-areas'
      | 'settle-left'
      | 'thumbnail'
      | 'copy-buffer'
      | 'align'
      | 'clear-alignment'
      | 'save-buffer'
      | 'read-image'
      | 'image-files';
  }
>;

/** Performs a command for a panel of the working state, if its sender may. */
export async function performWorkingState(
  command: WorkingStateCommand,
  context: WorkingStateContext,
): Promise<unknown> {
  const { session, parts, images, actions, visitor, mustBeFree, mustControl, mustAdminister, mustWork, refresh } =
    context;
  const { sets, userSettings, lowDose, live, buffers, uploads } = parts;
  const who = visitor.name;
  switch (command.do) {
    case 'live':
      mustBeFree();
      buffers.protect(undefined, command.drop);
      return actions.perform(`Live ${command.set}`, actionLimitMilliseconds, () => live.start(command.set));
    case 'end-live':
      mustControl();
      return live.stop();
    case 'change-set':
      mustBeFree();
      return sets.change(command, command.field, command.value, who);
    case 'try-set':
      return sets.tried(command, command.field, command.value);
    case 'reset-sets':
      mustBeFree();
      return sets.reset(who);
    case 'sets-difference':
      mustWork();
      return sets.difference();
    case 'write-sets':
      mustAdminister();
      mustBeFree();
      return sets.write(command.difference, who);
    case 'file-part':
      mustControl();
      return uploads.add(visitor.id, command);
    case 'import-sets':
      mustBeFree();
      return sets.import(uploads.get(visitor.id, command.file), command.apply, who);
    case 'import-user-settings':
      mustBeFree();
      if (command.apply && session.find(LowDose)?.on)
        throw consoleErrors.inLowDose('A settings file is not taken over');
      return userSettings.import(uploads.get(visitor.id, command.file), command.apply, who);
    case 'export-user-settings':
      mustWork();
      return userSettings.export();
    case 'set-user-setting':
      mustBeFree();
      return userSettings.set(command.setting, command.value, who);
    case 'low-dose':
      mustBeFree();
      await lowDose.turn(command.on);
      return refresh();
    case 'go-to-area':
      mustBeFree();
      await lowDose.goTo(command.area);
      return refresh();
    case 'change-area':
      mustBeFree();
      return lowDose.change(command.area, command.field, command.value, who);
    case 'take-area':
      mustBeFree();
      return lowDose.take(command.area, who);
    case 'copy-area':
      mustBeFree();
      return lowDose.copy(command.from, command.to, who);
    case 'balance-areas':
      mustBeFree();
      return lowDose.balance();
    case 'update-areas':
      mustBeFree();
      return lowDose.update(command.on);
    case 'settle-left':
      mustBeFree();
      await lowDose.settle(command.isThere);
      return refresh();
    case 'thumbnail':
      return images.thumbnail(command.image);
    case 'copy-buffer':
      mustBeFree();
      return buffers.copy(command.from, command.to, command.drop);
    case 'align':
      mustBeFree();
      return buffers.align(command.buffer, command.leaveColumn, who);
    case 'clear-alignment':
      mustBeFree();
      return buffers.clear(command.leaveColumn);
    case 'save-buffer':
      mustControl();
      return buffers.save(command.buffer, command.file, who);
    case 'read-image':
      mustBeFree();
      return buffers.read(command.file, command.section, command.drop);
    case 'image-files':
      mustWork();
      return buffers.list();
  }
}
