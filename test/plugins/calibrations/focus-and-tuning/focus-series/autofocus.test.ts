import { ImageAcquisition } from '../../../../../core/acquisition';
import { apply, cameraIndex, magIndex as asMagIndex, rotation, scale, subtract } from '../../../../../core/base';
import { BeamTilt, ProbeModeSelector, Scope } from '../../../../../core/devices';
import {
  MeasuredCurves,
  carriedOver,
  curvesToCarry,
  keyOfCurve,
} from '../../../../../plugins/calibrations/focus-and-tuning/focus-series/measured-curves';
import { Calibrations } from '../../../../../core/store';
import { UserSettings } from '../../../../../core/user-settings';
import {
  autofocus,
  drawFocusWorld,
  focusColumns,
  focusInstrument,
  trueSwing,
} from '../../../../../statistics/support/focus/focus-worlds';
import { cameraOf, coarseCamera } from '../../../../../statistics/support/small-camera';
import table from '../../../../../statistics/tables/focus/autofocus';
import traps from '../../../../../statistics/tables/focus/autofocus-traps';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { fewLevels, quickFocus } from '../../../../../statistics/support/focus/focus-cases';
import { runItem } from '../../../../support/virtual-instrument';

/** Focus images of 256 pixels. */
const smallCamera = cameraOf(2048);
/** The same number of pixels, twice as large, for a range that needs the field. */
const coarser = (pixels: number) => (yaml: string) => coarseCamera(2)(cameraOf(pixels)(yaml));

describeMenuItem(autofocus, { ...quickFocus, prepare: fewLevels, sample: 2, inLowDose: true });

describe('the change that is carried over to other calibrations', () => {
  const rowAt = (magIndex: number, size: number) => ({
    magIndex: asMagIndex(magIndex),
    camera: cameraIndex(0),
    direction: 0,
    probe: 1,
    alpha: -999,
    slopeX: size,
    slopeY: 0,
    beamTilt: 2,
    magnification: 1000,
    rows: [-8, 0, 8].map((defocus) => ({ defocus, shiftX: size * defocus, shiftY: 0 })),
  });
  const [old, other] = [rowAt(21, 2), rowAt(23, 5)];

  it('turns and scales those of earlier sessions, and no others', () => {
    const found = curvesToCarry([old, other], rowAt(21, 3), new Set());
    expect(found).toEqual({ old, others: [other] });
    const [change] = carriedOver(found!.others, old, { x: 0, y: 2.2 });
    const near = (value: number): unknown => expect.closeTo(value, 9);
    expect(change).toMatchObject({
      row: {
        magIndex: 23,
        slopeX: near(0),
        slopeY: near(5.5),
        rows: [{}, {}, { defocus: 8, shiftX: near(0), shiftY: near(44) }],
      },
    });
    // Measured in this session, another number of levels, another step.
    expect(curvesToCarry([old, other], rowAt(21, 3), new Set([keyOfCurve(old)]))).toBeUndefined();
    expect(curvesToCarry([old, other], rowAt(21, 3), new Set([keyOfCurve(other)]))).toBeUndefined();
    expect(curvesToCarry([old, other], { ...rowAt(21, 3), rows: old.rows.slice(1) }, new Set())).toBeUndefined();
    const wider = rowAt(21, 3).rows.map((row) => ({ ...row, defocus: 1.1 * row.defocus }));
    expect(curvesToCarry([old, other], { ...rowAt(21, 3), rows: wider }, new Set())).toBeUndefined();
  });
});

describe('the calibration of Autofocus', () => {
  /** The long statistics measure the same with 25 seeds of each kind. */
  it.each([
    [2, 'JEOL in percent', coarser(2048)],
    [3, 'a curve that bends as on real sites', smallCamera],
  ])('recovers the truth of seed %i: %s', async (seed, row, camera) => {
    const { errors, verdict, faults = [] } = await table.measure(seed, row, camera);
    const { percent, degrees, presentDefocus, curve } = errors as Readonly<Record<string, number>>;
    expect(verdict).toBe('good');
    expect(faults).toEqual([]);
    expect(Math.abs(percent!)).toBeLessThan(0.5);
    expect(Math.abs(degrees!)).toBeLessThan(0.5);
    expect(Math.abs(presentDefocus!)).toBeLessThan(0.05);
    expect(curve!).toBeLessThan(0.1);
  });

  it('refuses where there is no beam', async () => {
    const { verdict, faults } = await traps.measure(1, 'no beam', cameraOf(1024));
    expect(verdict).toBe('focus-calibration/levels-lost');
    expect(faults).toEqual([]);
  });
});

/** An instrument whose calibration has five levels, so that it is quick. */
const world = drawFocusWorld(4, focusColumns.fei);
async function quickInstrument() {
  const instrument = await focusInstrument(world, smallCamera);
  const user = instrument.kernel.registry.get(UserSettings);
  user.setForNow('FocusCalLevels', 5);
  user.setForNow('FocusCalRange', 16);
  return instrument;
}

describe('a run of Autofocus', () => {
  it('stores a record as files of SerialEM have it, and gives defocus and beam tilt back', async () => {
    await using instrument = await quickInstrument();
    const { registry } = instrument.kernel;
    const [scope, tilt] = [registry.get(Scope), registry.get(BeamTilt)];
    const before = [await scope.defocus.read(), await tilt.beamTilt.read()];
    const forecast = await instrument.session.forecast(autofocus, new AbortController().signal);
    expect(forecast!.images).toEqual({ least: 15, most: 33 });
    // An earlier calibration that is 5 % longer and turned by 2 degrees.
    const truth = trueSwing(world, instrument, 1);
    const zero = trueSwing(world, instrument, 0);
    const earlier = scale(apply(rotation(2), subtract(truth, zero)), 1.05);
    const key = {
      magIndex: asMagIndex(world.magIndex),
      camera: cameraIndex(0),
      direction: world.direction,
      probe: (await registry.get(ProbeModeSelector).probeMode.read()) === 'micro' ? 1 : 0,
      alpha: -999,
    };
    registry
      .get(Calibrations)
      .records('FocusCalibration')
      .put({
        ...key,
        slopeX: earlier.x,
        slopeY: earlier.y,
        beamTilt: 1,
        rows: [-9, 9].map((defocus) => ({ defocus, shiftX: earlier.x * defocus, shiftY: earlier.y * defocus })),
      });
    const { result, asked } = await runItem(instrument, autofocus);
    expect(asked).toEqual(['start']);
    expect([await scope.defocus.read(), await tilt.beamTilt.read()]).toEqual(before);
    const rows = registry.get(Calibrations).records('FocusCalibration').all();
    expect(rows).toEqual([expect.objectContaining(key)]);
    expect(rows[0]!.beamTilt).toBeCloseTo(registry.get(UserSettings).get('AutofocusBeamTilt'), 2);
    expect(rows[0]!.rows).toHaveLength(5);
    expect(result!.values['changePercent']).toBeCloseTo(100 * (1 / 1.05 - 1), 0);
    expect(result!.values['changeDegrees']).toBeCloseTo(-2, 0);
    expect(registry.get(MeasuredCurves)).toEqual(new Set([keyOfCurve(key)]));
    expect(result!.plots?.[0]).toMatchObject({ id: 'focus curve' });
  });

  it('can be stopped: nothing is stored, and everything is as it was', async () => {
    await using instrument = await quickInstrument();
    const { registry } = instrument.kernel;
    const acquisition = registry.get(ImageAcquisition);
    const take = acquisition.take.bind(acquisition);
    let images = 0;
    jest.spyOn(acquisition, 'take').mockImplementation((...given) => {
      images += 1;
      if (images === 7) instrument.runner.stop();
      return take(...given);
    });
    const [scope, tilt] = [registry.get(Scope), registry.get(BeamTilt)];
    const before = [await scope.defocus.read(), await tilt.beamTilt.read()];
    await expect(runItem(instrument, autofocus)).rejects.toMatchObject({ code: 'run/stopped' });
    expect([await scope.defocus.read(), await tilt.beamTilt.read()]).toEqual(before);
    expect(registry.get(Calibrations).records('FocusCalibration').all()).toEqual([]);
  });

  it('measures a level again that is lost by chance', async () => {
    await using instrument = await quickInstrument();
    const acquisition = instrument.kernel.registry.get(ImageAcquisition);
    const take = acquisition.take.bind(acquisition);
    let images = 0;
    // The second image of the third level is dark.
    jest.spyOn(acquisition, 'take').mockImplementation(async (...given) => {
      const image = await take(...given);
      images += 1;
      if (images === 8) image.frame.image.data.fill(0);
      return image;
    });
    const { result, said } = await runItem(instrument, autofocus);
    expect(said.join('\n')).toMatch(/0 um: lost: the images at both tilts are not equally bright/);
    expect(result!.values).toMatchObject({ images: 18, lostLevels: 0 });
    expect(result!.quality!.verdict).toBe('good');
  });
});
