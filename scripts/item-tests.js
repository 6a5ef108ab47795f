/**
 * The rule by which the tests of a menu item are found, for `npm run item`, for the long statistics and for the figures of `.ci/run`:
 * of the item in plugins/calibrations/FOLDER/NAME.ts they are those in test/plugins/calibrations/FOLDER whose file or folder has the name
 * NAME, or a name that begins with it and a hyphen. Where the names of two items fit, the longer one counts.
 */
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const items = 'plugins/calibrations';
const tests = 'test/plugins/calibrations';

/** Places of all menu items, such as `pixel-size/find-pixel-size`: the files right in the folder of a submenu, or anywhere below that of the tasks. */
function itemPlaces() {
  return fs
    .readdirSync(path.join(root, items), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .flatMap(({ name }) =>
      fs
        .readdirSync(path.join(root, items, name), { recursive: name === 'tasks', encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && exportsItem(path.join(root, items, name, file)))
        .map((file) => `${name}/${file.slice(0, -'.ts'.length).split(path.sep).join('/')}`),
    );
}

const nameOf = (place) => path.posix.basename(place);

const exportsItem = (file) => /^export default /m.test(fs.readFileSync(file, 'utf8'));

/** The place of the item that a test file is about; undefined for all others. */
function itemOfTest(test, places = itemPlaces()) {
  if (!test.startsWith(`${tests}/`)) return undefined;
  const [folder, ...way] = test
    .replace(/\.test\.ts$/, '')
    .slice(tests.length + 1)
    .split('/');
  const own = places.filter((place) => place.split('/')[0] === folder);
  // The file's own name tells more than the folders in which it lies.
  for (const name of way.reverse()) {
    const [found] = own
      .filter((place) => name === nameOf(place) || name.startsWith(`${nameOf(place)}-`))
      .sort((one, other) => other.length - one.length);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The test files of an item, as paths from the root. */
function testsOfItem(place, places = itemPlaces()) {
  const folder = path.join(tests, path.posix.dirname(place));
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file.split(path.sep).join('/')}`)
    .filter((test) => itemOfTest(test, places) === place)
    .sort();
}

module.exports = { itemPlaces, itemOfTest, testsOfItem };
