import { cameraIndex, magIndex as asMagIndex, micrometres, vector } from '../../../../../core/base';
import { Cameras, EftemMode, Stage } from '../../../../../core/devices';
import { takeImage } from '../../../../../core/acquisition';
import { showCalibrations } from '../../../../../core/store';
import { rowsOf } from '../../../../../statistics/harness/table';
import table from '../../../../../statistics/tables/eftem-is-offset';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';
import {
  filterInstrument,
  filtered,
  regular,
  smallCameras,
} from '../../../../../statistics/support/eftem/eftem-instrument';

const item = 'calibrations/image-and-stage-shift/eftem-is-offset';
type Given = Awaited<ReturnType<typeof filterInstrument>>;

/** The long statistics measure the same with 20 seeds. */
describe.each(rowsOf(table))('%s', (row) => {
  // Even and odd seeds differ in what is answered.
  test.each([1, 2])('a feature that is centred in one mode is centred in the other one, seed %i', async (seed) => {
    const { faults, errors } = await table.measure(seed, row);
    expect(faults).toEqual([]);
    expect(Math.max(...(errors['allowance'] as readonly number[]))).toBeLessThan(1);
  });
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
    const { result } = await given.run(item, { answers: { 'done-all': 'no' } });
    // The card of the result is what the operator has before the eyes when going on.
    expect(result).toMatchObject({ changes: [], values: {} });
    expect(result!.summary).toMatch(/^Nothing was recorded\. .*keep it in buffer D/);
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
  edit: smallCameras,
  sample: 3,
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
