import fc from 'fast-check';
import { MagnificationTable, highestMagIndex } from '../../../core/optics';
import { camera, properties, traits } from './instrument';

const plain = camera(0);
const filtered = camera(1, { behindFilter: true });
const scanning = camera(2, { stem: true });
const table = (
  more: Parameters<typeof properties>[0] = {},
  moreTraits: Partial<typeof traits> = {},
): MagnificationTable => new MagnificationTable(properties(more), { ...traits, ...moreTraits });

test('a camera has the magnification of its own column', () => {
  const given = table({ stemMagnifications: [{ index: 3, magnification: 12.5 }] });
  expect(given.magnificationFor(plain, 3)).toBe(500);
  expect(given.magnificationFor(filtered, 3)).toBe(1000);
  expect(given.magnificationFor(scanning, 3)).toBe(12.5);
  expect(given.magnificationFor(scanning, 4)).toBe(0);
  expect(given.indexes(scanning)).toEqual([3]);
});

test('low magnification ends at its own index for each kind of camera', () => {
  const given = table({ lowestRegularStem: [3, 25], lowestMicroStem: 20 });
  expect([4, 5].map((index) => given.isLowMagnification(plain, index))).toEqual([true, false]);
  expect([5, 6].map((index) => given.isLowMagnification(filtered, index))).toEqual([true, false]);
  expect([2, 3, 19, 20, 24, 25].map((index) => given.isLowMagnification(scanning, index))).toEqual([
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
});

describe('image shift carries over', () => {
  test('except across the low-magnification boundary', () => {
    expect(table().canTransferImageShift(1, 4, plain)).toBe(true);
    expect(table().canTransferImageShift(4, 5, plain)).toBe(false);
    expect(table().canTransferImageShift(5, 4, plain)).toBe(false);
    expect(table().canTransferImageShift(5, 10, plain)).toBe(true);
    expect(table().canTransferImageShift(4, 5, filtered)).toBe(true);
    expect(table().canTransferImageShift(5, 6, filtered)).toBe(false);
  });
  test('except across the boundaries that the site names, and a secondary range', () => {
    const given = table({ otherShiftBoundaries: [8], lowestSecondary: 10 });
    expect(given.shiftBoundaries(plain)).toEqual([5, 8, 10]);
    expect(given.shiftBoundaries(filtered)).toEqual([6, 8, 10]);
    expect(given.canTransferImageShift(7, 8, plain)).toBe(false);
    expect(given.canTransferImageShift(8, 9, plain)).toBe(true);
    expect(given.canTransferImageShift(9, 10, plain)).toBe(false);
  });
  test('nowhere with a projector deflector, and nowhere within a secondary range of its own kind', () => {
    expect(table({}, { usesProjectorForImageShift: true }).canTransferImageShift(8, 9, plain)).toBe(false);
    const secondary = table({ lowestSecondary: 8 }, { secondaryMagnificationsDiffer: true });
    expect(secondary.canTransferImageShift(6, 7, plain)).toBe(true);
    expect(secondary.canTransferImageShift(9, 10, plain)).toBe(false);
  });
  test('for scanning cameras everywhere but across their own boundaries', () => {
    const given = table({ otherShiftBoundaries: [8], lowestRegularStem: [4, 24], lowestMicroStem: 20 });
    expect(given.canTransferImageShift(7, 9, scanning)).toBe(true);
    expect(given.canTransferImageShift(3, 4, scanning)).toBe(false);
    expect(given.canTransferImageShift(23, 24, scanning)).toBe(false);
  });
  test('between cameras only when neither is in low magnification without the other', () => {
    expect(table().canTransferBetween(6, plain, 6, filtered)).toBe(true);
    expect(table().canTransferBetween(5, plain, 5, filtered)).toBe(false);
    expect(table().canTransferBetween(4, plain, 4, scanning)).toBe(false);
  });
  test('the same both ways, and whenever it does over a wider span', () => {
    const given = table({ otherShiftBoundaries: [8, 30, 77] });
    const index = fc.integer({ min: 1, max: highestMagIndex });
    fc.assert(
      fc.property(index, index, index, (a, b, c) => {
        expect(given.canTransferImageShift(a, b, plain)).toBe(given.canTransferImageShift(b, a, plain));
        const [low, middle, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        const whole = given.canTransferImageShift(low, high, plain);
        expect(whole).toBe(
          given.canTransferImageShift(low, middle, plain) && given.canTransferImageShift(middle, high, plain),
        );
      }),
    );
  });
});

test('searches stay within the range', () => {
  const given = table({ lowestSecondary: 8 });
  expect(given.rangeOf(plain, 3)).toEqual({ lowest: 1, highest: 7 });
  expect(given.rangeOf(plain, 8)).toEqual({ lowest: 8, highest: 119 });
  expect(given.nearest(plain, 6).slice(0, 4)).toEqual([5, 7, 4, 3]);
  expect(given.nearest(plain, 6)).not.toContain(8);
  expect(table({ lowestMicroStem: 20 }).rangeOf(scanning, 21)).toEqual({ lowest: 20, highest: 119 });
});

describe('finding a magnification by its value', () => {
  test('takes the nearest within 0.35 of the spacing on that side', () => {
    expect(table().find(4000, plain)).toBe(6);
    expect(table().find(5399, plain)).toBe(6);
    expect(table().find(5401, plain)).toBeUndefined();
    expect(table().find(3301, plain)).toBe(6);
    expect(table().find(3299, plain)).toBeUndefined();
    expect(table().find(8000, filtered)).toBe(6);
  });
  test('above the highest it goes by the spacing below', () => {
    expect(table().find(70000, plain)).toBe(10);
    expect(table().find(71000, plain)).toBeUndefined();
  });
  test('of two equal ones the one in low magnification loses', () => {
    const rows = properties().magnifications.map((row) => (row.index === 4 ? { ...row, film: 2000 } : row));
    expect(table({ magnifications: rows }).find(2000, plain)).toBe(5);
  });
  test('finds nothing in an empty table and only itself in a table of one', () => {
    expect(table({ magnifications: [] }).find(1000, plain)).toBeUndefined();
    const one = properties().magnifications.slice(0, 1);
    expect(table({ magnifications: one }).find(100, plain)).toBe(1);
    expect(table({ magnifications: one }).find(101, plain)).toBeUndefined();
  });
  test('finds every magnification of a table by its own value', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 2_000_000 }), { minLength: 1, maxLength: 40 }), (values) => {
        const magnifications = values
          .sort((a, b) => a - b)
          .map((film, at) => ({ index: at + 1, film, rotation: 0, eftem: film, eftemRotation: 0 }));
        const given = table({ magnifications });
        values.forEach((value, at) => expect(given.find(value, plain)).toBe(at + 1));
      }),
    );
  });
});
