import { cameraIndex, length, magIndex as asMagIndex, micrometres, vector } from '../../../../../core/base';
import { Cameras, EftemMode, Stage } from '../../../../../core/devices';
import { takeImage } from '../../../../../core/acquisition';
import { showCalibrations } from '../../../../../core/store';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, verifying, virtualInstrument } from '../../../../support/virtual-instrument';
import { filterInstrument, filtered, regular } from './eftem-instrument';

const item = 'calibrations/image-and-stage-shift/eftem-is-offset';
const offsets = 'calibrations/image-and-stage-shift/mag-is-offsets';
type Given = Awaited<ReturnType<typeof filterInstrument>>;

const seeds = Array.from({ length: verifying ? 20 : 3 }, (_, at) => at + 1);
/** Centring to one pixel in each of two modes, each seen at the other's pixel size too, and nothing for the calibration itself. */
const most = ({ optics }: Given, [from, to]: readonly [number, number]): number => {
  const ratio =
    optics.at({ magIndex: asMagIndex(from), camera: cameraIndex(regular) }).pixelSize!.value /
    optics.at({ magIndex: asMagIndex(to), camera: cameraIndex(filtered) }).pixelSize!.value;
  return 1.02 + Math.max(ratio, 1 / ratio);
};
/** Distance of the feature from the centre after it was centred in one mode and the other mode was selected. */
async function switched(
  given: Given,
  from: readonly [camera: number, magIndex: number],
  to: readonly [camera: number, magIndex: number],
): Promise<number> {
  await given.goTo(...from);
  await given.center(0);
  await given.goTo(...to);
  return length(await given.seen());
}

test.each(seeds)('a feature centred in one mode is centred in the other one, seed %i', async (seed) => {
  await using given = await filterInstrument(seed);
  const pair = given.pairOfMagnifications(24 + (seed % 5));
  await given.takeBoth(pair);
  const { result, asked } = await given.run(item, { answers: { 'zero-regular': seed % 2 === 0 ? 'yes' : 'no' } });
  expect(asked).toEqual(['done-all', 'zero-regular']);
  expect(result!.values).toMatchObject({ fromMagIndex: pair[0], toMagIndex: pair[1] });
  const [stored] = given.instrument.calibrations.records('GIFShiftOffset').all();
  expect(stored).toMatchObject({
    fromMagIndex: pair[0],
    toMagIndex: pair[1],
    x: result!.values['x'],
    y: result!.values['y'],
  });
  const before = await switched(given, [regular, pair[0]], [filtered, pair[1]]);
  given.adjustment.betweenMagnifications = true;
  const [there, back] = [
    await switched(given, [regular, pair[0]], [filtered, pair[1]]),
    await switched(given, [filtered, pair[1]], [regular, pair[0]]),
  ];
  expect(before).toBeGreaterThan(20);
  expect(there).toBeLessThan(most(given, pair));
  expect(back).toBeLessThan(most(given, pair));
});

describe('together with Mag IS Offsets', () => {
  // Each end of a span carries its own centring, and so does the pair of the bridge.
  const twice = (given: Given, pair: readonly [number, number]): number => 2 * most(given, pair);

  test.each(verifying ? seeds : [1, 2, 3])(
    'measured in regular mode first, the bridge makes the offsets of the other mode, seed %i',
    async (seed) => {
      await using given = await filterInstrument(seed);
      const pair = given.pairOfMagnifications(25);
      await given.goTo(regular, 27);
      await given.run(offsets, { presses: Array<string>(5).fill('NextMag'), answers: { 'take-images': 'no' } });
      given.adjustment.betweenMagnifications = seed % 2 === 0;
      await given.takeBoth(pair);
      const { result } = await given.run(item);
      expect(result!.values['offsets']).toBeGreaterThan(20);
      expect(given.offset(pair[1], 1)).toBeDefined();
      given.adjustment.betweenMagnifications = true;
      expect(await switched(given, [regular, 25], [filtered, pair[1]])).toBeLessThan(most(given, pair));
      // The span measured in regular mode is as good from the other mode.
      for (const at of [22, 24, 27]) {
        const coarser = Math.max(
          1,
          given.optics.at({ magIndex: asMagIndex(25), camera: cameraIndex(regular) }).pixelSize!.value /
            given.optics.at({ magIndex: asMagIndex(at), camera: cameraIndex(regular) }).pixelSize!.value,
        );
        expect(await switched(given, [filtered, pair[1]], [regular, at])).toBeLessThan(
          twice(given, pair) * coarser + 1,
        );
      }
      const listed = await given.run('calibrations/image-and-stage-shift/list-mag-is-offsets');
      await given.goTo(filtered, pair[1]);
      const listedFiltered = await given.run('calibrations/image-and-stage-shift/list-mag-is-offsets');
      expect(listed.said[0]).toContain('BM-Ceta');
      expect(listedFiltered.said[0]).toContain('K3');
      expect((listedFiltered.result!.values['offsets'] as unknown[]).length).toBe(result!.values['offsets']);
    },
  );

  test.each(verifying ? seeds : [4, 5, 6])(
    'measured in either mode after the bridge, the other mode follows and is stored, seed %i',
    async (seed) => {
      await using given = await filterInstrument(seed);
      const pair = given.pairOfMagnifications(25);
      await given.takeBoth(pair);
      await given.run(item, { answers: { 'zero-regular': 'yes' } });
      given.adjustment.betweenMagnifications = true;
      await given.goTo(regular, 27);
      await given.run(offsets, { presses: Array<string>(4).fill('NextMag'), answers: { 'take-images': 'no' } });
      // The bridge was measured with other centrings than the span.
      expect(await switched(given, [regular, 25], [filtered, pair[1]])).toBeLessThan(most(given, pair));
      const regularBefore = given.offset(25, 0)!;
      await given.goTo(filtered, pair[1] + 2);
      await given.run(offsets, { presses: Array<string>(3).fill('NextMag'), answers: { 'take-images': 'no' } });
      expect(given.offset(25, 0)).not.toEqual(regularBefore);
      expect(await switched(given, [regular, 25], [filtered, pair[1]])).toBeLessThan(most(given, pair));
      expect(await switched(given, [regular, 25], [filtered, pair[1] + 1])).toBeLessThan(2 * twice(given, pair));
    },
  );
});

describe('the reference can be kept by the item itself', () => {
  test('from an image of the regular camera in A', async () => {
    await using given = await filterInstrument(1);
    const pair = given.pairOfMagnifications(25);
    await given.goTo(regular, pair[0]);
    await given.center();
    await takeImage(given.instrument.session, 'Trial');
    const first = await given.run(item);
    expect(first.asked).toEqual(['keep-reference']);
    expect(first.result!.values).toEqual({ reference: 'D' });
    expect(given.instrument.calibrations.records('GIFShiftOffset').all()).toEqual([]);
    await given.goTo(filtered, pair[1]);
    await given.center();
    await takeImage(given.instrument.session, 'Trial');
    expect((await given.run(item)).result!.values).toMatchObject({ fromMagIndex: pair[0], toMagIndex: pair[1] });
  });
});

describe('the column works for the camera that is selected', () => {
  test('selecting a camera behind the filter sets EFTEM mode, and the other camera takes it back', async () => {
    await using given = await filterInstrument(1);
    const { on } = given.instrument.kernel.registry.get(EftemMode);
    // The virtual Krios starts with its filtered camera.
    expect([given.cameras.selected.traits.index, await on.read()]).toEqual([filtered, true]);
    await given.cameras.select(cameraIndex(regular));
    expect(await on.read()).toBe(false);
    await given.cameras.select(cameraIndex(filtered));
    expect(await on.read()).toBe(true);
  });

  test('a mode that cannot be set leaves the camera as it was', async () => {
    let refuse = false;
    const watch = (call: string): void => {
      if (refuse && call === 'write EFTEM mode') throw new Error('no');
    };
    await using instrument = await virtualInstrument({ configuration: 'config/krios-k3.yaml', watch });
    const cameras = instrument.kernel.registry.get(Cameras);
    refuse = true;
    await expect(cameras.select(cameraIndex(regular))).rejects.toThrow();
    expect(cameras.selected.traits.index).toBe(filtered);
  });

  test('without offsets applied, image shift is left alone', async () => {
    await using given = await filterInstrument(1);
    await given.goTo(regular, 25);
    await given.center();
    const before = await given.scope.imageShift.read();
    await given.cameras.select(cameraIndex(filtered));
    expect(await given.scope.imageShift.read()).toEqual(before);
  });
});

describe('refusals', () => {
  const pair = [25, 18] as const;
  /** Both images taken, then something done to them; what the item says then. */
  const refusedAfter = async (spoil: (given: Given) => Promise<void> | void): Promise<unknown> => {
    await using given = await filterInstrument(3);
    await given.takeBoth(pair);
    await spoil(given);
    const kept = showCalibrations(given.instrument.calibrations.file);
    const error = await given.run(item).then(
      ({ said }) => said,
      (reason: { code?: string }) => reason.code,
    );
    expect(showCalibrations(given.instrument.calibrations.file)).toEqual(kept);
    return error;
  };

  test('no reference', async () => {
    await using given = await filterInstrument(3);
    await given.goTo(filtered, 18);
    await takeImage(given.instrument.session, 'Trial');
    await expect(given.run(item)).rejects.toMatchObject({
      code: 'image-shift-offsets/no-image',
      message: expect.stringContaining('buffer D') as string,
    });
  });

  test('nothing in A', async () => {
    await using given = await filterInstrument(3);
    await expect(given.run(item)).rejects.toMatchObject({ code: 'image-shift-offsets/no-image' });
  });

  test('a reference that was shifted', async () => {
    expect(await refusedAfter(({ instrument }) => instrument.session.buffers.align('D', vector(0.5, 0)))).toBe(
      'image-shift-offsets/reference-shifted',
    );
  });

  test('a stage that drifted by 0.03 um between the images, but not one that drifted by 0.02', async () => {
    const drift =
      (um: number) =>
      async ({ instrument }: Given): Promise<void> => {
        await instrument.kernel.registry.get(Stage).move({ x: micrometres(um) });
        await takeImage(instrument.session, 'Trial');
      };
    expect(await refusedAfter(drift(0.03))).toBe('image-shift-offsets/stage-moved');
    await using given = await filterInstrument(3);
    await given.takeBoth(pair);
    await drift(0.02)(given);
    expect((await given.run(item)).result).toBeDefined();
  });

  test('the reference from the wrong camera', async () => {
    expect(await refusedAfter(({ instrument }) => instrument.session.buffers.copy('A', 'D'))).toBe(
      'image-shift-offsets/wrong-camera',
    );
  });

  test('the image in A from the wrong camera', async () => {
    expect(await refusedAfter(({ instrument }) => instrument.session.buffers.copy('D', 'A'))).toBe(
      'image-shift-offsets/wrong-camera',
    );
  });

  test.each([
    ['the reference', [12, 18]],
    ['the image in A', [25, 12]],
  ] as const)('%s taken in low magnification', async (_, [from, to]) => {
    await using given = await filterInstrument(3);
    await given.takeBoth([from, to]);
    await expect(given.run(item)).rejects.toMatchObject({ code: 'image-shift-offsets/low-magnification' });
  });

  test('another magnification than that of the image in A', async () => {
    expect(await refusedAfter(({ scope }) => scope.magIndex.write(asMagIndex(20)))).toBe(
      'image-shift-offsets/elsewhere',
    );
  });

  test('another camera than that of the image in A', async () => {
    expect(await refusedAfter(({ cameras }) => cameras.select(cameraIndex(regular)))).toBe(
      'image-shift-offsets/elsewhere',
    );
  });

  test('image shift not usable in a range of one of the modes', async () => {
    await using given = await filterInstrument(3, { calibrated: [] });
    await given.takeBoth(pair);
    await expect(given.run(item)).rejects.toMatchObject({ code: 'image-shift-offsets/no-image-shift' });
  });

  test('not yet ready: the instructions are said and nothing is done', async () => {
    await using given = await filterInstrument(3);
    await given.takeBoth(pair);
    const { result, said } = await given.run(item, { answers: { 'done-all': 'no' } });
    expect(result).toBeUndefined();
    expect(said.join(' ')).toContain('keep it in buffer D');
    expect(given.instrument.calibrations.records('GIFShiftOffset').all()).toEqual([]);
  });

  test('an instrument with one camera cannot run it', async () => {
    await using instrument = await virtualInstrument();
    await expect(runItem(instrument, item)).rejects.toMatchObject({
      message: expect.stringContaining('needs a camera before the energy filter and one behind it') as string,
    });
  });
});

describeMenuItem(item, {
  configuration: 'krios-k3.yaml',
  simulator: { imageOffsetsEftemMicrometres: { 18: [0.2, -0.1] } },
  prepare: async (instrument) => {
    const { registry } = instrument.kernel;
    const cameras = registry.get(Cameras);
    for (const camera of [regular, filtered])
      for (const magIndex of [12, 22])
        instrument.calibrations.imageShift.set(
          asMagIndex(magIndex),
          cameraIndex(camera),
          { xpx: 400, xpy: 10, ypx: -10, ypy: 400 },
          { sessionMeasured: false },
        );
    if (instrument.session.buffers.get('D')) return;
    await cameras.select(cameraIndex(regular));
    await takeImage(instrument.session, 'Trial');
    instrument.session.buffers.copy('A', 'D');
    await cameras.select(cameraIndex(filtered));
    await takeImage(instrument.session, 'Trial');
  },
});
