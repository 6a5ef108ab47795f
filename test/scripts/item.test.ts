import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { allItems, findItem, testsFor } from '../../scripts/item';
import { projectFolder } from '../support/project-folder';

const { itemOfTest } = require('../../scripts/item-tests') as { itemOfTest(test: string): string | undefined };
const items = allItems();

test.each([
  'find-pixel-size',
  'pixel-size/find-pixel-size',
  'calibrations/pixel-size/find-pixel-size',
  'Find Pixel Size',
  'find pixel size',
  'plugins/calibrations/pixel-size/find-pixel-size.ts',
  './plugins/calibrations/pixel-size/find-pixel-size.ts',
])('an item is found by "%s"', (name) => expect(findItem(name, items).place).toBe('pixel-size/find-pixel-size'));

test('a name that no item has is answered with the nearest one, and one of several items with all of them', () => {
  expect(() => findItem('find-pixl-size', items)).toThrow(
    'There is no item "find-pixl-size". Did you mean "find-pixel-size"?',
  );
  expect(() => findItem('', items)).toThrow('There is no item');
  const two = ['a', 'b'].map((folder) => ({ id: `x/${folder}/same`, label: 'Same', place: `${folder}/same` }));
  expect(() => findItem('same', two)).toThrow('"same" names x/a/same and x/b/same; write one of these ids.');
});

describe('the tests of an item', () => {
  test('are those of its name, of names that begin with it, and of its folder', () => {
    const tests = testsFor('image-and-stage-shift/stage-shift').map((test) => path.posix.basename(test));
    expect(tests).toEqual(
      expect.arrayContaining(['stage-shift.test.ts', 'stage-shift-worlds.test.ts', 'stage-shift-plan.test.ts']),
    );
    expect(tests).not.toContain('image-shift.test.ts');
    const folder = 'test/plugins/calibrations/image-and-stage-shift';
    expect(itemOfTest(`${folder}/image-shift-fooled.test.ts`)).toBe('image-and-stage-shift/image-shift');
    expect(itemOfTest(`${folder}/stage-shift/plan.test.ts`)).toBe('image-and-stage-shift/stage-shift');
    expect(itemOfTest(`${folder}/offsets/mag-is-offsets-modes.test.ts`)).toBe('image-and-stage-shift/mag-is-offsets');
    expect(itemOfTest(`${folder}/offsets/list-mag-is-offsets.test.ts`)).toBe(
      'image-and-stage-shift/list-mag-is-offsets',
    );
    expect(itemOfTest(`${folder}/settling/settling-search.test.ts`)).toBeUndefined();
    expect(itemOfTest('test/wires/com/com.test.ts')).toBeUndefined();
    expect(itemOfTest('test/plugins/calibrations/tasks/beam/centre-beam-from-image.test.ts')).toBe(
      'tasks/beam/centre-beam-from-image',
    );
  });

  test.each(items.map(({ id, place }) => [id, place]))('of %s hold it to what every item is held to', (_id, place) => {
    const tests = testsFor(place);
    expect(tests.filter((test) => !existsSync(path.join(projectFolder, test)))).toEqual([]);
    expect(
      tests.filter((test) => readFileSync(path.join(projectFolder, test), 'utf8').includes('describeMenuItem(')),
    ).not.toEqual([]);
  });
});
