import { findPatch } from '../../../../../plugins/calibrations/tasks/shift-offset/patch-search';
import { countsOf, PlaneWaves } from '../../../../support/scenes/plane-waves';

describe('a narrow image in a wide one', () => {
  test('is found where pixel size and rotation are wrong by more than the search alone bears', () => {
    const specimen = new PlaneWaves(3, { count: 400 });
    const wide = countsOf(
      specimen.show(384, { scale: 1, rotation: 0, shift: { x: 0, y: 0 } }, () => 1, 0.15),
      384,
      50,
      1,
    );
    const place = { x: 12, y: -7 };
    const narrow = countsOf(
      specimen.show(256, { scale: 0.627, rotation: 3.5, shift: place }, () => 1, 0.15),
      256,
      50,
      2,
    );
    const found = findPatch({ wide, narrow, pixelRatio: 0.6, rotation: 0, within: 60 });
    expect(found).toMatchObject({
      place: { x: expect.closeTo(place.x, 0) as number, y: expect.closeTo(place.y, 0) as number },
    });
  });
});
