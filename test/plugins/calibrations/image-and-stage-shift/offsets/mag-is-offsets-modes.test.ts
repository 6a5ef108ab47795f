import path from 'node:path';
import {
  apply,
  cameraIndex,
  imageShiftUnits,
  inverse,
  length,
  magIndex as asMagIndex,
  product,
  subtract,
  vector,
} from '../../../../../core/base';
import { Cameras, Scope } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import { Optics } from '../../../../../core/optics';
import { SimulatedTruth } from '../../../../../plugins/simulator';
import { smallCameras } from '../../../../../statistics/support/eftem-instrument';
import { projectFolder, virtualInstrument } from '../../../../support/virtual-instrument';

const item = 'calibrations/image-and-stage-shift/mag-is-offsets';
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
