import { type ImageShiftUnits, metres, micrometres, vector } from '../../../core/base';
import { Scope, quantity, readBack, wholeSteps } from '../../../core/devices';

const units = (x: number, y: number) => vector(x as ImageShiftUnits, y as ImageShiftUnits);
const holding = <Value>(traits: object, value: Value) => ({
  name: 'image shift',
  traits: { ...Scope.settings.imageShift, ...traits } as typeof Scope.settings.imageShift,
  read: async () => value,
});

describe('reading back', () => {
  test('gives what the device holds, as long as it is within a step of it', async () => {
    const coils = { deviceStep: { x: 0.005, y: 0.004 } };
    const held = units(1.0024, 2.0019);
    expect(await readBack(holding(coils, held), units(1, 2))).toEqual(held);
    await expect(readBack(holding(coils, units(1.006, 2)), units(1, 2))).rejects.toMatchObject({
      code: 'setting/not-held',
      message: expect.stringMatching(
        /image shift in X was set to 1 units, but the device holds 1.006 units/,
      ) as unknown,
    });
    await expect(readBack(holding(coils, units(1, 2.0045)), units(1, 2))).rejects.toThrow(/in Y/);
  });

  test('takes the last digit that people see where the device tells no step, or a tolerance', async () => {
    expect(await readBack(holding({}, units(1.0001, 1)), units(1, 1))).toEqual(units(1.0001, 1));
    await expect(readBack(holding({}, units(1.0002, 1)), units(1, 1))).rejects.toThrow(/in X/);
    expect(await readBack(holding({}, units(1.01, 1)), units(1, 1), { tolerance: 0.02 })).toEqual(units(1.01, 1));
  });

  test('refuses NaN, and speaks in the unit that people see', async () => {
    await expect(readBack(holding({}, units(NaN, 1)), units(1, 1))).rejects.toMatchObject({ code: 'setting/not-held' });
    const traits = quantity({ label: 'Defocus', unit: 'um', decimals: 3 });
    const defocus = { name: 'defocus', traits, read: async () => metres(-2.2e-6) };
    await expect(readBack(defocus, micrometres(-2))).rejects.toThrow(
      /The defocus was set to -2 um, but the device holds -2.2 um; more than 0.001 um apart/,
    );
  });
});

test('whole steps of a device are the largest that keep within the wish, one at least; without a step the wish stays', () => {
  const traits = { ...Scope.settings.imageShift, deviceStep: { x: 0.5, y: 0.4 } };
  expect(wholeSteps(traits, { x: 1.7, y: -1.3 })).toEqual({ x: 1.5, y: -1.2000000000000002 });
  expect(wholeSteps(traits, { x: 1.4999999999, y: 0.1 })).toEqual({ x: 1.5, y: 0.4 });
  expect(wholeSteps(Scope.settings.imageShift, { x: 1.7, y: -1.3 })).toEqual({ x: 1.7, y: -1.3 });
});
