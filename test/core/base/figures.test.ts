import { readable, readableMatrix, withError } from '../../../core/base';
import { overlyPrecise } from '../../../testing/reading-figures';

test.each([
  [1234.5, '1235'],
  [-810.351, '-810'],
  [0.012345, '0.0123'],
  [0, '0'],
  [2.3e-9, '2.3e-9'],
  [Infinity, 'beyond all limits'],
  [NaN, 'not known'],
])('a number such as %f is written as %s', (number, text) => {
  expect(readable(number)).toBe(text);
});

test('decimals that make no sense are left out, and what is as good as zero is zero', () => {
  expect([readable(0.34567, 1), readable(-3e-17, 2), readable(-0.004, 2), readable(26.64, 2)]).toEqual([
    '0.3',
    '0',
    '0',
    '26.6',
  ]);
});

test('two figures of the standard error decide those of the value', () => {
  expect(withError(-149.788, 0.0406)).toBe('-149.788 +- 0.041');
  expect(withError(1171.88, 3.2)).toBe('1171.9 +- 3.2');
  expect(withError(1171.88, 320)).toBe('1172 +- 320');
  expect([withError(2.7623, 0), withError(2.7623, NaN)]).toEqual(['2.76', '2.76']);
});

test('a matrix is written row by row', () => {
  const matrix = { xpx: -149.788, xpy: -810.351, ypx: 767.266, ypy: 0.00001 };
  expect(readableMatrix(matrix)).toBe('-150, -810, 767, 0');
  expect(readableMatrix(matrix, { xpx: 0.041, xpy: 0.066, ypx: 0.066, ypy: 0.11 })).toBe(
    '-149.788 +- 0.041, -810.351 +- 0.066, 767.266 +- 0.066, 0.00 +- 0.11',
  );
});

test('numbers with more figures than anybody reads are found in a text', () => {
  expect(overlyPrecise('Range 0.0506 px, 12.3 %, version 1.2.3, 2026-03-09, -149.788 +- 0.041')).toEqual([]);
  expect(overlyPrecise('matrix -149.788 and 0.05062, 167.54 +- 0.1')).toEqual(['-149.788', '0.05062', '167.54']);
  expect(overlyPrecise('RotationAndPixel 17 12.345 999 5.1234')).toEqual([]);
});
