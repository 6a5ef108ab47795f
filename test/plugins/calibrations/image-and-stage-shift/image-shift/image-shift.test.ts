import { ImageAcquisition } from '../../../../../core/acquisition';
import {
  type Matrix,
  cameraIndex,
  imageShiftUnits,
  magIndex as asMagIndex,
  product,
  rotation,
  scaleMatrix,
  vector,
} from '../../../../../core/base';
import { Scope } from '../../../../../core/devices';
import { type BufferedImage, ImageBuffers } from '../../../../../core/kernel';
import { fixedPattern } from '../../../../../imaging';
import {
  type SeriesFinding,
  withDriftNamed,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/series-findings';
import { normalizedErrors } from '../../../../../statistics/harness/pooling';
import { keepDoubtful } from '../../../../../statistics/support/fooled';
import { imageShift } from '../../../../../statistics/support/image-shift';
import { cameraOf, coarseCamera } from '../../../../../statistics/support/small-camera';
import table from '../../../../../statistics/tables/image-shift/image-shift';
import fooled from '../../../../../statistics/tables/image-shift/image-shift-fooled';
import standardErrors from '../../../../../statistics/tables/image-shift/image-shift-standard-errors';
import { matrixError, runItem, trueImageShift, virtualInstrument } from '../../../../support/virtual-instrument';

/** Images of 192 pixels show what larger ones show; the long statistics take those of the whole camera. */
const smallCamera = cameraOf(768);

/** A small instrument at mag index 22, which has the true matrix or a change of it as its earlier calibration. */
async function calibrated(simulator: Readonly<Record<string, unknown>>, change = (matrix: Matrix): Matrix => matrix) {
  const instrument = await virtualInstrument({ simulator, magIndex: 22, edit: smallCamera });
  const [truth, table] = [trueImageShift(instrument, 22), instrument.calibrations.imageShift];
  const earlier = change(truth);
  table.set(asMagIndex(22), cameraIndex(0), earlier, { sessionMeasured: false });
  return { instrument, truth, earlier, stored: () => table.get(asMagIndex(22), cameraIndex(0)) };
}

describe('Image Shift with a prior that is up to 10 % and 5 degrees off', () => {
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
});

/** One run away from zero image shift, over earlier calibrations that are all 5 % off. */
describe('Image Shift', () => {
  const old = (magIndex: number) => scaleMatrix(trueImageShift(instrument, magIndex), 1.05);
  const stored = (magIndex: number) => instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))!;
  let instrument: Awaited<ReturnType<typeof virtualInstrument>>;
  let outcome: Awaited<ReturnType<typeof runItem>>;

  beforeAll(async () => {
    instrument = await virtualInstrument({ simulator: { seed: 8 }, magIndex: 22, edit: smallCamera });
    for (const magIndex of [14, 22, 24, 26])
      instrument.calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), old(magIndex), {
        sessionMeasured: false,
      });
    await instrument.kernel.registry.get(Scope).imageShift.write(vector(imageShiftUnits(2), imageShiftUnits(-1.5)));
    outcome = await runItem(instrument, imageShift, { propagate: 'yes' });
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test('leaves image shift where it was, away from zero too, and measures the same there', async () => {
    expect(await instrument.kernel.registry.get(Scope).imageShift.read()).toEqual({ x: 2, y: -1.5 });
    expect(matrixError(stored(22), trueImageShift(instrument, 22)).percent).toBeLessThan(0.1);
  });

  test('offers to carry the change over to other mags', () => {
    expect(outcome.asked).toEqual(['start', 'propagate']);
    for (const magIndex of [24, 26]) {
      expect(matrixError(stored(magIndex), trueImageShift(instrument, magIndex)).percent).toBeLessThan(0.3);
      expect(instrument.calibrations.imageShift.measuredAt(asMagIndex(magIndex), cameraIndex(0))).toBe(0);
    }
    // Low magnification is another range.
    expect(stored(14)).toEqual(old(14));
  });

  test('offers it once in a session', async () => {
    expect((await runItem(instrument, imageShift)).asked).toEqual(['start']);
  });
});

describe('the images of Image Shift', () => {
  test.each([
    // Six or nine of the pattern, and four of the check.
    [20, 6 + 4],
    [28, 9 + 4],
  ])('are at mag index %i of the whole camera %i', async (magIndex, images) => {
    await using instrument = await virtualInstrument({ simulator: { seed: 3 }, magIndex });
    instrument.calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), trueImageShift(instrument, magIndex), {
      sessionMeasured: false,
    });
    const forecast = await instrument.session.forecast(imageShift, new AbortController().signal);
    expect(forecast).toMatchObject({ images });
  });
});

describe('what Image Shift refuses', () => {
  test('a range of image shift that does not suffice, before anything moves', async () => {
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
    const { instrument, earlier, stored } = await calibrated({ seed: 6 }, (truth) => product(rotation(150), truth));
    await using running = instrument;
    await expect(runItem(running, imageShift)).rejects.toMatchObject({
      code: expect.stringMatching(/image-shift\/bad-calibration|calibration\/doubtful-alignment/) as unknown,
    });
    expect(stored()).toEqual(earlier);
  });

  test('a bare hole', async () => {
    const { instrument } = await calibrated({ seed: 7, specimen: 'empty' });
    await using running = instrument;
    await expect(runItem(running, imageShift)).rejects.toMatchObject({
      code: expect.stringMatching(
        /calibration\/doubtful-alignment|image-shift\/bad-calibration|calibration\/no-alignment/,
      ) as unknown,
    });
  });

  test('a camera that delivers the same image again, by its name and not by the pixel size', async () => {
    const { instrument } = await calibrated({ seed: 1 });
    await using running = instrument;
    const acquisition = running.kernel.registry.get(ImageAcquisition);
    const take = acquisition.take.bind(acquisition);
    let first: Promise<BufferedImage> | undefined;
    jest.spyOn(acquisition, 'take').mockImplementation((...given) => (first ??= take(...given)));
    await expect(runItem(running, imageShift)).rejects.toMatchObject({
      code: 'calibration/same-image',
      message: expect.stringMatching(/^Image 2 is the same as the one before it/) as unknown,
    });
  });

  test('an image shift that the column does not hold; the old calibration stays', async () => {
    const { instrument, truth, stored } = await calibrated({ seed: 1 });
    await using running = instrument;
    const { imageShift: setting } = running.kernel.registry.get(Scope);
    // The column stays short of every image shift by a tenth, as one at the end of its range or with a wrong scale does.
    const read = setting.read.bind(setting);
    const short = jest.spyOn(setting, 'read').mockImplementation(async (signal) => {
      const { x, y } = await read(signal);
      return vector(imageShiftUnits(0.9 * x), imageShiftUnits(0.9 * y));
    });
    await expect(runItem(running, imageShift)).rejects.toMatchObject({
      code: 'setting/not-held',
      message: expect.stringMatching(/^The image shift in X was set to .* units, but the device holds/) as unknown,
    });
    short.mockRestore();
    expect(truth).toMatchObject(stored()!);
  });

  /** The long statistics measure the same with 10 to 100 seeds, weaker patterns and more specimens. */
  test('a gain reference that is stale by as much as the contrast', async () => {
    const { faults, verdict } = await fooled.measure(1, 'a gain stale by 1', smallCamera);
    expect({ faults, verdict }).toEqual({ faults: [], verdict: 'calibration/fixed-pattern' });
  });

  /** A camera that sees the whole field, because a part of it shows too few repeats. */
  test('a specimen that repeats, with its period', async () => {
    const { faults, verdict } = await fooled.measure(1, 'a grating', coarseCamera(8));
    expect({ faults, verdict }).toEqual({ faults: [], verdict: 'calibration/periodic-specimen' });
  });
});

test('a calibration that a stale gain reference may have fooled is kept when the operator wants it', async () => {
  const { instrument } = await calibrated({ seed: 3, staleGainVariation: 1 }, (truth) => scaleMatrix(truth, 1.03));
  await using running = instrument;
  const { result } = await runItem(running, imageShift, keepDoubtful);
  expect(result!.quality!.remarks!.join()).toContain('pattern of the camera');
  // What stays on the camera is distinguished from what does not.
  const [a, b] = ['A', 'B'].map((buffer) => running.kernel.registry.get(ImageBuffers).get(buffer)!.frame.image);
  expect(fixedPattern(a!, b!).significance).toBeGreaterThan(7);
  expect(Math.abs(fixedPattern(a!, b!.step(-1, 1)).significance)).toBeLessThan(7);
});

/**
 * The long statistics hold the share within two standard errors, over 50 seeds of each row. They also measure distorted fields, slow settling
 * and coils in whole steps (tables `image-shift-other-worlds` and `image-shift-coil-steps`), of which the fits know in numbers alone here.
 */
test('Image Shift states errors that hold with little light, a drift that dies away and slow settling', async () => {
  const z = normalizedErrors([await standardErrors.measure(1, 'all together', smallCamera)]);
  expect(z).toHaveLength(4);
  // A run alone says little: chance takes four components beyond this once in some thousand runs.
  expect(Math.max(...z.map(Math.abs))).toBeLessThan(5);
});

test('a period along the drift is named drift, another one is not', () => {
  const found: SeriesFinding = {
    code: 'calibration/periodic-specimen',
    text: 'It repeats.',
    hint: '',
    direction: -170,
    serious: true,
  };
  const named = (x: number, y: number) => withDriftNamed([found], { x, y })[0]!;
  expect(named(20, 3)).toMatchObject({
    code: 'calibration/drifting-specimen',
    serious: true,
    text: expect.stringMatching(/^The specimen drifts by 20.2 binned pixels .* at 9 degrees/) as unknown,
  });
  expect(named(-20, -3).code).toBe('calibration/drifting-specimen');
  expect(named(3, 20)).toBe(found);
  expect(named(1, 0)).toBe(found);
});
