import { add, beamShiftUnits, length, magIndex as asMagIndex, subtract, vector } from '../../../../core/base';
import { BeamShift, Scope } from '../../../../core/devices';
import { takeImage } from '../../../../core/acquisition';
import { BeamControl, beamShiftMatrix } from '../../../../core/illumination';
import { Optics } from '../../../../core/optics';
import { findBeam } from '../../../../imaging';
import {
  type BeamInstrument,
  condense,
  fieldOf,
  knowImageShift,
  microscopeOf,
} from '../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/beam/beam-shift';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/beam-shift';
// As bright that eight images are enough.
const lit = { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.01, saturationCounts: 10000 };

const prepared = async (instrument: BeamInstrument): Promise<void> => {
  await knowImageShift(instrument);
  await condense(instrument, 0.35);
};

describeMenuItem(id, {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: coarseCamera(8),
  simulator: lit,
  prepare: prepared,
  sample: 2,
});

test.each(table.rows!)('the matrix of a column with imperfections: %s', async (row) => {
  const { errors, verdict } = await table.measure(1, row, coarseCamera(8));
  expect(verdict).toBe('good');
  expect(errors['percent']).toBeLessThan(0.15);
});

describe('on an FEI column', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument({
      configuration: 'talos-ceta.yaml',
      magIndex: 25,
      edit: coarseCamera(8),
      simulator: lit,
    });
    await prepared(instrument);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  const stored = () => instrument.calibrations.records('BeamShiftCalibration').all();
  const centre = async () => {
    const { frame } = (await takeImage(instrument.session, 'Trial'))!;
    return findBeam(frame.image).outline!.centre;
  };

  test('a beam that cannot be measured is refused with the reason, and nothing is stored', async () => {
    const microscope = microscopeOf(instrument);
    const field = await fieldOf(instrument);
    const { beamDiameter } = microscope.state;
    const traps: readonly (readonly [string, () => void])[] = [
      ['beam/cut-by-the-frame', () => microscope.setBeamShift({ x: 0.4 * field, y: 0 })],
      ['beam/not-there', () => microscope.setBeamShift({ x: 5 * field, y: 0 })],
      ['beam/not-there', () => microscope.setBeamDiameter(4 * field)],
      ['beam/no-room', () => microscope.setBeamDiameter(0.9 * field)],
      [
        'beam/saturated',
        () => {
          microscope.setSpotSize(1);
          microscope.setBeamDiameter(0.2 * field);
        },
      ],
    ];
    for (const [code, set] of traps) {
      set();
      await expect(runItem(instrument, id)).rejects.toMatchObject({ code });
      microscope.setSpotSize(5);
      microscope.setBeamShift({ x: 0, y: 0 });
      microscope.setBeamDiameter(beamDiameter);
    }
    expect(stored()).toEqual([]);
  });

  test('needs the calibration of image shift', async () => {
    const scope = instrument.kernel.registry.get(Scope);
    await scope.magIndex.write(asMagIndex(5));
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'beam/no-image-shift' });
    await scope.magIndex.write(asMagIndex(25));
  });

  test('afterwards the beam moves as far as it is asked to', async () => {
    await runItem(instrument, id);
    const { registry } = instrument.kernel;
    const control = registry.get(BeamControl);
    const before = await centre();
    const [rows, columns] = (await takeImage(instrument.session, 'Trial'))!.frame.image.shape as [number, number];
    await control.moveByFieldFraction({ x: 0.12, y: -0.08 });
    await instrument.clock.delay(2 as never);
    const after = await centre();
    const moved = subtract(after, before);
    expect(length(subtract(moved, vector(0.12 * columns, -0.08 * rows)))).toBeLessThan(0.3);
    const field = await fieldOf(instrument);
    await control.moveByMicrometres({ x: -0.12 * field, y: 0.08 * field });
    expect(length(subtract(await centre(), before))).toBeLessThan(0.3);
  });

  test('a calibration replaces the one of its range, but not a refined one of another magnification', async () => {
    const rows = instrument.calibrations.records('BeamShiftCalibration');
    const [own] = rows.all();
    const at = (magIndex: number, retain: 0 | 1) => ({ ...own!, magIndex: asMagIndex(magIndex), retain });
    rows.replaceAll([at(24, 0), at(23, 1), at(3, 0)]);
    await runItem(instrument, id);
    expect(stored().map(({ magIndex, retain }) => [magIndex, retain])).toEqual([
      [23, 1],
      [3, 0],
      [25, 0],
    ]);
  });

  test('the result of a beam that drifts in jumps is not kept', async () => {
    const setting = instrument.kernel.registry.get(BeamShift).beamShift;
    const microscope = microscopeOf(instrument);
    let images = 0;
    // Something besides the calibration moves the beam before two of the images.
    const write = jest.spyOn(setting, 'write').mockImplementation(async (value) => {
      images += 1;
      const jump = images === 4 || images === 6 ? 0.01 * (await fieldOf(instrument)) : 0;
      microscope.setBeamShift(add(value, vector(beamShiftUnits(jump), beamShiftUnits(0))));
    });
    const read = jest.spyOn(setting, 'read');
    read.mockImplementation(async () => {
      const last = write.mock.calls.at(-1);
      return last ? last[0] : (microscope.state.beamShift as never);
    });
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'beam/not-kept' });
    write.mockRestore();
    read.mockRestore();
  });
});

test('on a JEOL column with a filter behind it, the beam shift of filtered imaging has a negative mag index and stands apart', async () => {
  await using instrument = await virtualInstrument({
    configuration: 'jeol-cryo-arm-k2.yaml',
    magIndex: 17,
    edit: (yaml) => coarseCamera(8)(yaml).replace('HasOmegaFilter: 1', 'HasOmegaFilter: 0').replace('GIF: 0', 'GIF: 1'),
    simulator: lit,
  });
  await prepared(instrument);
  const control = instrument.kernel.registry.get(BeamControl);
  const conditions = await control.shiftConditions();
  expect(await control.shiftToCamera()).toBeUndefined();
  await runItem(instrument, id);
  const rows = instrument.calibrations.records('BeamShiftCalibration').all();
  expect(rows.map(({ magIndex }) => magIndex)).toEqual([-17]);
  expect(await control.shiftToCamera()).toBeDefined();
  const sources = {
    calibrations: instrument.calibrations,
    optics: instrument.kernel.registry.get(Optics),
    settings: instrument.settings,
  };
  expect(beamShiftMatrix(sources, conditions)).toBeDefined();
  expect(beamShiftMatrix(sources, { ...conditions, filtered: false })).toBeUndefined();
});
