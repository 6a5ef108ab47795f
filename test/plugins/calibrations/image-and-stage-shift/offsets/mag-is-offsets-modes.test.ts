import path from 'node:path';
import {
  apply,
  cameraIndex,
  imageShiftUnits,
  inverse,
  length,
  magIndex as asMagIndex,
  type Matrix,
  micrometres,
  product,
  subtract,
  vector,
} from '../../../../../core/base';
import { Cameras, Scope, Stage } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import { Optics } from '../../../../../core/optics';
import { SimulatedTruth } from '../../../../../plugins/simulator';
import { smallCameras } from '../../../../../statistics/support/eftem/eftem-instrument';
import { projectFolder, virtualInstrument } from '../../../../support/virtual-instrument';

const item = 'calibrations/image-and-stage-shift/mag-is-offsets';

describe('with two modes or ranges', () => {
  const shift = (x: number, y: number) => vector(imageShiftUnits(x), imageShiftUnits(y));

  /** An instrument of config/ with all image shift calibrated without error, and an operator who sets another image shift at each magnification. */
  async function setUp(file: string, magIndex: number, camera: number) {
    const instrument = await virtualInstrument({
      configuration: path.join(projectFolder, 'config', file),
      edit: smallCameras,
      magIndex,
    });
    const { registry } = instrument.kernel;
    await registry.get(Cameras).select(cameraIndex(camera));
    const truth = registry
      .get(SimulatedTruth)
      .records.filter((each) => each.record === 'ImageShiftMatrix') as unknown as {
      magIndex: number;
      camera: number;
      xpx: number;
      xpy: number;
      ypx: number;
      ypy: number;
    }[];
    for (const row of truth)
      instrument.calibrations.imageShift.set(asMagIndex(row.magIndex), cameraIndex(row.camera), row, {
        sessionMeasured: false,
      });
    const scope = registry.get(Scope);
    const offsets = instrument.calibrations.records('ImageShiftOffsets');
    const run = (pressed: readonly string[], answers: Readonly<Record<string, string>> = {}) => {
      let press = 0;
      const operator = new ScriptedOperator(answers, { defaults: true });
      const port = Object.assign(operator, {
        button: async (): Promise<string> => {
          const at = await scope.magIndex.read();
          await scope.imageShift.write(shift(0.3 - 0.01 * at, 0.002 * at * at - 1));
          return pressed[press++] ?? 'End';
        },
      });
      return instrument.runner
        .run(item, { port })
        .then((result) => ({ result, asked: operator.asked.map(({ id }) => id) }));
    };
    const stored = (at: number, eftem: number) =>
      offsets.find((row) => row.magIndex === at && row.eftem === eftem) ?? { x: 0, y: 0 };
    return {
      instrument,
      optics: registry.get(Optics),
      offsets,
      run,
      stored,
      [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
    };
  }
  const apart = (a: { x: number; y: number }, b: { x: number; y: number }) =>
    length(subtract(vector(a.x, a.y), vector(b.x, b.y)));

  describe('with a bridge between the regular and the energy-filtered mode', () => {
    test('the other mode moves as a whole so that the bridge holds again', async () => {
      await using given = await setUp('krios-k3.yaml', 24, 0);
      const { instrument, optics, offsets, stored } = given;
      instrument.calibrations
        .records('GIFShiftOffset')
        .put({ fromMagIndex: asMagIndex(23), toMagIndex: asMagIndex(22), x: 0.7, y: -0.4 });
      for (const magIndex of [20, 22, 25])
        offsets.put({ magIndex: asMagIndex(magIndex), eftem: 1, x: 0.1 * magIndex, y: -1 });
      const before = new Map([20, 22, 25].map((magIndex) => [magIndex, { ...stored(magIndex, 1) }]));
      const { asked } = await given.run(['NextMag', 'NextMag', 'End']);
      expect(asked).toEqual(['start', 'take-images', 'zero-regular', 'zero-magnification']);
      // From image shift of the regular camera over the specimen to image shift of the other.
      const toSpecimen = (magIndex: number, camera: number) =>
        product(
          inverse(optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(camera) }).specimenToCamera!)!,
          instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(camera))!,
        );
      const converted = apply(product(inverse(toSpecimen(22, 1))!, toSpecimen(23, 0)), stored(23, 0));
      expect(apart(stored(22, 1), { x: converted.x + 0.7, y: converted.y - 0.4 })).toBeLessThan(1e-9);
      const change = subtract(vector(stored(22, 1).x, stored(22, 1).y), vector(before.get(22)!.x, before.get(22)!.y));
      expect(length(change)).toBeGreaterThan(0.1);
      for (const magIndex of [20, 25])
        expect(
          apart(subtract(vector(stored(magIndex, 1).x, stored(magIndex, 1).y), change), before.get(magIndex)!),
        ).toBeLessThan(1e-9);
    });

    test('which mode has the zero is asked once in a session', async () => {
      await using given = await setUp('krios-k3.yaml', 24, 0);
      given.instrument.calibrations
        .records('GIFShiftOffset')
        .put({ fromMagIndex: asMagIndex(23), toMagIndex: asMagIndex(22), x: 0.7, y: -0.4 });
      expect((await given.run(['NextMag', 'End'], { 'zero-regular': 'no' })).asked).toEqual([
        'start',
        'take-images',
        'zero-regular',
      ]);
      expect((await given.run(['NextMag', 'End'])).asked).toEqual(['start', 'take-images']);
      expect(apart(given.stored(24, 0), { x: 0.3 - 0.24, y: 0.002 * 576 - 1 })).toBeLessThan(1e-9);
    });
  });

  describe('with a secondary range', () => {
    test('the run stays in its range, and the other one moves with the highest low magnification', async () => {
      await using given = await setUp('hitachi-ht7700.yaml', 33, 0);
      const { result, asked } = await given.run(['NextMag', 'NextMag', 'NextMag', 'End'], {
        'take-images': 'no',
        'zero-primary': 'no',
      });
      expect(result!.values['recorded']).toEqual([33, 32, 31, 10]);
      expect(asked).toContain('zero-primary');
      expect(given.stored(33, 0)).toEqual({ x: 0, y: 0 });
      const inMicrometres = (magIndex: number) =>
        apply(
          given.optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(0) }).imageShiftToSpecimen!,
          given.stored(magIndex, 0),
        );
      expect(length(subtract(inMicrometres(20), inMicrometres(10)))).toBeLessThan(1e-6);
    });
  });
});

describe('the circumstances', () => {
  const krios = path.join(projectFolder, 'config', 'krios-k3.yaml');

  interface Setup {
    readonly magIndex: number;
    readonly camera: number;
    readonly edit?: (yaml: string) => string;
    /** True where image shift is calibrated. */
    readonly calibrated?: (magIndex: number, camera: number) => boolean;
    readonly bridge?: boolean;
  }

  /** The virtual Krios with image shift calibrated where it is said, and a run with the buttons that an operator presses. */
  async function setUp({ magIndex, camera, edit = (yaml) => yaml, calibrated = () => true, bridge = false }: Setup) {
    const instrument = await virtualInstrument({
      configuration: krios,
      edit: (yaml) => edit(smallCameras(yaml)),
      simulator: { seed: 1 },
    });
    const { registry } = instrument.kernel;
    await registry.get(Cameras).select(cameraIndex(camera));
    await registry.get(Scope).magIndex.write(asMagIndex(magIndex));
    const truth = registry
      .get(SimulatedTruth)
      .records.filter((each) => each.record === 'ImageShiftMatrix') as unknown as ({
      magIndex: number;
      camera: number;
    } & Matrix)[];
    for (const row of truth)
      if (calibrated(row.magIndex, row.camera))
        instrument.calibrations.imageShift.set(asMagIndex(row.magIndex), cameraIndex(row.camera), row, {
          sessionMeasured: false,
        });
    if (bridge)
      instrument.calibrations
        .records('GIFShiftOffset')
        .put({ fromMagIndex: asMagIndex(25), toMagIndex: asMagIndex(17), x: 0.3, y: 0.1 });
    const run = (
      pressed: readonly string[] = [],
      before: (press: number) => Promise<void> = async () => {},
      answers: Readonly<Record<string, string>> = {},
    ) => {
      let press = 0;
      const said: string[] = [];
      const port = Object.assign(new ScriptedOperator({ 'take-images': 'no', ...answers }, { defaults: true }), {
        log: (text: string) => void said.push(text),
        button: async (): Promise<string> => {
          await before(press);
          await registry
            .get(Scope)
            .imageShift.write(vector(imageShiftUnits(0.01 * press), imageShiftUnits(-0.02 * press)));
          return pressed[press++] ?? 'End';
        },
      });
      return instrument.runner.run(item, { port }).then((result) => ({ result, said }));
    };
    return {
      instrument,
      run,
      offsets: () => instrument.calibrations.records('ImageShiftOffsets').all(),
      [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
    };
  }

  /** A second camera before the filter, as large as the first. */
  const twoRegularCameras = (yaml: string): string => {
    const [ceta = ''] = /^ {2}- index: 0\n(?: {4}.*\n)+/m.exec(yaml) ?? [];
    const set =
      '    Trial: { binning: 4, exposure: 0.5, area: full }\n    Record: { binning: 2, exposure: 1, area: full }\n';
    return yaml
      .replace('ActiveCameraList: [0, 1]', 'ActiveCameraList: [0, 1, 2]')
      .replace(
        /^parameterSets:\n/m,
        `${ceta.replace('index: 0', 'index: 2').replace('BM-Ceta', 'Falcon')}\nparameterSets:\n  2:\n${set}`,
      );
  };

  test('with a bridge, only the first camera of a mode will do, and it is named', async () => {
    await using given = await setUp({ magIndex: 26, camera: 2, edit: twoRegularCameras, bridge: true });
    await expect(given.run()).rejects.toMatchObject({
      code: 'image-shift-offsets/not-first-camera',
      message: expect.stringContaining('BM-Ceta') as string,
    });
    expect(given.offsets()).toEqual([]);
  });

  test('without a bridge, any camera of a mode will do', async () => {
    await using given = await setUp({ magIndex: 26, camera: 2, edit: twoRegularCameras });
    expect((await given.run(['NextMag', 'End'])).result!.values['recorded']).toEqual([26, 25]);
  });

  test('from the secondary range it is refused where there is a camera of each mode', async () => {
    const secondary = (yaml: string): string =>
      yaml.replace('LowestMModeMagIndex: 16', 'LowestMModeMagIndex: 16\nLowestSecondaryModeMag: 30');
    await using given = await setUp({ magIndex: 31, camera: 0, edit: secondary });
    await expect(given.run()).rejects.toMatchObject({ code: 'image-shift-offsets/secondary-range' });
  });

  test('image shift that is known nowhere in a range is refused with a magnification of that range', async () => {
    // What is calibrated above low magnification cannot be carried into it.
    await using given = await setUp({ magIndex: 12, camera: 0, calibrated: (magIndex) => magIndex >= 16 });
    await expect(given.run()).rejects.toMatchObject({
      code: 'image-shift-offsets/no-image-shift',
      message: expect.stringContaining('52x') as string,
    });
  });

  test('with a bridge, the other mode has to be calibrated too', async () => {
    await using given = await setUp({
      magIndex: 26,
      camera: 0,
      calibrated: (magIndex) => magIndex >= 16,
      bridge: true,
    });
    await expect(given.run()).rejects.toMatchObject({ code: 'image-shift-offsets/no-image-shift' });
  });

  test('a stage that drifts by 0.03 um ends it like STOP, one that drifts by 0.02 does not', async () => {
    for (const [drift, recorded] of [
      [0.03, [26, 25]],
      [0.02, [26, 25, 24, 23]],
    ] as const) {
      await using given = await setUp({ magIndex: 26, camera: 0 });
      const stage = given.instrument.kernel.registry.get(Stage);
      const { result, said } = await given.run(
        ['NextMag', 'NextMag', 'NextMag', 'End'],
        async (press) => void (press === 2 && (await stage.move({ x: micrometres(drift) }))),
        { keep: 'yes' },
      );
      expect(result!.values['recorded']).toEqual(recorded);
      expect(said.join('\n').includes('The stage has moved by')).toBe(drift === 0.03);
    }
  });
});
