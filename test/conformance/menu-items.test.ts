import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { projectFolder, trueImageShift } from '../support/virtual-instrument';
import { type MenuItemCase, describeMenuItem } from './describe-menu-item';

const folder = path.join(projectFolder, 'plugins', 'calibrations');

/** Every item file, found by looking as the plugin does. */
const items = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
  .flatMap((submenu) => readdirSync(path.join(folder, submenu.name)).map((file) => `calibrations/${submenu.name}/${path.basename(file, '.ts')}`));

const withImageShift: MenuItemCase = {
  magIndex: 22,
  prepare: (instrument) => instrument.calibrations.imageShift.set(22, 0, trueImageShift(instrument, 22), { sessionMeasured: false }),
};

/** What some items need to run; an item that runs on the virtual Krios as it stands is not named here. */
const cases: Readonly<Record<string, MenuItemCase>> = {
  'calibrations/image-and-stage-shift/image-shift': withImageShift,
  'calibrations/image-and-stage-shift/is-from-scratch': { magIndex: 24, sample: 24 },
  'calibrations/image-and-stage-shift/remove-is-cal': withImageShift,
  'calibrations/image-and-stage-shift/remove-stage-cal': { magIndex: 22, prepare: (instrument) => instrument.calibrations.stage.set(22, 0, { xpx: 30, xpy: 1, ypx: -1, ypy: 30 }) },
  'calibrations/image-and-stage-shift/stage-shift': { sample: 12 },
};

/** Whether an item has a test of its own that holds it to the same. */
function testedElsewhere(id: string): boolean {
  const file = path.join(projectFolder, 'test', 'plugins', `${id}.test.ts`);
  return existsSync(file) && readFileSync(file, 'utf8').includes('describeMenuItem(');
}

for (const id of items.filter((each) => !testedElsewhere(each))) describeMenuItem(id, cases[id]);

test('no case is left of an item that is gone', () => {
  expect(Object.keys(cases).filter((id) => !items.includes(id))).toEqual([]);
});
