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
  product,
  subtract,
  vector,
} from '../../../core/base';
import { Scope } from '../../../core/devices';
import { Settling } from '../../../core/acquisition';
import { ImageShiftAdjustment, ImageShiftCarrying, ImageShiftControl, Optics } from '../../../core/optics';
import { projectFolder, trueImageShift, virtualInstrument } from '../../support/virtual-instrument';

const shift = (x: number, y: number): Vector<ImageShiftUnits> => vector(imageShiftUnits(x), imageShiftUnits(y));
const jeol = path.join(projectFolder, 'config', 'jeol-cryo-arm-k2.yaml');
/** One step of the image-shift deflector of a JEOL column. */
const oneStep = 0.006;

/** An instrument at a magnification, with offsets that belong to magnifications, and what is written to its image shift. */
async function instrumentWith(
  offsets: Readonly<Record<number, Vector<ImageShiftUnits>>>,
  { magIndex, configuration }: { magIndex: number; configuration?: string },
) {
  const writes: string[] = [];
  const instrument = await virtualInstrument({
    magIndex,
    ...(configuration !== undefined && { configuration }),
    watch: (call) => void writes.push(call),
  });
  const { registry, hooks } = instrument.kernel;
  hooks.imageShiftOffset.tapPromise('test', async (offset, at) => add(offset, offsets[at] ?? shift(0, 0)));
  const scope = registry.get(Scope);
  return {
    instrument,
    scope,
    net: registry.get(ImageShiftControl).net,
    adjustment: registry.get(ImageShiftAdjustment),
    carrying: registry.get(ImageShiftCarrying),
    go: async (index: number) => {
      writes.length = 0;
      await scope.magIndex.write(asMagIndex(index));
      return writes.filter((call) => call === 'write image shift').length;
    },
    [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose](),
  };
}
const apart = (a: Vector, b: Vector): number => length(subtract(a, b));

describe('a column that keeps its image shift', () => {
  test('is left alone where nothing differs between two magnifications', async () => {
    await using given = await instrumentWith({}, { magIndex: 22 });
    await given.scope.imageShift.write(shift(1, -2));
    expect(await given.go(24)).toBe(0);
    expect(await given.scope.imageShift.read()).toEqual(shift(1, -2));
  });

  test('gets the difference of the offsets, so that the net image shift stays, and time to settle', async () => {
    await using given = await instrumentWith({ 22: shift(0.5, 0.25), 24: shift(-1, 1) }, { magIndex: 22 });
    await given.scope.imageShift.write(shift(1, -2));
    const before = await given.net.read();
    expect(await given.go(24)).toBe(1);
    expect(apart(await given.scope.imageShift.read(), shift(-0.5, -1.25))).toBeLessThan(1e-9);
    expect(apart(await given.net.read(), before)).toBeLessThan(1e-9);
    expect(given.instrument.kernel.registry.get(Settling).imageShiftTimeout).toBeGreaterThan(
      given.instrument.clock.now(),
    );
    expect(await given.go(22)).toBe(1);
    expect(apart(await given.scope.imageShift.read(), shift(1, -2))).toBeLessThan(1e-9);
  });

  test('is left alone between low magnification and the others unless offsets are applied', async () => {
    await using given = await instrumentWith({ 14: shift(3, 3) }, { magIndex: 20 });
    await given.scope.imageShift.write(shift(1, -2));
    expect(await given.go(14)).toBe(0);
    expect(await given.scope.imageShift.read()).toEqual(shift(1, -2));
  });

  test('with offsets applied, image shift is converted so that it moves the specimen equally far', async () => {
    await using given = await instrumentWith({ 14: shift(3, 3) }, { magIndex: 20 });
    const { calibrations, kernel } = given.instrument;
    for (const magIndex of [14, 20])
      calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), trueImageShift(given.instrument, magIndex), {
        sessionMeasured: false,
      });
    given.adjustment.betweenMagnifications = true;
    await given.scope.imageShift.write(shift(1, -2));
    expect(await given.go(14)).toBe(1);
    const optics = kernel.registry.get(Optics);
    // Displacement on the specimen at each magnification, from the true matrices and the pixel sizes of the site.
    const displaced = (magIndex: number, value: Vector) =>
      apply(
        product(
          inverse(optics.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(0) }).specimenToCamera!)!,
          trueImageShift(given.instrument, magIndex),
        ),
        value,
      );
    expect(apart(displaced(14, await given.net.read()), displaced(20, shift(1, -2)))).toBeLessThan(1e-6);
    expect(apart(await given.scope.imageShift.read(), add(await given.net.read(), shift(3, 3)))).toBeLessThan(1e-9);
  });

  test('is left alone while a calibration says so', async () => {
    await using given = await instrumentWith({ 22: shift(0.5, 0.25) }, { magIndex: 22 });
    const goOn = given.carrying.suspend();
    expect(await given.go(24)).toBe(0);
    goOn();
    expect(await given.go(22)).toBe(1);
  });
});

describe('a column that loses its image shift', () => {
  test('gets it back at each change within a range, with the difference of the offsets', async () => {
    await using given = await instrumentWith({ 23: shift(2, -1) }, { magIndex: 22, configuration: jeol });
    await given.scope.imageShift.write(shift(10, 20));
    const before = await given.scope.imageShift.read();
    expect(await given.go(23)).toBe(1);
    expect(apart(await given.scope.imageShift.read(), add(before, shift(2, -1)))).toBeLessThan(oneStep);
    expect(await given.go(25)).toBe(1);
    expect(apart(await given.scope.imageShift.read(), before)).toBeLessThan(oneStep);
  });

  test('starts afresh in another range and gets back on return what the range was left with', async () => {
    await using given = await instrumentWith({}, { magIndex: 22, configuration: jeol });
    await given.scope.imageShift.write(shift(10, 20));
    const before = await given.scope.imageShift.read();
    expect(await given.go(10)).toBe(0);
    expect(length(await given.scope.imageShift.read())).toBeLessThan(1);
    await given.scope.imageShift.write(shift(-5, 5));
    expect(await given.go(24)).toBe(1);
    expect(apart(await given.scope.imageShift.read(), before)).toBeLessThan(oneStep);
    expect(await given.go(9)).toBe(1);
    expect(apart(await given.scope.imageShift.read(), shift(-5, 5))).toBeLessThan(oneStep);
  });
});
