import {
  apply,
  imageShiftUnits,
  length,
  magIndex as asMagIndex,
  micrometres,
  subtract,
  vector,
} from '../../../core/base';
import { takeImage } from '../../../core/acquisition';
import { Cameras, Stage } from '../../../core/devices';
import { ImageShiftControl, Optics } from '../../../core/optics';
import { placeOfMark } from '../../../core/registration';
import { trueImageShift, trueStage, virtualInstrument } from '../../support/virtual-instrument';

const magIndex = asMagIndex(22);

test.each([
  [0, 0, 0, 0],
  [30, -20, 0, 0],
  [30, -20, 0.6, -0.4],
])('with the stage at %d, %d um and image shift %d, %d, a feature has its place on the stage', async (x, y, u, v) => {
  await using instrument = await virtualInstrument({ magIndex, simulator: { specimen: 'film' } });
  const { registry } = instrument.kernel;
  const camera = registry.get(Cameras).selected.traits;
  const [stage, shift] = [trueStage(instrument, magIndex), trueImageShift(instrument, magIndex)];
  instrument.calibrations.stage.set(magIndex, camera.index, stage);
  instrument.calibrations.imageShift.set(magIndex, camera.index, shift);
  await registry.get(Stage).move({ x: micrometres(x), y: micrometres(y) });
  await registry.get(ImageShiftControl).net.write(vector(imageShiftUnits(u), imageShiftUnits(v)));
  const image = (await takeImage(instrument.session, 'Trial'))!;
  // Where a feature at this place of the stage appears, by the equation that all calibrations share.
  const feature = { x: x + u + 1.5, y: y + v - 2 };
  const seen = subtract(apply(stage, subtract(feature, { x, y })), apply(shift, { x: u, y: v }));
  const { area, binning } = image.frame.exposure;
  const raster = {
    column: (camera.width / 2 + seen.x - area.left) / binning - 0.5,
    row: (camera.height / 2 - seen.y - area.top) / binning - 0.5,
  };
  const place = placeOfMark(registry.get(Optics), registry.get(Cameras), image, raster);
  // The stage does not stop exactly where it was sent.
  expect(length(subtract(place, feature))).toBeLessThan(0.3);
});

test('an image without a stage position, or without a calibration of the stage, gives none', async () => {
  await using instrument = await virtualInstrument({ magIndex, simulator: { specimen: 'film' } });
  const { registry } = instrument.kernel;
  const image = (await takeImage(instrument.session, 'Trial'))!;
  const place = (given: typeof image, optics: Pick<Optics, 'at' | 'specimenToStage'>) => () =>
    placeOfMark(optics, registry.get(Cameras), given, { row: 0, column: 0 });
  const { stage: _, ...context } = image.context;
  const optics = registry.get(Optics);
  expect(place({ ...image, context }, optics)).toThrow(
    expect.objectContaining({ code: 'registration/no-stage-position' }) as Error,
  );
  const without = Object.create(optics.at({ magIndex, camera: image.frame.camera }), {
    stageToCamera: { value: undefined },
  }) as ReturnType<Optics['at']>;
  expect(place(image, { at: () => without, specimenToStage: () => optics.specimenToStage() })).toThrow(
    expect.objectContaining({ code: 'registration/no-stage-calibration' }) as Error,
  );
});
