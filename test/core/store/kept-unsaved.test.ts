import { cameraIndex, magIndex } from '../../../core/base';
import { unsavedInUse } from '../../../app/instrument/session';
import { otherMatrix, Site, someMatrix } from './site';

let site: Site;
beforeEach(() => (site = new Site()));
afterEach(() => site.remove());

const at = (index: number) => [magIndex(index), cameraIndex(0)] as const;

test('what a session measured and nobody saved is counted at its end and at the next start, until it is saved', async () => {
  const first = await site.calibrations();
  expect([first.carriedOver, first.keptUnsaved]).toEqual([0, 0]);
  first.imageShift.set(...at(17), someMatrix);
  first.stage.set(...at(17), otherMatrix);
  // Measured again it is still one value.
  first.imageShift.set(...at(17), otherMatrix);
  expect([first.carriedOver, first.keptUnsaved]).toEqual([0, 2]);
  expect(unsavedInUse(first, 'end')).toMatch(/^2 values are not saved, but will be in use at the next start/);
  await first.saveShortTerm();

  const second = await site.calibrations();
  expect([second.carriedOver, second.keptUnsaved]).toEqual([2, 2]);
  expect(unsavedInUse(second, 'start')).toBe('2 values of an earlier session are in use, not saved.');
  second.imageShift.set(...at(17), someMatrix);
  expect([second.carriedOver, second.keptUnsaved]).toEqual([1, 2]);
  expect(unsavedInUse(second, 'start')).toBe('1 value of an earlier session is in use, not saved.');
  second.stage.remove(...at(17));
  expect([second.carriedOver, second.keptUnsaved]).toEqual([0, 1]);
  await second.save();
  expect([second.carriedOver, second.keptUnsaved]).toEqual([0, 0]);
  expect(unsavedInUse(second, 'end')).toBeUndefined();

  // It is in both files now.
  const third = await site.calibrations();
  expect([third.carriedOver, third.keptUnsaved]).toEqual([0, 0]);
});

test('what is rolled back is as before, and what does not outlive the session does not count', async () => {
  const first = await site.calibrations();
  first.imageShift.set(...at(18), someMatrix);
  await first.saveShortTerm();
  const calibrations = await site.calibrations();
  const before = calibrations.snapshot();
  calibrations.imageShift.set(...at(18), otherMatrix);
  calibrations.imageShift.set(...at(19), otherMatrix, { sessionMeasured: false });
  expect([calibrations.carriedOver, calibrations.keptUnsaved]).toEqual([0, 1]);
  calibrations.restore(before);
  expect([calibrations.carriedOver, calibrations.keptUnsaved]).toEqual([1, 1]);
});
