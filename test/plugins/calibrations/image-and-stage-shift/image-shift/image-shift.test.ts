import {
  cameraIndex,
  imageShiftUnits,
  magIndex as asMagIndex,
  product,
  rotation,
  scaleMatrix,
  vector,
} from '../../../../../core/base';
import { Scope } from '../../../../../core/devices';
import { fromScratch, imageShift } from '../../../../../statistics/support/image-shift';
import imageShiftTable from '../../../../../statistics/tables/image-shift';
import fromScratchTable from '../../../../../statistics/tables/is-from-scratch';
import { matrixError, runItem, trueImageShift, virtualInstrument } from '../../../../support/virtual-instrument';

/** Seeds of each item; the long statistics measure the same with 200. */
const seeds = [1, 2, 3];

describe.each([
  ['Image Shift with a prior that is up to 10 % and 5 degrees off', imageShiftTable],
  ['IS from Scratch', fromScratchTable],
])('%s', (_, table) => {
  const found: { readonly percent: number }[] = [];

  test.each(seeds)('recovers the truth of seed %i', async (seed) => {
    const { errors, verdict } = await table.measure(seed, '');
    const each = errors as { readonly percent: number; readonly degrees: number };
    found.push(each);
    expect(each.percent).toBeLessThan(0.3);
    expect(each.degrees).toBeLessThan(0.1);
    expect(verdict).toBe('good');
  });

  test('has a mean error below 0.1 %', () => {
    const mean = found.reduce((sum, { percent }) => sum + percent, 0) / found.length;
    expect(found).toHaveLength(seeds.length);
    expect(mean).toBeLessThan(0.1);
  });
});

describe('Image Shift', () => {
  test('takes six images where the field is wide and nine where it is not', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 3 } });
    for (const [magIndex, images] of [
      [20, 6],
      [28, 9],
    ] as const) {
      await instrument.kernel.registry.get(Scope).magIndex.write(asMagIndex(magIndex));
      instrument.calibrations.imageShift.set(
        asMagIndex(magIndex),
        cameraIndex(0),
        trueImageShift(instrument, magIndex),
        {
          sessionMeasured: false,
        },
      );
      const { result } = await runItem(instrument, imageShift);
      expect(result!.values['images']).toBe(images);
    }
  });

  test('leaves image shift where it was, away from zero too, and measures the same there', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 4 }, magIndex: 22 });
    const scope = instrument.kernel.registry.get(Scope);
    const truth = trueImageShift(instrument, 22);
    instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), truth, { sessionMeasured: false });
    await scope.imageShift.write(vector(imageShiftUnits(2), imageShiftUnits(-1.5)));
    await runItem(instrument, imageShift);
    expect(await scope.imageShift.read()).toEqual({ x: 2, y: -1.5 });
    expect(
      matrixError(instrument.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0))!, truth).percent,
    ).toBeLessThan(0.1);
  });

  test('refuses before anything moves when the range of image shift does not suffice', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 5 }, magIndex: 22 });
    const scope = instrument.kernel.registry.get(Scope);
    instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
      sessionMeasured: false,
    });
    await scope.imageShift.write(vector(imageShiftUnits(14.9), imageShiftUnits(0)));
    await expect(runItem(instrument, imageShift)).rejects.toMatchObject({ code: 'image-shift/out-of-range' });
    expect(await scope.imageShift.read()).toEqual({ x: 14.9, y: 0 });
  });

  test('a prior that is turned by 150 degrees ends bad and is forgotten; the earlier calibration stays', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 6 }, magIndex: 22 });
    const wrong = product(rotation(150), trueImageShift(instrument, 22));
    instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), wrong, { sessionMeasured: false });
    await expect(runItem(instrument, imageShift)).rejects.toMatchObject({
      code: expect.stringMatching(/image-shift\/bad-calibration|calibration\/doubtful-alignment/) as unknown,
    });
    expect(instrument.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0))).toEqual(wrong);
  });

  test('a bare hole never ends in a good calibration', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 7, specimen: 'empty' }, magIndex: 22 });
    instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
      sessionMeasured: false,
    });
    await expect(runItem(instrument, imageShift)).rejects.toMatchObject({
      code: expect.stringMatching(
        /calibration\/doubtful-alignment|image-shift\/bad-calibration|calibration\/no-alignment/,
      ) as unknown,
    });
  });

  test('offers to carry the change over to other mags, once in a session', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 8 }, magIndex: 22 });
    const { imageShift: table } = instrument.calibrations;
    const old = (magIndex: number) => scaleMatrix(trueImageShift(instrument, magIndex), 1.05);
    for (const magIndex of [14, 22, 24, 26])
      table.set(asMagIndex(magIndex), cameraIndex(0), old(magIndex), { sessionMeasured: false });
    const { asked } = await runItem(instrument, imageShift, { propagate: 'yes' });
    expect(asked).toEqual(['start', 'propagate']);
    for (const magIndex of [24, 26]) {
      expect(
        matrixError(table.get(asMagIndex(magIndex), cameraIndex(0))!, trueImageShift(instrument, magIndex)).percent,
      ).toBeLessThan(0.3);
      expect(table.measuredAt(asMagIndex(magIndex), cameraIndex(0))).toBe(0);
    }
    // Low magnification is another range.
    expect(table.get(asMagIndex(14), cameraIndex(0))).toEqual(old(14));
    expect((await runItem(instrument, imageShift)).asked).toEqual(['start']);
  });

  test('survives a restart in the short-term file, and goes into the history with standard errors', async () => {
    await using instrument = await virtualInstrument({ simulator: { seed: 9 }, magIndex: 22 });
    await runItem(instrument, fromScratch);
    await instrument.finish();
    await using again = await virtualInstrument({ calibrationDirectory: `${instrument.folder}/calibrations` });
    const [kept, measuredNow] = [again, instrument].map((each) =>
      each.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0))!,
    );
    for (const key of ['xpx', 'xpy', 'ypx', 'ypy'] as const) expect(kept![key]).toBeCloseTo(measuredNow![key], 3);
    const [entry] = await again.history.list();
    expect(entry).toMatchObject({ item: fromScratch, kind: 'measured', conditions: { magIndex: 22, camera: 0 } });
    expect(Object.values(entry!.standardErrors).every((error) => typeof error === 'number' && error > 0)).toBe(true);
  });
});

describe('IS from Scratch', () => {
  test('recovers mirrored axes of unequal gain', async () => {
    await using instrument = await virtualInstrument({
      simulator: {
        seed: 10,
        imageShiftToSpecimen: [
          [-0.8, 0.1],
          [0.15, 1.3],
        ],
      },
      magIndex: 24,
    });
    await runItem(instrument, fromScratch);
    expect(
      matrixError(
        instrument.calibrations.imageShift.get(asMagIndex(24), cameraIndex(0))!,
        trueImageShift(instrument, 24),
      ).percent,
    ).toBeLessThan(0.3);
  });

  test.each([0.3, 1, 3, 5])('works with a pixel size that is %f times the true one', async (factor) => {
    await using instrument = await virtualInstrument({
      simulator: { seed: 11, pixelScaleError: 1 / factor - 1 },
      magIndex: 24,
    });
    await runItem(instrument, fromScratch);
    expect(
      matrixError(
        instrument.calibrations.imageShift.get(asMagIndex(24), cameraIndex(0))!,
        trueImageShift(instrument, 24),
      ).percent,
    ).toBeLessThan(0.3);
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
    });
    await expect(runItem(instrument, fromScratch)).rejects.toMatchObject({
      code: 'image-shift/displacement-too-small',
    });
    expect(instrument.calibrations.imageShift.get(asMagIndex(24), cameraIndex(0))).toBeUndefined();
  });

  test('a pixel size that is far too large ends bad, never in a wrong matrix', async () => {
    await using instrument = await virtualInstrument({
      simulator: {
        seed: 13,
        pixelScaleError: -0.89,
        imageShiftToSpecimen: [
          [1.6, 0],
          [0, 1.6],
        ],
      },
      magIndex: 24,
    });
    await runItem(instrument, fromScratch).then(
      () =>
        expect(
          matrixError(
            instrument.calibrations.imageShift.get(asMagIndex(24), cameraIndex(0))!,
            trueImageShift(instrument, 24),
          ).percent,
        ).toBeLessThan(0.3),
      (error: { code: string }) =>
        expect(error.code).toMatch(
          /calibration\/doubtful-alignment|image-shift\/bad-calibration|calibration\/no-alignment|image-shift\/out-of-range|image-shift\/displacement-too-small/,
        ),
    );
  });
});
