import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type ItemDefinition, isItemDefinition } from '../../core/kernel';
import { taskFolder } from '../../plugins/calibrations/task-list';
import { projectFolder } from './project-folder';

/** An item of a plugin with its file, as a path from `plugins/` without the ending. */
export interface ItemFile {
  readonly file: string;
  readonly definition: ItemDefinition;
}

/** The items and tasks of a plugin, found by looking as the plugin does: every file in one of its folders, or anywhere below that of the tasks, whose default export is one. */
export function itemFiles(plugin: string, root = projectFolder): readonly ItemFile[] {
  const folder = path.join(root, 'plugins', plugin);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(path.join(folder, name), { recursive: name === taskFolder, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) => {
          const { default: definition } = require(path.join(folder, name, file)) as { default?: unknown };
          return isItemDefinition(definition)
            ? [{ file: `${plugin}/${name}/${file.slice(0, -'.ts'.length)}`, definition }]
            : [];
        }),
    );
}
