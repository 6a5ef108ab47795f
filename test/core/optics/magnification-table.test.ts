import { magIndex } from '../../../core/base';
import { fc } from '../../support/properties';
import { MagnificationTable, type OpticsProperties, highestMagIndex } from '../../../core/optics';
import { camera, properties, traits } from './instrument';

const plain = camera(0);
const filtered = camera(1, { behindFilter: true });
const scanning = camera(2, { stem: true });
const table = (
  more: Parameters<typeof properties>[0] = {},
  moreTraits: Partial<typeof traits> = {},
): MagnificationTable => new MagnificationTable(properties(more) as OpticsProperties, { ...traits, ...moreTraits });

test('a camera has the magnification of its own column', () => {
  const given = table({ stemMagnifications: [{ index: 3, magnification: 12.5 }] });
  expect(given.magnificationFor(plain, magIndex(3))).toBe(500);
  expect(given.magnificationFor(filtered, magIndex(3))).toBe(1000);
  expect(given.magnificationFor(scanning, magIndex(3))).toBe(12.5);
  expect(given.magnificationFor(scanning, magIndex(4))).toBe(0);
  expect(given.indexes(scanning)).toEqual([3]);
});

test('low magnification ends at its own index for each kind of camera', () => {
  const given = table({ lowestRegularStem: [3, 25], lowestMicroStem: 20 });
  expect([4, 5].map((index) => given.isLowMagnification(plain, magIndex(index)))).toEqual([true, false]);
  expect([5, 6].map((index) => given.isLowMagnification(filtered, magIndex(index)))).toEqual([true, false]);
  expect([2, 3, 19, 20, 24, 25].map((index) => given.isLowMagnification(scanning, magIndex(index)))).toEqual([
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
    expect(table().canTransferImageShift(magIndex(1), magIndex(4), plain)).toBe(true);
    expect(table().canTransferImageShift(magIndex(4), magIndex(5), plain)).toBe(false);
    expect(table().canTransferImageShift(magIndex(5), magIndex(4), plain)).toBe(false);
    expect(table().canTransferImageShift(magIndex(5), magIndex(10), plain)).toBe(true);
    expect(table().canTransferImageShift(magIndex(4), magIndex(5), filtered)).toBe(true);
    expect(table().canTransferImageShift(magIndex(5), magIndex(6), filtered)).toBe(false);
  });
  test('except across the boundaries that the site names, and a secondary range', () => {
    const given = table({ otherShiftBoundaries: [8], lowestSecondary: 10 });
    expect(given.shiftBoundaries(plain)).toEqual([5, 8, 10]);
    expect(given.shiftBoundaries(filtered)).toEqual([6, 8, 10]);
    expect(given.canTransferImageShift(magIndex(7), magIndex(8), plain)).toBe(false);
    expect(given.canTransferImageShift(magIndex(8), magIndex(9), plain)).toBe(true);
    expect(given.canTransferImageShift(magIndex(9), magIndex(10), plain)).toBe(false);
  });
  test('nowhere with a projector deflector, and nowhere within a secondary range of its own kind', () => {
    expect(table({}, { usesProjectorForImageShift: true }).canTransferImageShift(magIndex(8), magIndex(9), plain)).toBe(
      false,
    );
    const secondary = table({ lowestSecondary: 8 }, { secondaryMagnificationsDiffer: true });
    expect(secondary.canTransferImageShift(magIndex(6), magIndex(7), plain)).toBe(true);
    expect(secondary.canTransferImageShift(magIndex(9), magIndex(10), plain)).toBe(false);
  });
  test('for scanning cameras everywhere but across their own boundaries', () => {
    const given = table({ otherShiftBoundaries: [8], lowestRegularStem: [4, 24], lowestMicroStem: 20 });
    expect(given.canTransferImageShift(magIndex(7), magIndex(9), scanning)).toBe(true);
    expect(given.canTransferImageShift(magIndex(3), magIndex(4), scanning)).toBe(false);
    expect(given.canTransferImageShift(magIndex(23), magIndex(24), scanning)).toBe(false);
  });
  test('between cameras only when neither is in low magnification without the other', () => {
    expect(table().canTransferBetween(magIndex(6), plain, magIndex(6), filtered)).toBe(true);
    expect(table().canTransferBetween(magIndex(5), plain, magIndex(5), filtered)).toBe(false);
    expect(table().canTransferBetween(magIndex(4), plain, magIndex(4), scanning)).toBe(false);
  });
  test('the same both ways, and whenever it does over a wider span', () => {
    const given = table({ otherShiftBoundaries: [8, 30, 77] });
    const index = fc.integer({ min: 1, max: highestMagIndex });
    fc.assert(
      fc.property(index, index, index, (a, b, c) => {
        expect(given.canTransferImageShift(magIndex(a), magIndex(b), plain)).toBe(
          given.canTransferImageShift(magIndex(b), magIndex(a), plain),
        );
        const [low, middle, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        const whole = given.canTransferImageShift(magIndex(low), magIndex(high), plain);
        expect(whole).toBe(
          given.canTransferImageShift(magIndex(low), magIndex(middle), plain) &&
            given.canTransferImageShift(magIndex(middle), magIndex(high), plain),
        );
      }),
    );
  });
});

test('searches stay within the range', () => {
  const given = table({ lowestSecondary: 8 });
  expect(given.rangeOf(plain, magIndex(3))).toEqual({ lowest: 1, highest: 7 });
  expect(given.rangeOf(plain, magIndex(8))).toEqual({ lowest: 8, highest: 119 });
  expect(given.nearest(plain, magIndex(6)).slice(0, 4)).toEqual([5, 7, 4, 3]);
  expect(given.nearest(plain, magIndex(6))).not.toContain(8);
  expect(table({ lowestMicroStem: 20 }).rangeOf(scanning, magIndex(21))).toEqual({ lowest: 20, highest: 119 });
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
