import { declaredMenu } from '../../app/declared-menu';
import { type MeasuredQuantity, nameOfRemedy, remedyInWords } from '../../core/consistency';
import { Cameras } from '../../core/devices';
import { itemMeasuring } from '../../core/kernel';
import { placesOf } from '../../plugins/calibrations/menu';
import { itemFiles } from '../support/item-files';
import { textOf, typescriptIn } from './source-files';

const folders = ['core', 'imaging', 'simulation', 'wires'];
const plugins = ['terminal', 'console', 'simulator', 'serialem', 'fei', 'jeol', 'hitachi', 'gatan-k2k3', 'falcon-ceta'];

/** The lines of a text that name one of some items by its whole id. */
const namings = (ids: readonly string[], text: string): readonly string[] =>
  text.split('\n').filter((line) => ids.some((id) => new RegExp(`['"\`]${id}['"\`/]`).test(line)));

/** Lines of a declaration that hold one short entry each, which says nothing of what the item does. */
const entry =
  /^ {2}(id|place|needs|not|lowDoseArea|script|questions|results|stores|measures|order|saves|anytime|administratorOnly|forecast): ?[^{\n]*,?$|^ {2}needs: \{.*\},$|^ {2}order: \{.*\},$/;

/** Number of lines of ceremony in the file of an item: its imports, the opening of its definition, and the short entries of its declaration. */
function ceremonyOf(text: string): number {
  const imports = [...text.matchAll(/^import [^;]*;$/gm)].reduce((sum, [found]) => sum + found.split('\n').length, 0);
  const lines = text.split('\n');
  return imports + lines.filter((line) => line.startsWith('export default ') || entry.test(line)).length;
}

describe('the ceremony of an item', () => {
  const counted = itemFiles('calibrations').map(({ file }) => ({
    file,
    lines: ceremonyOf(textOf(`plugins/${file}.ts`)),
  }));

  test('is counted: imports, also of several lines, the definition and the short entries', () => {
    const text = [
      "import { Administrator } from '../../../core/kernel';",
      'import {',
      '  one,',
      "} from './other';",
      '',
      'export default defineItem({',
      "  id: 'calibrations/x',",
      '  needs: { administrator: Administrator },',
      '  questions: {',
      "    keys: { kind: 'text', why: 'Because.' },",
      '  },',
      '  async run() {},',
      '});',
    ];
    expect(ceremonyOf(text.join('\n'))).toBe(7);
  });

  test('is less than ten lines in more than half of the items', () => {
    expect(counted.length).toBeGreaterThan(20);
    const sorted = [...counted].sort((one, other) => one.lines - other.lines);
    expect(sorted.slice(0, Math.floor(sorted.length / 2) + 1).filter(({ lines }) => lines >= 10)).toEqual([]);
  });
});

describe('the items of the menu', () => {
  const entries = declaredMenu();
  const ids = entries.map(({ id }) => id);

  test('are named by no file of core and by no other plugin', () => {
    const files = typescriptIn([...folders, ...plugins.map((plugin) => `plugins/${plugin}`)]);
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap((file) => namings(ids, textOf(file)).map((line) => `${file}: ${line}`))).toEqual([]);
    expect(namings(ids, "redo: 'calibrations/image-and-stage-shift/image-shift',")).toHaveLength(1);
  });

  test('are known without an instrument, and those that use a device cannot run then', () => {
    expect(entries.filter(({ declaration }) => declaration).length).toBeGreaterThan(20);
    const withDevices = entries.filter(({ declaration }) => declaration?.needs.includes(Cameras));
    expect(withDevices.length).toBeGreaterThan(5);
    expect(withDevices.filter(({ enabled }) => enabled)).toEqual([]);
  });

  test('stand in 68 places of the Calibration menu of SerialEM, and in one that it does not have', () => {
    const own = 'calibrations/focus-and-tuning/standard-focus-at-all-mags';
    expect([...placesOf.keys()].filter((id) => id !== own)).toHaveLength(68);
    expect(placesOf.has(own)).toBe(true);
  });

  test('measure or mend every quantity that a contradiction may leave in doubt', () => {
    const quantities: Record<MeasuredQuantity, string> = {
      'image shift': 'calibrations/image-and-stage-shift/image-shift',
      'stage shift': 'calibrations/image-and-stage-shift/stage-shift',
      'pixel size': 'calibrations/pixel-size/find-pixel-size',
      'quarter turns': 'calibrations/pixel-size/add-n90-to-a-rotation',
      crossover: 'calibrations/beam-and-spot/beam-crossover',
      'beam intensity': 'calibrations/beam-and-spot/beam-intensity',
      'spot intensity': 'calibrations/beam-and-spot/spot-intensity',
      'beam shift': 'calibrations/beam-and-spot/beam-shift',
      'beam size': 'calibrations/beam-and-spot/beam-size',
      'condenser aperture': 'calibrations/set-aperture-size',
      dose: 'calibrations/electron-dose',
      'energy shifts': 'calibrations/mag-energy-shifts',
    };
    for (const [quantity, id] of Object.entries(quantities)) expect(itemMeasuring(entries)(quantity)).toBe(id);
  });
});

describe('a remedy', () => {
  const none = () => undefined;

  test('names the item where the menu has one', () => {
    expect(remedyInWords({ measure: 'stage shift' }, () => 'a/b')).toBe('Run again: a/b');
    expect(nameOfRemedy({ measure: 'quarter turns', correct: 'RotationAndPixel' }, () => 'a/b')).toBe('a/b');
  });

  test('names the quantity or the property where it has none', () => {
    expect(remedyInWords({ measure: 'stage shift' }, none)).toBe('Measure again: stage shift');
    expect(nameOfRemedy({ measure: 'stage shift' }, none)).toBe('stage shift');
    expect(remedyInWords({ measure: 'quarter turns', correct: 'RotationAndPixel' }, none)).toBe(
      'Look at: RotationAndPixel',
    );
    expect(remedyInWords({ correct: 'MagnificationTable' }, () => 'a/b')).toBe('Look at: MagnificationTable');
  });
});
