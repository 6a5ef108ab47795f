import path from 'node:path';
import type { ItemDefinition } from '../../core/kernel';
import { placesOf } from '../../plugins/calibrations/menu';
import { taskPlaces } from '../../plugins/calibrations/task-list';
import { describeDeclaration as describeDeclarationOf } from '../../testing/describe-declaration';
import * as suite from '../../testing/describe-menu-item';
import { itemFiles } from '../support/item-files';
import { projectFolder } from '../support/project-folder';

export type { MenuItemCase } from '../../testing/describe-menu-item';

/** Suite of an item or task that comes with the program: that of every item, and its place in file, menu and order of work. */
export function describeMenuItem(id: string, given: suite.MenuItemCase = {}): void {
  describe(`menu item ${id}`, () => {
    describeDeclaration(id);
    describeRuns(id, given);
  });
}

/** The part that runs nothing: place, name, sentences, questions and results of an item. */
export function describeDeclaration(id: string, root = projectFolder): void {
  const found = itemFiles(id.split('/')[0]!, root).find(({ definition }) => definition.declaration.id === id);
  const definition = (): ItemDefinition => {
    if (!found) throw new Error(`No file of the plugin has the item ${id} as its default export.`);
    return found.definition;
  };

  test('is declared in the file that its id names', () => {
    expect(definition().declaration.id).toBe(id);
    expect(path.posix.basename(found!.file)).toBe(path.posix.basename(id));
  });

  describeDeclarationOf(definition, (each) => placesOf.get(each) ?? taskPlaces.get(each));

  test('names only items that there are in its order of work', () => {
    const { after = [], insteadOf } = definition().declaration.order ?? { step: 'saving' };
    const ids = [...placesOf.keys()];
    const named = [...after, ...(insteadOf === undefined ? [] : [insteadOf])];
    expect(named.filter((each) => !ids.some((known) => known === each || known.endsWith(`/${each}`)))).toEqual([]);
  });
}

/** The part that runs the item on the virtual microscope. */
export const describeRuns = (id: string, given: suite.MenuItemCase): void =>
  suite.describeRuns(id, given, (each) => placesOf.has(each) || taskPlaces.has(each));
