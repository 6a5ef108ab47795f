import { declaredMenu } from '../../app/declared-menu';
import { type MeasuredQuantity, nameOfRemedy, remedyInWords } from '../../core/consistency';
import { Cameras } from '../../core/devices';
import { itemMeasuring } from '../../core/kernel';
import { textOf, typescriptIn } from './source-files';

const folders = ['core', 'imaging', 'simulation', 'wires'];
const plugins = ['terminal', 'console', 'simulator', 'serialem', 'fei', 'jeol', 'hitachi', 'gatan-k2k3', 'falcon-ceta'];

/** The lines of a text that name one of some items by its whole id. */
const namings = (ids: readonly string[], text: string): readonly string[] =>
  text.split('\n').filter((line) => ids.some((id) => new RegExp(`['"\`]${id}['"\`/]`).test(line)));

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

  test('measure or mend every quantity that a contradiction may leave in doubt', () => {
    const quantities: Record<MeasuredQuantity, string> = {
      'image shift': 'calibrations/image-and-stage-shift/image-shift',
      'stage shift': 'calibrations/image-and-stage-shift/stage-shift',
      'pixel size': 'calibrations/pixel-size/find-pixel-size',
      'quarter turns': 'calibrations/pixel-size/add-n90-to-a-rotation',
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
