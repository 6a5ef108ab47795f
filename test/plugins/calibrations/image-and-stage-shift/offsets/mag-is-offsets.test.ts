import path from 'node:path';
import {
  type ImageShiftUnits,
  type Vector,
  add,
  apply,
  cameraIndex,
  imageShiftUnits,
  inverse,
  length,
  magIndex as asMagIndex,
  micrometres,
  product,
  scale,
  subtract,
  vector,
} from '../../../../../core/base';
import { Scope, Stage } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import { ImageShiftAdjustment, ImageShiftControl, Optics } from '../../../../../core/optics';
import { SimulatedTruth } from '../../../../../plugins/simulator';
import { smallCameras } from '../../../../../statistics/support/eftem/eftem-instrument';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import {
  projectFolder,
  randomNumbers,
  trueImageShift,
  virtualInstrument,
} from '../../../../support/virtual-instrument';

const item = 'calibrations/image-and-stage-shift/mag-is-offsets';
const jeol = path.join(projectFolder, 'config', 'jeol-cryo-arm-k2.yaml');
const unit = imageShiftUnits(1);
type VirtualInstrument = Awaited<ReturnType<typeof virtualInstrument>>;

/** Displacements of the image centre at each magnification, in micrometres, as columns show them. */
function drawOffsets(seed: number, lowest: number, highest: number, size: number): Record<string, [number, number]> {
  const next = randomNumbers(seed);
  const entries = Array.from(
    { length: highest - lowest + 1 },
    (_, at) => [String(lowest + at), [size * (2 * next() - 1), size * (2 * next() - 1)]] as const,
  );
  return Object.fromEntries(entries) as Record<string, [number, number]>;
}

/** True image shift to specimen, micrometres per unit: stage and specimen of the truth are those of the nominal axes, -1 0 0 -1. */
function trueToSpecimen(instrument: VirtualInstrument, magIndex: number) {
  const stage = instrument.kernel.registry
    .get(SimulatedTruth)
    .records.find((each) => each.record === 'StageToCameraMatrix' && each['magIndex'] === magIndex)! as unknown as {
    xpx: number;
    xpy: number;
    ypx: number;
    ypy: number;
  };
  const specimenToCamera = product(stage, { xpx: -1, xpy: 0, ypx: 0, ypy: -1 });
  return product(inverse(specimenToCamera)!, trueImageShift(instrument, magIndex));
}

/** The raw image shift at which the specimen point that is centred at the first magnification is centred at another one. */
function centring(
  instrument: VirtualInstrument,
  offsets: Readonly<Record<string, readonly [number, number]>>,
  start: number,
  magIndex: number,
): Vector {
  const at = (index: number): Vector => vector(...(offsets[index] ?? ([0, 0] as const)));
  return apply(inverse(trueToSpecimen(instrument, magIndex))!, subtract(at(start), at(magIndex)));
}

interface Setup {
  readonly start: number;
  readonly offsets: Readonly<Record<string, [number, number]>>;
  readonly configuration?: string;
  readonly seed?: number;
}

/** An instrument whose image shift is calibrated without error, with an operator who centres the feature to one pixel at each magnification. */
async function setUp({ start, offsets, configuration, seed = 1 }: Setup) {
  const instrument = await virtualInstrument({
    edit: smallCameras,
    magIndex: start,
    simulator: { seed, imageOffsetsMicrometres: offsets, pixelScaleError: 0, rotationErrorDegrees: 0 },
    ...(configuration !== undefined && { configuration }),
  });
  const { registry } = instrument.kernel;
  const optics = registry.get(Optics);
  for (const magIndex of optics.magnifications.indexes(optics.camera(cameraIndex(0))))
    instrument.calibrations.imageShift.set(magIndex, cameraIndex(0), trueImageShift(instrument, magIndex), {
      sessionMeasured: false,
    });
  const scope = registry.get(Scope);
  const next = randomNumbers(seed);
  const said: string[] = [];
  const center = async (): Promise<void> => {
    const magIndex = await scope.magIndex.read();
    const error = apply(inverse(trueImageShift(instrument, magIndex))!, { x: 2 * next() - 1, y: 2 * next() - 1 });
    const { x, y } = add(centring(instrument, offsets, start, magIndex), error);
    await scope.imageShift.write(vector(imageShiftUnits(x), imageShiftUnits(y)));
  };
  /** Presses buttons in order, centring before each; `before` does what an operator should not. */
  const run = (
    pressed: readonly string[],
    {
      answers = {},
      before = async () => {},
    }: { answers?: Readonly<Record<string, string>>; before?: (press: number) => Promise<void> } = {},
  ) => {
    let press = 0;
    const operator = new ScriptedOperator(answers, { defaults: true });
    const port = Object.assign(operator, {
      log: (text: string) => void said.push(text),
      button: async (): Promise<string> => {
        await center();
        await before(press);
        return pressed[press++] ?? 'End';
      },
    });
    return instrument.runner.run(item, { port });
  };
  const stored = (magIndex: number): Vector =>
    instrument.calibrations
      .records('ImageShiftOffsets')
      .find((row) => row.magIndex === magIndex && row.eftem === 0) ?? { x: 0, y: 0 };
  return {
    instrument,
    optics,
    scope,
    run,
    said,
    stored,
    [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
  };
}

/** Distance of a stored offset from the truth, in pixels of that magnification. The truth is -C^-1 (o - o at zero). */
function pixelsOff(
  given: Awaited<ReturnType<typeof setUp>>,
  offsets: Setup['offsets'],
  zero: number,
  magIndex: number,
): number {
  const truth = centring(given.instrument, offsets, zero, magIndex);
  return length(apply(trueImageShift(given.instrument, magIndex), subtract(given.stored(magIndex), truth)));
}
const presses = (count: number): readonly string[] => Array<string>(count).fill('NextMag');

describe('over ten magnifications', () => {
  test.each([1, 2, 3])('offsets are right to the precision of the centring, seed %i', async (seed) => {
    const offsets = drawOffsets(seed, 17, 30, 0.3);
    await using given = await setUp({ start: 28, offsets, seed });
    const result = await given.run(presses(9), { answers: { 'zero-magnification': '8100' } });
    expect(result!.values['recorded']).toEqual([28, 27, 26, 25, 24, 23, 22, 21, 20, 19]);
    expect(result!.values['zeroMagIndex']).toBe(22);
    expect(given.stored(22)).toEqual({ x: 0, y: 0 });
    // Each is the difference of two centrings, that of the zero seen at this magnification.
    for (let magIndex = 19; magIndex <= 28; magIndex++) {
      const scaleOfZero =
        given.optics.at({ magIndex: asMagIndex(22), camera: cameraIndex(0) }).pixelSize!.value /
        given.optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(0) }).pixelSize!.value;
      expect(pixelsOff(given, offsets, 22, magIndex)).toBeLessThan(1.5 * (1 + scaleOfZero));
    }
    expect(await given.scope.magIndex.read()).toBe(28);
    expect(await given.scope.imageShift.read()).toEqual({ x: 0, y: 0 });
  });

  test('a zero that is not among the magnifications is named with the one that is taken in its place', async () => {
    const offsets = drawOffsets(1, 17, 30, 0.3);
    await using given = await setUp({ start: 20, offsets, seed: 1 });
    const result = await given.run(presses(1), { answers: { 'zero-magnification': '1750' } });
    expect(result!.values['zeroMagIndex']).toBe(17);
    expect(given.said.join('\n')).toMatch(/cannot be zero at 1750x .*; it is zero at 2250x/);
  });

  test('across the boundary of low magnification, to the lowest one, where it ends by itself', async () => {
    const offsets = { ...drawOffsets(4, 1, 16, 8), ...drawOffsets(5, 17, 30, 0.3) };
    await using given = await setUp({ start: 19, offsets });
    const result = await given.run(presses(40), { answers: { 'take-images': 'no' } });
    expect(result!.values['recorded']).toEqual(Array.from({ length: 19 }, (_, at) => 19 - at));
    expect(given.said.join('\n')).toContain('check the beam');
    for (let magIndex = 1; magIndex <= 19; magIndex++)
      expect(pixelsOff(given, offsets, 19, magIndex)).toBeLessThan(3.5);
  });
});

describe('with the offsets applied', () => {
  test.each([
    ['an FEI column', undefined],
    ['a JEOL column', jeol],
  ])('a feature stays centred through any change of magnification on %s', async (_, configuration) => {
    const offsets = { ...drawOffsets(6, 1, 15, 5), ...drawOffsets(7, 16, 30, 0.4) };
    await using given = await setUp({ start: 24, offsets, ...(configuration !== undefined && { configuration }) });
    await given.run(presses(13), { answers: { 'take-images': 'no' } });
    const { scope, instrument } = given;
    // The feature is centred here at zero, which is not where a JEOL column starts.
    await scope.imageShift.write(vector(imageShiftUnits(0), imageShiftUnits(0)));
    instrument.kernel.registry.get(ImageShiftAdjustment).betweenMagnifications = true;
    const net = await instrument.kernel.registry.get(ImageShiftControl).net.read();
    for (const to of [20, 12, 22, 17, 14, 23, 24]) {
      await scope.magIndex.write(asMagIndex(to));
      const off = subtract<number>(await scope.imageShift.read(), centring(instrument, offsets, 24, to));
      const toCamera = trueImageShift(instrument, to);
      const ratio =
        given.optics.at({ magIndex: asMagIndex(24), camera: cameraIndex(0) }).pixelSize!.value /
        given.optics.at({ magIndex: asMagIndex(to), camera: cameraIndex(0) }).pixelSize!.value;
      // The deflector of a JEOL column goes in steps, one when recorded and one when restored.
      const steps = configuration
        ? length(apply(toCamera, { x: 0.00508, y: 0 })) + length(apply(toCamera, { x: 0, y: 0.00434 }))
        : 0;
      expect(length(apply(toCamera, off))).toBeLessThan(1.5 * (1 + ratio) + steps);
    }
    expect(length(subtract(await instrument.kernel.registry.get(ImageShiftControl).net.read(), net))).toBeLessThan(
      configuration ? 0.02 : 1e-9,
    );
  });

  test('a run records the same as without them', async () => {
    const offsets = drawOffsets(8, 17, 30, 0.3);
    await using given = await setUp({ start: 26, offsets });
    given.instrument.kernel.registry.get(ImageShiftAdjustment).betweenMagnifications = true;
    for (let times = 0; times < 2; times++) {
      await given.run(presses(4));
      for (let magIndex = 22; magIndex <= 26; magIndex++)
        expect(pixelsOff(given, offsets, 26, magIndex)).toBeLessThan(3.5);
    }
  });
});

describe('merging with earlier offsets', () => {
  test('what lies outside the recorded span keeps its relation to the ends of it', async () => {
    const offsets = drawOffsets(9, 17, 30, 0.3);
    await using given = await setUp({ start: 26, offsets });
    const old = (magIndex: number): Vector<ImageShiftUnits> =>
      vector(imageShiftUnits(0.01 * magIndex), imageShiftUnits(-0.02 * magIndex));
    for (let magIndex = 17; magIndex <= 30; magIndex++)
      given.instrument.calibrations
        .records('ImageShiftOffsets')
        .put({ magIndex: asMagIndex(magIndex), eftem: 0, ...old(magIndex) });
    given.instrument.calibrations
      .records('ImageShiftOffsets')
      .put({ magIndex: asMagIndex(20), eftem: 1, x: unit, y: unit });
    await given.run(presses(3));
    for (const [index, end] of [
      [30, 26],
      [28, 26],
      [17, 23],
      [21, 23],
    ] as const) {
      const change = subtract(given.stored(index), old(index));
      expect(length(subtract(change, subtract(given.stored(end), old(end))))).toBeLessThan(1e-9);
    }
    expect(
      given.instrument.calibrations
        .records('ImageShiftOffsets')
        .all()
        .filter((row) => row.eftem === 1),
    ).toEqual([{ magIndex: 20, eftem: 1, x: 1, y: 1 }]);
    const [entry] = await given.instrument.history.list();
    expect(entry).toMatchObject({ item });
  });
});

describe('ends and refusals', () => {
  const offsets = drawOffsets(10, 17, 30, 0.3);

  test('STOP keeps what was recorded when the operator wants that, and drops it otherwise', async () => {
    await using given = await setUp({ start: 26, offsets });
    expect(await given.run(['NextMag', 'NextMag', 'STOP'])).toBeUndefined();
    expect(given.instrument.calibrations.records('ImageShiftOffsets').all()).toEqual([]);
    const result = await given.run(['NextMag', 'NextMag', 'STOP'], { answers: { keep: 'yes' } });
    expect(result!.values['recorded']).toEqual([26, 25]);
  });

  test('one magnification is too few', async () => {
    await using given = await setUp({ start: 26, offsets });
    expect(await given.run(['End'])).toBeUndefined();
    expect(given.said.join('\n')).toContain('Fewer than two');
  });

  test('a stage that moves ends it like STOP', async () => {
    await using given = await setUp({ start: 26, offsets });
    const stage = given.instrument.kernel.registry.get(Stage);
    const result = await given.run(presses(5), {
      answers: { keep: 'yes' },
      before: async (press) => void (press === 3 && (await stage.move({ x: micrometres(0.5) }))),
    });
    expect(result!.values['recorded']).toEqual([26, 25, 24]);
    expect(given.said.join('\n')).toContain('The stage has moved by');
  });

  test('a magnification out of sequence is put back and nothing is recorded for it', async () => {
    await using given = await setUp({ start: 26, offsets });
    const result = await given.run(['NextMag', 'NextMag', 'NextMag', 'End'], {
      before: async (press) => void (press === 1 && (await given.scope.magIndex.write(asMagIndex(20)))),
    });
    expect(result!.values['recorded']).toEqual([26, 25, 24]);
    expect(given.said.join('\n')).toContain('done in sequence');
  });

  test('a range without image-shift calibration is named', async () => {
    await using instrument = await virtualInstrument({ magIndex: 22 });
    await expect(
      instrument.runner.run(item, { port: new ScriptedOperator({}, { defaults: true }) }),
    ).rejects.toMatchObject({ code: 'image-shift-offsets/no-image-shift' });
  });
});

describeMenuItem(item, {
  edit: smallCameras,
  magIndex: 22,
  simulator: { imageOffsetsMicrometres: { 21: [0.2, -0.1] } },
  buttons: ['NextMag', 'NextMag', 'End'],
  sample: 3,
  prepare: async (instrument) => {
    for (const magIndex of [20, 21, 22])
      instrument.calibrations.imageShift.set(
        asMagIndex(magIndex),
        cameraIndex(0),
        trueImageShift(instrument, magIndex),
        {
          sessionMeasured: false,
        },
      );
    instrument.calibrations
      .records('ImageShiftOffsets')
      .put({ magIndex: asMagIndex(24), eftem: 0, ...scale(vector(unit, unit), 0.1) });
  },
});
