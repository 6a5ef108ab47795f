import { type Vector, micrometres, vector } from '../../../../../core/base';
import { BeamTilt, ObjectiveStigmator, Scope } from '../../../../../core/devices';
import {
  astigmatismByBtid,
  astigmatismRecord,
  btidInstrument,
  btidSimulator,
  measureBtid,
  prepareBtid,
} from '../../../../../statistics/support/btid/btid-worlds';
import { cameraOf } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, verifying } from '../../../../support/virtual-instrument';

/** Images of 256 pixels. */
const camera = cameraOf(2048);
/** Images of 128 pixels for runs that are only stopped and broken off, with less tilt for their smaller field. */
const smaller = { edit: cameraOf(1024), tiltShare: 0.5 };

describeMenuItem(astigmatismByBtid, {
  magIndex: 27,
  simulator: btidSimulator(1),
  edit: smaller.edit,
  prepare: (instrument) => prepareBtid(instrument, smaller),
  answers: { doubtful: 'yes' },
  sample: 2,
  inLowDose: true,
});

/** Seeds, images and schemes; the long statistics take both. */
const runs = [
  [2, 24, false],
  [1, 36, true],
] as const;

test.each(verifying ? runs : runs.slice(0, 1))(
  'finds the matrices within 1 %% of a term, and those of focus within 0.3 %% (seed %i, %i images)',
  async (seed, images, threeShots) => {
    const { errors, verdict } = await measureBtid(seed, astigmatismByBtid, astigmatismRecord, { camera, threeShots });
    expect(errors['focus']).toBeLessThan(0.3);
    expect(errors['stigmatorX']).toBeLessThan(1);
    expect(errors['stigmatorY']).toBeLessThan(1);
    expect({ verdict, images: errors['images'] }).toEqual({ verdict: 'good', images });
  },
);

describe('refuses, and leaves everything as it was', () => {
  const attempt = async (simulator: Readonly<Record<string, unknown>>, stigmator: Vector = vector(0.01, -0.02)) => {
    await using instrument = await btidInstrument(1, { camera: smaller.edit, simulator });
    const { registry } = instrument.kernel;
    const { objectiveStigmator } = registry.get(ObjectiveStigmator);
    await registry.get(Scope).defocus.write(micrometres(-1));
    await objectiveStigmator.write(stigmator);
    const error = await runItem(instrument, astigmatismByBtid).then(
      () => undefined,
      (reason: unknown) => reason as { code: string; message: string },
    );
    expect(await objectiveStigmator.read()).toEqual(stigmator);
    expect(await registry.get(Scope).defocus.read()).toBeCloseTo(micrometres(-1), 9);
    expect(await registry.get(BeamTilt).beamTilt.read()).toEqual({ x: 0, y: 0 });
    expect(instrument.calibrations.records('AstigmatismCalib').all()).toHaveLength(0);
    return error!;
  };

  test('a column without beam', async () => {
    expect((await attempt({ electronsPerFieldPixelPerSecond: 1e-6 })).code).toBe('btid/no-defocus');
  });

  test('an objective aperture that cuts the tilted beam', async () => {
    const { code } = await attempt({
      objectiveAperturesMicrometres: [20],
      objectiveApertureMicrometres: 20,
      objectiveFocalLengthMillimetres: 4,
    });
    expect(['btid/beam-cut', 'btid/no-defocus']).toContain(code);
  });

  test('a stigmator near the end of its range', async () => {
    expect((await attempt({}, vector(0.97, 0))).code).toBe('ctf-images/stigmator-out-of-range');
  });
});
