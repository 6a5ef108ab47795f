import { readable, throwIfStopped } from '../../base';
import {
  itemsOfSetting,
  type Lasting,
  type UserSettingName,
  type UserSettings,
  type UserSettingValueOf,
} from '../../user-settings';
import { kernelErrors } from '../errors';
import type { ItemDeclaration } from '../menu/declaration';
import type { Operator } from '../operator/operator';

/** Sets a user setting for an item that declares it, and tells the operator whether that lasts. */
export async function setUserSetting<Name extends UserSettingName>(
  userSettings: UserSettings | undefined,
  { id, label, sets }: Pick<ItemDeclaration, 'id' | 'label' | 'sets'>,
  { operator, signal }: { readonly operator: Pick<Operator, 'log'>; readonly signal: AbortSignal },
  name: Name,
  value: UserSettingValueOf<Name>,
): Promise<Lasting> {
  if (!sets.includes(name)) throw kernelErrors.undeclaredSetting(id, name);
  throwIfStopped(signal);
  if (!userSettings) throw kernelErrors.noInstrument(label);
  const inWords = (): string => itemsOfSetting(userSettings.get(name)).map(short).join(' ') || 'not set';
  // What nobody has set may be taken from a property instead of the default, so the default is no "before".
  const before = userSettings.has(name) ? `was ${inWords()}` : 'had not been set';
  const lasting = await userSettings.set(name, value);
  const fate = lasting.lasts ? `It is kept in ${lasting.path}.` : `It holds for this session only: ${lasting.reason}`;
  operator.log(`${name}: ${inWords()}, ${before}. ${fate}`);
  return lasting;
}

/** A number of a setting as people read it; the file has all of its figures. */
const short = (item: string): string => (Number.isInteger(Number(item)) ? item : readable(Number(item)));
