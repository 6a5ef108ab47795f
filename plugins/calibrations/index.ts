import { readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type ItemDefinition, type PluginHost, definePlugin, isItemDefinition, withHelpPage } from '../../core/kernel';
import { placesOf, showMenu } from './menu';
import { showTasks, taskFolder, taskPlaces } from './task-list';

const options = z.strictObject({
  adjustImageShiftBetweenMags: z
    .boolean()
    .default(false)
    .describe(
      'Whether the image-shift offsets that keep a feature centred from one magnification to the next are applied from the start of the program on.',
    ),
});
type Options = z.infer<typeof options>;

/** The Calibration menu: every file in the folder of a submenu is one item, found by looking, so that adding one edits no other file; a Markdown file of the same name is its help page. The tasks beside it are the files of their folder. */
export default definePlugin<Options>({
  id: 'calibrations',
  summary: 'The items of the Calibration menu, and the tasks beside it.',
  options,
  apply(host) {
    for (const provide of roomProviders()) provide(host, host.options);
    const items = itemDefinitions();
    for (const item of items) {
      const { id } = item.declaration;
      host.menuItem(item, placesOf.get(id) ?? taskPlaces.get(id));
    }
    const built = new Set(items.map(({ declaration }) => declaration.id));
    showMenu(host, built);
    showTasks(host, built);
  },
});

/** The function that a room's provide.ts exports. */
type Provide = (host: PluginHost<Options>, options: Options) => void;

/** The files below this folder, in a fixed order, without type declarations. */
function filesBelow(folder: string): readonly string[] {
  const ending = path.extname(__filename);
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(place);
      return entry.name.endsWith(ending) && !entry.name.endsWith(`.d${ending}`) ? [place] : [];
    });
}

let listed: readonly string[] | undefined;
/** The files of this plugin, which stay the same while the program runs. */
const ownFiles = (): readonly string[] => (listed ??= filesBelow(__dirname));

/** The providers of all rooms: every file provide.ts below this folder, which hands out what the items of the room share. */
const roomProviders = (): readonly Provide[] =>
  ownFiles()
    .filter((file) => path.parse(file).name === 'provide')
    .map((file) => (require(file) as { provide: Provide }).provide);

/** The items and tasks: every file in a folder of this one, or anywhere below that of the tasks, whose default export is one. */
const itemDefinitions = (): readonly ItemDefinition[] =>
  ownFiles()
    .filter(
      (file) =>
        path.dirname(path.dirname(file)) === __dirname || file.startsWith(path.join(__dirname, taskFolder) + path.sep),
    )
    .flatMap((file) => {
      const loaded = require(file) as { default?: unknown };
      return isItemDefinition(loaded.default) ? [withHelpPage(loaded.default, file)] : [];
    });
