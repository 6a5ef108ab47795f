import { readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type MenuItemClass, declarationOf, definePlugin } from '../../core/kernel';
import { tellDoubts } from './doubts';
import { arrange } from './menu';
import { provideShared } from './shared/services';

const options = z.strictObject({
  adjustImageShiftBetweenMags: z
    .boolean()
    .default(false)
    .describe(
      'Whether the image-shift offsets that keep a feature centred from one magnification to the next are applied from the start of the program on.',
    ),
});
type Options = z.infer<typeof options>;

/** The Calibration menu: every file in the folder of a submenu is one item, found by looking, so that adding one edits no other file. */
export default definePlugin<Options>({
  id: 'calibrations',
  summary: 'The items of the Calibration menu.',
  options,
  apply(host) {
    provideShared(host, host.options);
    tellDoubts(host);
    const built = new Set<string>();
    for (const itemClass of itemClasses()) {
      const { menu, label } = declarationOf(itemClass)!;
      host.menuItem(itemClass);
      built.add([...menu, label].join('\n'));
    }
    arrange(host, built);
  },
});

/** The item classes in all submenu folders; `shared` holds what several of them use. */
function itemClasses(): readonly MenuItemClass[] {
  const ending = path.extname(__filename);
  return readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .flatMap((folder) =>
      readdirSync(path.join(__dirname, folder.name))
        .filter((file) => file.endsWith(ending) && !file.endsWith(`.d${ending}`))
        .sort()
        .map((file) => {
          const loaded = require(path.join(__dirname, folder.name, file)) as { default?: MenuItemClass };
          if (!loaded.default || !declarationOf(loaded.default))
            throw new Error(`${folder.name}/${file} does not export a menu item as its default export`);
          return loaded.default;
        }),
    );
}
