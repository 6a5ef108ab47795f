import path from 'node:path';
import {
  type Vector,
  imageShiftUnits,
  length,
  magIndex as asMagIndex,
  subtract,
  vector,
} from '../../../../../core/base';
import { NeutralImageShift, Scope, VirtualInstrument } from '../../../../../core/devices';
import { ImageShiftControl } from '../../../../../core/optics';
import { VirtualMicroscope } from '../../../../../simulation';
import { projectFolder, virtualInstrument } from '../../../../support/virtual-instrument';

const shift = (x: number, y: number) => vector(imageShiftUnits(x), imageShiftUnits(y));
/** A step of the deflector of a JEOL column, once when it is read and once when it is set. */
const oneCount = 2 * Math.hypot(0.00508, 0.00434);

/** A column with a neutral image shift at each magnification, calibrated at some of them, and what really reaches the specimen. */
async function setUp(file: string, calibrated: readonly number[], magIndex: number, simulator: object = {}) {
  const configuration = path.join(projectFolder, 'config', file);
  const instrument = await virtualInstrument({ configuration, magIndex, simulator: { ...simulator } });
  const { registry } = instrument.kernel;
  const scope = registry.get(Scope);
  const microscope = registry.get(VirtualInstrument).microscope as VirtualMicroscope;
  const records = instrument.calibrations.records('NeutralImageShifts');
  for (const at of calibrated) {
    await scope.magIndex.write(asMagIndex(at));
    // The neutral value is what the column holds when nothing is shifted.
    records.put({
      magIndex: asMagIndex(at),
      ...(registry.has(NeutralImageShift) ? await registry.get(NeutralImageShift).neutral.read() : shift(1, 1)),
    });
  }
  await scope.magIndex.write(asMagIndex(magIndex));
  return {
    instrument,
    scope,
    records,
    net: registry.get(ImageShiftControl).net,
    real: (): Vector => microscope.state.imageShift,
    [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
  };
}

test('on a JEOL column, a net image shift is what really shifts the image, and stays from one magnification to the next', async () => {
  await using given = await setUp('jeol-cryo-arm-k2.yaml', [20, 21, 22, 23, 24], 22);
  await given.net.write(shift(0.8, -0.5));
  for (const magIndex of [23, 24, 20, 22]) {
    await given.scope.magIndex.write(asMagIndex(magIndex));
    expect(length(subtract(await given.net.read(), shift(0.8, -0.5)))).toBeLessThan(oneCount);
    expect(length(subtract(given.real(), vector(0.8, -0.5)))).toBeLessThan(oneCount);
  }
});

test('where it is not calibrated, the net image shift is that of the column, and the image jumps by the difference', async () => {
  await using given = await setUp('jeol-cryo-arm-k2.yaml', [22], 22, { neutralImageShifts: { 22: [0.12, -0.08] } });
  await given.net.write(shift(0.8, -0.5));
  expect(length(subtract(given.real(), vector(0.8, -0.5)))).toBeLessThan(oneCount);
  given.records.replaceAll([]);
  expect(await given.net.read()).toEqual(await given.scope.imageShift.read());
  expect(length(subtract(await given.net.read(), shift(0.92, -0.58)))).toBeLessThan(oneCount);
});

test('a column that has no neutral image shift does not look at such records', async () => {
  await using given = await setUp('simulator.yaml', [22], 22);
  await given.net.write(shift(0.8, -0.5));
  expect(await given.scope.imageShift.read()).toEqual(shift(0.8, -0.5));
});
