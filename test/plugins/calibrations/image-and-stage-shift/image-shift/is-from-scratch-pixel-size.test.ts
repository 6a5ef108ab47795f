import { cameraIndex, magIndex as asMagIndex } from '../../../../../core/base';
import { Optics } from '../../../../../core/optics';
import { matrixError, runItem, trueImageShift, virtualInstrument } from '../../../../support/virtual-instrument';

const item = 'calibrations/image-and-stage-shift/is-from-scratch';
/** A small camera without any measured pixel size, whose nominal one is too large by a factor. */
const nominalWrong =
  (factor: number) =>
  (yaml: string): string =>
    yaml
      .replace('CameraSizeX: 11520', 'CameraSizeX: 960')
      .replace('CameraSizeY: 8184', 'CameraSizeY: 720')
      .replace(
        /( +FilmToCameraMagnification: )([\d.]+)/,
        (_, name: string, value: string) => `${name}${Number(value) / factor}`,
      );
const magIndex = 22;

/** An instrument at a magnification whose nominal pixel size is wrong by a factor, with one that Find Pixel Size is said to have found. */
async function setUp({ wrongBy, foundBy }: { readonly wrongBy: number; readonly foundBy: number | undefined }) {
  const instrument = await virtualInstrument({ edit: nominalWrong(wrongBy), magIndex });
  const optics = instrument.kernel.registry.get(Optics);
  const nominal = optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(0) }).nominalPixelSize! * 1e9;
  if (foundBy !== undefined)
    instrument.calibrations.shortTerm('FoundPixelSize').put({
      time: 1,
      camera: cameraIndex(0),
      magIndex: asMagIndex(magIndex),
      addedRotation: 0,
      pixelSize: nominal / foundBy,
      gridAngle: 0,
    });
  return { instrument, nominal };
}

describe('a pixel size that Find Pixel Size found', () => {
  test.each([
    [0.6, true],
    [0.7, false],
    [1.4, false],
    [1.6, true],
  ])('is asked about when the nominal one is %s times as large: %s', async (foundBy, asks) => {
    const { instrument } = await setUp({ wrongBy: 1, foundBy });
    await using held = instrument;
    const { asked } = await runItem(held, item, { 'pixel-size': 'nominal' });
    expect(asked).toEqual(asks ? ['pixel-size', 'start'] : ['start']);
  });

  test('saves a calibration whose nominal pixel size is far off', async () => {
    const { instrument } = await setUp({ wrongBy: 12, foundBy: 12 });
    await using held = instrument;
    await runItem(held, item);
    expect(
      matrixError(
        held.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))!,
        trueImageShift(held, magIndex),
      ).percent,
    ).toBeLessThan(0.5);
  });

  test('is asked about before a derived one, and the operator may cancel', async () => {
    const { instrument } = await setUp({ wrongBy: 12, foundBy: 12 });
    await using held = instrument;
    await expect(runItem(held, item, { 'pixel-size': 'derived' })).rejects.toBeDefined();
    await expect(runItem(held, item, { 'pixel-size': 'cancel' })).rejects.toMatchObject({
      code: 'image-shift/cancelled',
    });
    expect(held.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))).toBeUndefined();
  });

  test('without one, a derived one that contradicts the nominal one is asked about', async () => {
    const { instrument } = await setUp({ wrongBy: 12, foundBy: undefined });
    await using held = instrument;
    const { asked } = await runItem(held, item, { 'pixel-size': 'derived' });
    expect(asked).toEqual(['pixel-size', 'start']);
  });
});
