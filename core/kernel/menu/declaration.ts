import type { Token } from '../../base';
import type { RecordName } from '../../store';
import type { UserSettingName } from '../../user-settings';
import type { LowDoseAreaName } from '../low-dose';
import type { QuestionDeclaration } from '../operator/operator';
import type { ExclusionName } from './exclusions';
import type { WorkOrder } from './order';
import type { ResultSpecs } from './values';

/** The place of an item in the menu, and the sentence that people read there. */
export interface ItemPlace {
  /** The submenus above it, such as `['Image & Stage Shift']`; empty for the top level of the Calibration menu. */
  readonly menu: readonly string[];
  readonly label: string;
  /** One sentence for people. */
  readonly summary: string;
}

/** Everything that an item says about itself without running. */
export interface ItemDeclaration extends ItemPlace {
  /** `PLUGIN/SUBMENU/NAME`, or `PLUGIN/NAME` at the top level; its file is called NAME. */
  readonly id: string;
  /** Earlier ids, which command lines and history files may still use. */
  readonly aliases: readonly string[];
  /** `action` runs, `toggle` has a check mark, `task` stands beside the menu and works with what was calibrated. */
  readonly kind: 'action' | 'toggle' | 'task';
  /** The tokens that it uses. It is enabled only when all of them are provided. */
  readonly needs: readonly Token<unknown>[];
  /** States of the instrument in which it does not work. */
  readonly not: readonly ExclusionName[];
  /** The area of Low Dose to which the column goes before it runs, where Low Dose is on; undefined for one that runs wherever the column is. */
  readonly lowDoseArea?: LowDoseAreaName;
  /** The script command that runs it, if there is one. */
  readonly script?: string;
  /** The records that it changes; a change of another one is refused. */
  readonly stores: readonly RecordName[];
  /** The user settings that it sets for good; setting another one is refused. */
  readonly sets: readonly UserSettingName[];
  readonly questions: readonly QuestionDeclaration[];
  /** The values that it reports. */
  readonly results: ResultSpecs;
  /** Its place in the order of work; undefined for one that no first setup needs. */
  readonly order?: WorkOrder;
  /** The quantities that it measures or mends, by which a contradiction finds the item that settles it. */
  readonly measures: readonly string[];
  /** The file of its help page, in Markdown; undefined where it has none. */
  readonly helpPage?: string;
  /** True where only an administrator may run it, if people have roles. */
  readonly administratorOnly: boolean;
  /** True for an item that may run while another one does. */
  readonly anytime: boolean;
  /** True when a run takes no image and moves nothing. */
  readonly touchesNothing: boolean;
  /** True for the item that saves the calibrations, which consoles offer when something is unsaved. */
  readonly saves: boolean;
}
