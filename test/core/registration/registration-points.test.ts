import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RegistrationPointList } from '../../../core/registration';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'points-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const make = (name = 'points.yaml') => new RegistrationPointList(path.join(folder, name));

test('points are numbered in the order in which they are marked, in each registration again', async () => {
  const points = make();
  await points.mark({ x: 1, y: 2 }, { note: 'corner' });
  await points.mark({ x: 3, y: 4 });
  expect(await points.begin()).toBe(2);
  expect(await points.mark({ x: -2, y: 1 })).toMatchObject({ number: 1, registration: 2, note: 'corner' });
  await points.mark({ x: 9, y: 9 }, { number: 7 });
  expect(points.pairs(1, 2)).toEqual([{ number: 1, from: { x: 1, y: 2 }, to: { x: -2, y: 1 }, note: 'corner' }]);
  expect(points.partner()).toBe(1);
  expect(points.registrations()).toEqual([1, 2]);
});

test('they are there again in the next program, and can be saved and loaded', async () => {
  const points = make();
  await points.mark({ x: 100.12345, y: -20 });
  await points.begin();
  await points.mark({ x: 20, y: 100 });
  expect(make().all()).toEqual([
    { number: 1, registration: 1, position: { x: 100.1235, y: -20 } },
    { number: 1, registration: 2, position: { x: 20, y: 100 } },
  ]);
  expect(make().registration).toBe(2);
  const other = path.join(folder, 'other.yaml');
  await points.save(other);
  await points.clear();
  expect(points.all()).toEqual([]);
  await points.load(other);
  expect(points.all()).toHaveLength(2);
});

test('a number that is used gets the new place, a point can be removed, and listeners hear it', async () => {
  const points = make();
  let heard = 0;
  const end = points.onChange(() => void (heard += 1));
  await points.mark({ x: 1, y: 1 });
  await points.mark({ x: 5, y: 5 }, { number: 1 });
  expect(points.all()).toMatchObject([{ position: { x: 5, y: 5 } }]);
  await points.remove(1);
  expect(points.all()).toEqual([]);
  end();
  await points.mark({ x: 1, y: 1 });
  expect(heard).toBe(3);
  await expect(points.remove(4)).rejects.toMatchObject({ code: 'registration/no-such-point' });
  await expect(points.mark({ x: NaN, y: 1 })).rejects.toMatchObject({ code: 'registration/bad-place' });
  await expect(points.load(path.join(folder, 'none.yaml'))).rejects.toMatchObject({ code: 'registration/no-file' });
});

test('a file that cannot be read is said, and never written over', async () => {
  const file = path.join(folder, 'points.yaml');
  writeFileSync(file, 'registration: 1\npoints: [{ number: 1, x: far }]\n');
  const points = make();
  expect(points.problem).toMatchObject({ code: 'registration/bad-file' });
  await expect(points.mark({ x: 1, y: 1 })).rejects.toMatchObject({ code: 'registration/bad-file' });
  expect(readFileSync(file, 'utf8')).toContain('far');
});
