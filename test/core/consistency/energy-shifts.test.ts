import { magIndex, cameraIndex } from '../../../core/base';
import { type Finding, checkConsistency } from '../../../core/consistency';
import type { Settings } from '../../../core/settings';
import { camera, optics } from '../optics/instrument';

const matrix = { xpx: 10, xpy: 0, ypx: 0, ypy: 10 };

/** The findings about energy shifts, with image shift calibrated at some magnifications. */
function findingsOf(
  shifts: Readonly<Record<number, number>>,
  { behindFilter = true, omega = false, used = [6, 7, 8, 9, 10] } = {},
): readonly Finding[] {
  const rows = Object.entries(shifts).map(([index, energyShift]) => ({
    magIndex: magIndex(Number(index)),
    energyShift,
  }));
  const table = (given: readonly unknown[]) => ({ all: () => given as never[], find: () => undefined });
  const about = optics({
    properties: { cameras: [camera(0, { behindFilter })] },
    imageShifts: used.map((index) => ({ magIndex: magIndex(index), camera: cameraIndex(0), matrix })),
  });
  return checkConsistency(about, {
    beam: {
      calibrations: { records: (name) => table(name === 'FilterMagShifts' ? rows : []), shortTerm: () => table([]) },
      settings: { get: (name: string) => (name === 'HasOmegaFilter' ? omega : []) } as unknown as Settings,
    },
  }).filter(({ code }) => code === 'consistency/energy-shifts');
}

test('energy shifts that change by a few electronvolts are left alone, and so is an instrument without any', () => {
  expect(findingsOf({ 6: 0, 7: 1.5, 8: 2.5, 9: 5, 10: 4 })).toEqual([]);
  expect(findingsOf({ 6: 0, 7: 20, 8: 40, 9: 60, 10: 80 })).toEqual([]);
  expect(findingsOf({})).toEqual([]);
});

test.each([
  [{ 6: 0, 7: 1, 8: 42, 9: 3, 10: 4 }, 8],
  [{ 6: 0, 7: -31, 8: 2, 9: 3, 10: 4 }, 7],
])('of %p the one far from its neighbours is named, alone', (shifts, index) => {
  const found = findingsOf(shifts);
  expect(found).toMatchObject([
    { severity: 'warning', magIndex: index, subject: 'energy shifts', remedy: { measure: 'energy shifts' } },
  ]);
});

test('magnifications outside low magnification that are in use without one are named, where the camera looks through a filter', () => {
  const some = { 7: 1, 8: 2 };
  expect(findingsOf(some)).toMatchObject([{ severity: 'information', magIndexes: [6, 9, 10] }]);
  expect(findingsOf(some, { used: [2, 7, 8] })).toEqual([]);
  expect(findingsOf(some, { behindFilter: false })).toEqual([]);
  expect(findingsOf(some, { behindFilter: false, omega: true })).toMatchObject([{ magIndexes: [6, 9, 10] }]);
});
