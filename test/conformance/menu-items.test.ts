import { type ImageShiftUnits, cameraIndex, magIndex, vector } from '../../core/base';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { takeImage } from '../../core/acquisition';
import { Calibrations } from '../../core/store';
import { ImageShiftFollowing } from '../../core/tuning';
import { UserSettings } from '../../core/user-settings';
import { rememberOffset } from '../../plugins/calibrations/tasks/shift-offset/offset-memory';
import { type MeasuredCoils, rememberNeeded } from '../../plugins/calibrations/tasks/tuning/needed-changes';
import { itemFiles } from '../support/item-files';
import { cameraOf } from '../../statistics/support/small-camera';
import { projectFolder, runItem, trueImageShift } from '../support/virtual-instrument';
import type { Mark } from '../../core/kernel';
import { type MenuItemCase, describeMenuItem } from './describe-menu-item';

const items = itemFiles('calibrations').map(({ file, definition }) => ({ file, id: definition.declaration.id }));

const withImageShift: MenuItemCase = {
  magIndex: 22,
  edit: cameraOf(384),
  prepare: (instrument) =>
    instrument.calibrations.imageShift.set(magIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
      sessionMeasured: false,
    }),
};

/** Place of the first peak of the grating in the autocorrelation, once it was found. */
const peaks: Mark[] = [];
/** A grating in A, and what was found on it. */
const withGrating: MenuItemCase = {
  magIndex: 9,
  edit: cameraOf(512),
  sample: 3,
  simulator: { specimen: 'cross-grating' },
  marks: peaks,
  prepare: async (instrument) => {
    // The autocorrelation that a run leaves in A serves the next one.
    if (instrument.session.buffers.get('A')?.context.kind === 'processed') return;
    // A run is as long as its image is large.
    await runItem(instrument, 'calibrations/pixel-size/set-binned-size', { 'binned-size': '128' });
    await takeImage(instrument.session, 'View');
    const { result } = await runItem(instrument, 'calibrations/pixel-size/find-pixel-size');
    const { spacings, gridAngle } = result!.values as { spacings: readonly number[]; gridAngle: number };
    const [rows = 0, columns = 0] = instrument.session.buffers.get('A')!.frame.image.shape;
    const angle = (gridAngle * Math.PI) / 180;
    peaks[0] = {
      from: {
        x: columns / 2 + 0.5 + spacings[0]! * Math.cos(angle),
        y: rows / 2 + 0.5 - spacings[0]! * Math.sin(angle),
      },
    };
  },
};
/** Pixel sizes that were found at two neighbouring magnifications, with their grid angles. */
const withFoundSizes: MenuItemCase = {
  magIndex: 18,
  simulator: { specimen: 'cross-grating' },
  answers: { 'mag-index': '18', angle: '85' },
  prepare: async (instrument) => {
    await takeImage(instrument.session, 'View');
    const found = [
      { magIndex: magIndex(17), gridAngle: 10 },
      { magIndex: magIndex(18), gridAngle: 80 },
    ];
    instrument.calibrations
      .shortTerm('FoundPixelSize')
      .replaceAll(
        found.map((each) => ({ ...each, time: 100, camera: cameraIndex(0), addedRotation: 0, pixelSize: 5 })),
      );
  },
};

/** Result of Coma vs. Image Shift. */
const withComaMatrix: MenuItemCase = {
  magIndex: 26,
  prepare: async ({ kernel }) => {
    const matrices = [-0.4, 0.1, 0.05, 0.45, 0.001, 0.0005, -0.0004, 0.0012];
    await kernel.registry.get(UserSettings).set('ComaVsISCal', [26, 5, 1, -999, 70, 0.5, ...matrices]);
  },
};
/** Change that the last measurement of the session found. */
const withNeeded = (coils: MeasuredCoils): MenuItemCase => ({
  prepare: ({ kernel }) => rememberNeeded(kernel.registry.get(Calibrations), coils, { x: 0.012, y: -0.034 }),
  check: (_, result) => expect(result!.values['change']).toEqual({ x: 0.012, y: -0.034 }),
});

/** Conditions that some items need; items without an entry run on the unchanged virtual Krios. */
const cases: Readonly<Record<string, MenuItemCase>> = {
  'calibrations/image-and-stage-shift/image-shift': { ...withImageShift, sample: 2 },
  'calibrations/image-and-stage-shift/is-from-scratch': { magIndex: 24, edit: cameraOf(384), sample: 3 },
  'calibrations/image-and-stage-shift/remove-is-cal': withImageShift,
  'calibrations/image-and-stage-shift/remove-stage-cal': {
    magIndex: 22,
    prepare: (instrument) =>
      instrument.calibrations.stage.set(magIndex(22), cameraIndex(0), { xpx: 30, xpy: 1, ypx: -1, ypy: 30 }),
  },
  'calibrations/pixel-size/add-n90-to-a-rotation': withFoundSizes,
  'calibrations/tasks/revert-shift-offset': {
    prepare: async ({ kernel }) => {
      const users = kernel.registry.get(UserSettings);
      await users.set('LowDoseViewShift', [0.3, 0.4]);
      rememberOffset(users, { setting: 'LowDoseViewShift', before: [0.1, 0.2], after: [0.3, 0.4] });
    },
  },
  'calibrations/tasks/restore-beam-tilt': {
    ...withComaMatrix,
    sample: 3,
    prepare: async (instrument) => {
      await withComaMatrix.prepare?.(instrument);
      await instrument.kernel.registry
        .get(ImageShiftFollowing)
        .adjust(vector(2 as ImageShiftUnits, -1 as ImageShiftUnits));
    },
  },
  'calibrations/tasks/report-coma-vs-is-matrix': withComaMatrix,
  'calibrations/tasks/report-stigmator-needed': withNeeded('stigmator'),
  'calibrations/tasks/report-coma-tilt-needed': withNeeded('beam tilt'),
  'calibrations/pixel-size/try-again-with-marker': withGrating,
};

/** True when an item has its own test of the same contract, in the folder of its submenu or in one below it. */
function testedElsewhere(item: string): boolean {
  const folder = path.join(projectFolder, 'test', 'plugins', path.dirname(item));
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === `${path.basename(item)}.test.ts`)
    .some((file) => /\bdescribe(Menu)?Item\(/.test(readFileSync(path.join(folder, file), 'utf8')));
}

/** The item that `npm run item` is about; all where it does not run. */
const wanted = process.env['EUCENTRIC_ITEM'];

for (const { id, file } of items) if (!testedElsewhere(file) && (wanted ?? id) === id) describeMenuItem(id, cases[id]);

test('no case is left of an item that is gone', () => {
  expect(Object.keys(cases).filter((each) => !items.some(({ id }) => id === each))).toEqual([]);
});
