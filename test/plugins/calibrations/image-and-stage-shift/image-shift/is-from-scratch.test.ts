import { cameraIndex, magIndex as asMagIndex } from '../../../../../core/base';
import { ScriptedOperator } from '../../../../../core/kernel';
import { Optics } from '../../../../../core/optics';
import { normalizedErrors } from '../../../../../statistics/harness/pooling';
import { fromScratch } from '../../../../../statistics/support/image-shift';
import { cameraOf } from '../../../../../statistics/support/small-camera';
import table from '../../../../../statistics/tables/image-shift/is-from-scratch';
import pixelSizes from '../../../../../statistics/tables/image-shift/is-from-scratch-pixel-sizes';
import standardErrors from '../../../../../statistics/tables/image-shift/is-from-scratch-standard-errors';
import { matrixError, runItem, trueImageShift, virtualInstrument } from '../../../../support/virtual-instrument';

/** Images of 192 pixels show what larger ones show; the long statistics take those of the whole camera. */
const smallCamera = cameraOf(768);

describe('IS from Scratch', () => {
  const found: { readonly percent: number }[] = [];

  /** The long statistics measure the same with 200 seeds. */
  test.each([1, 2, 3])('recovers the truth of seed %i', async (seed) => {
    const { errors, verdict } = await table.measure(seed, '', smallCamera);
    const each = errors as { readonly percent: number; readonly degrees: number };
    found.push(each);
    expect(each.percent).toBeLessThan(0.3);
    expect(each.degrees).toBeLessThan(0.1);
    expect(verdict).toBe('good');
  });

  test('has a mean error below 0.1 %', () => {
    expect(found).toHaveLength(3);
    expect(found.reduce((sum, { percent }) => sum + percent, 0) / found.length).toBeLessThan(0.1);
  });

  /** The long statistics measure the same with 10 seeds, and more factors. */
  test.each([
    'mirrored axes of unequal gain',
    'a pixel size 0.3 times the true one',
    'a pixel size 9 times the true one, and large shifts',
  ])('with %s recovers the truth, or stores nothing', async (row) => {
    expect((await pixelSizes.measure(11, row, smallCamera)).faults).toEqual([]);
  });

  /** The long statistics hold the share within two standard errors, over 50 seeds of each row. */
  test('states errors that hold with little light, a drift that dies away and slow settling', async () => {
    const z = normalizedErrors([await standardErrors.measure(1, 'all together', smallCamera)]);
    expect(z).toHaveLength(4);
    // A run alone says little: chance takes four components beyond this once in some thousand runs.
    expect(Math.max(...z.map(Math.abs))).toBeLessThan(5);
  });

  test('says so when the image hardly moves', async () => {
    await using instrument = await virtualInstrument({
      simulator: {
        seed: 12,
        pixelScaleError: 9,
        imageShiftToSpecimen: [
          [0.4, 0],
          [0, 0.4],
        ],
      },
      magIndex: 24,
      edit: smallCamera,
    });
    await expect(runItem(instrument, fromScratch)).rejects.toMatchObject({
      code: 'image-shift/displacement-too-small',
    });
    expect(instrument.calibrations.imageShift.get(asMagIndex(24), cameraIndex(0))).toBeUndefined();
  });

  test('names an axis that does not act', async () => {
    await using instrument = await virtualInstrument({
      simulator: {
        seed: 1,
        imageShiftToSpecimen: [
          [1, 0.001],
          [0, 0.001],
        ],
      },
      magIndex: 24,
      edit: smallCamera,
    });
    await expect(runItem(instrument, fromScratch)).rejects.toMatchObject({
      code: 'image-shift/dead-axis',
      message: expect.stringMatching(/^Image shift in Y moved the image by only/) as unknown,
    });
  });
});

/** A small camera without any measured pixel size, whose nominal one is too large by a factor. */
const nominalWrong =
  (factor: number) =>
  (yaml: string): string =>
    smallCamera(yaml).replace(
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
  return instrument;
}

/** Ids of the questions up to the start, where the operator turns back. */
async function askedBefore(instrument: Awaited<ReturnType<typeof setUp>>, pixelSize: string) {
  const port = new ScriptedOperator({ 'pixel-size': pixelSize, start: 'no' }, { defaults: true });
  await expect(instrument.runner.run(fromScratch, { port })).rejects.toMatchObject({ code: 'image-shift/not-started' });
  return port.asked.map(({ id }) => id);
}

describe('a pixel size that Find Pixel Size found', () => {
  test.each([
    [0.6, true],
    [0.7, false],
    [1.4, false],
    [1.6, true],
  ])('is asked about when the nominal one is %s times as large: %s', async (foundBy, asks) => {
    await using instrument = await setUp({ wrongBy: 1, foundBy });
    expect(await askedBefore(instrument, 'nominal')).toEqual(asks ? ['pixel-size', 'start'] : ['start']);
  });

  test('saves a calibration whose nominal pixel size is far off', async () => {
    await using instrument = await setUp({ wrongBy: 12, foundBy: 12 });
    await runItem(instrument, fromScratch);
    const stored = instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))!;
    expect(matrixError(stored, trueImageShift(instrument, magIndex)).percent).toBeLessThan(0.5);
    const [entry] = await instrument.history.list();
    expect(entry).toMatchObject({ item: fromScratch, kind: 'measured', conditions: { magIndex, camera: 0 } });
    expect(Object.values(entry!.standardErrors).every((error) => typeof error === 'number' && error > 0)).toBe(true);
    // It survives a restart in the short-term file.
    await instrument.finish();
    await using again = await virtualInstrument({ calibrationDirectory: `${instrument.folder}/calibrations` });
    const kept = again.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))!;
    for (const key of ['xpx', 'xpy', 'ypx', 'ypy'] as const) expect(kept[key]).toBeCloseTo(stored[key], 3);
    expect((await again.history.list())[0]).toEqual(entry);
  });

  test('is asked about before a derived one, and the operator may cancel', async () => {
    await using instrument = await setUp({ wrongBy: 12, foundBy: 12 });
    await expect(runItem(instrument, fromScratch, { 'pixel-size': 'derived' })).rejects.toBeDefined();
    await expect(runItem(instrument, fromScratch, { 'pixel-size': 'cancel' })).rejects.toMatchObject({
      code: 'image-shift/cancelled',
    });
    expect(instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))).toBeUndefined();
  });

  test('without one, a derived one that contradicts the nominal one is asked about', async () => {
    await using instrument = await setUp({ wrongBy: 12, foundBy: undefined });
    expect(await askedBefore(instrument, 'derived')).toEqual(['pixel-size', 'start']);
  });
});
