import path from 'node:path';
import {
  type Matrix,
  cameraIndex,
  imageShiftUnits,
  magIndex as asMagIndex,
  micrometres,
  vector,
} from '../../../../../core/base';
import { Cameras, Scope, Stage } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import { SimulatedTruth } from '../../../../../plugins/simulator';
import { projectFolder, virtualInstrument } from '../../../../support/virtual-instrument';
import { smallCameras } from '../../../../../statistics/support/eftem-instrument';

const item = 'calibrations/image-and-stage-shift/mag-is-offsets';
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
  await using given = await setUp({ magIndex: 26, camera: 0, calibrated: (magIndex) => magIndex >= 16, bridge: true });
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
