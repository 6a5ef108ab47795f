import { value } from '../../../../core/kernel';
import { matrixOf } from '../../../../plugins/console/server/matrices';

test('axes are lengths on the specimen where the matrix counts in pixels, and plain numbers where it relates two shifts', () => {
  const values = ['xpx', 'xpy', 'ypx', 'ypy'].map((name, at) => ({ name, value: [3, 0, 4, 5][at]! }));
  const of = (unit?: string) =>
    matrixOf(
      { conditions: { pixelSizeNanometres: 2 } },
      values,
      new Map([['xpx', value.quantity('Element.', unit === undefined ? {} : { unit })]]),
    );
  expect(of('px per unit')!.axes[0]).toMatchObject({ length: 10, unit: 'nm per unit' });
  expect(of()!.axes[0]).toMatchObject({ length: 5, unit: '' });
});
