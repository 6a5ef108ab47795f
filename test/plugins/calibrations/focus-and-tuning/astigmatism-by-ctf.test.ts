import { LiveImage } from '../../../../core/acquisition';
import { micrometres, vector } from '../../../../core/base';
import { ObjectiveStigmator, Scope } from '../../../../core/devices';
import { RingFitting } from '../../../../core/tuning';
import { astigmatismByCtf, responseError } from '../../../../statistics/support/tuning/astigmatism-by-ctf';
import { ringCamera } from '../../../../statistics/support/small-camera';
import { drawnColumn, fluxFor } from '../../../../statistics/support/tuning/tuning-world';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

/** Images of 256 pixels, with the information of larger ones by their dose. */
const small = { size: 256, dose: 60, camera: ringCamera };
const world = (more: Readonly<Record<string, unknown>> = {}) => ({
  magIndex: 26,
  simulator: { ...drawnColumn(1), electronsPerFieldPixelPerSecond: fluxFor(small.dose, small.size), ...more },
  edit: small.camera,
});

const coarse = (yaml: string): string => yaml.replace('Record: { binning: 4', 'Record: { binning: 16');

describeMenuItem(astigmatismByCtf, {
  ...world(drawnColumn(2)),
  sample: 1,
  inLowDose: true,
  // The rings of an overfocused image look like those of an underfocused one.
  prepare: (instrument) => instrument.kernel.registry.get(Scope).defocus.write(micrometres(1.2)),
  check: (instrument, result) => {
    expect(responseError(instrument, result!).percent).toBeLessThan(0.5);
    expect(result!.quality?.verdict).toBe('good');
  },
});

describe('refuses, leaves everything as it was, and lets a live image go on', () => {
  const attempt = async (more: Readonly<Record<string, unknown>>, defocus = 0) => {
    const instrument = await virtualInstrument(world(more));
    const { registry } = instrument.kernel;
    const [scope, stigmator] = [registry.get(Scope), registry.get(ObjectiveStigmator).objectiveStigmator];
    await scope.defocus.write(micrometres(defocus));
    await stigmator.write(vector(0.01, -0.02));
    instrument.calibrations.records('CtfAstigCalib').replaceAll([]);
    const live = registry.get(LiveImage);
    await live.start('View');
    const error = await runItem(instrument, astigmatismByCtf).then(
      () => undefined,
      (reason: unknown) => reason as { code: string; message: string },
    );
    expect(live.running).toBe('View');
    await live.stop();
    expect(await stigmator.read()).toEqual(vector(0.01, -0.02));
    expect(await scope.defocus.read()).toBeCloseTo(micrometres(defocus), 9);
    expect(instrument.calibrations.records('CtfAstigCalib').all()).toHaveLength(0);
    await instrument[Symbol.asyncDispose]();
    return error!;
  };

  test('a field without carbon', async () => {
    const { code, message } = await attempt({ specimen: 'empty' });
    expect(code).toBe('ctf-images/no-fit');
    expect(message).toMatch(/nats/);
  });

  test('a stigmator near the end of its range', async () => {
    await using instrument = await virtualInstrument(world());
    await instrument.kernel.registry.get(ObjectiveStigmator).objectiveStigmator.write(vector(0.97, 0));
    await expect(runItem(instrument, astigmatismByCtf)).rejects.toMatchObject({
      code: 'ctf-images/stigmator-out-of-range',
    });
  });

  test('a magnification at which no image shows three rings', async () => {
    await using instrument = await virtualInstrument({
      ...world(),
      magIndex: 17,
      edit: (yaml) => coarse(small.camera(yaml)),
    });
    await expect(runItem(instrument, astigmatismByCtf)).rejects.toMatchObject({ code: 'ctf-images/too-few-rings' });
  });
});

test('STOP ends it during a fit, which goes on beside the program', async () => {
  await using instrument = await virtualInstrument(world());
  const rings = instrument.kernel.registry.get(RingFitting);
  const fitting = jest.spyOn(rings, 'fit').mockImplementation((_image, _request, signal) => {
    // A fit that never ends by itself.
    const stopped = new Promise<never>((_, reject) =>
      signal!.addEventListener('abort', () => reject(signal!.reason as Error), { once: true }),
    );
    instrument.runner.stop();
    return stopped;
  });
  await expect(runItem(instrument, astigmatismByCtf)).rejects.toMatchObject({ code: 'run/stopped' });
  expect(fitting).toHaveBeenCalledTimes(1);
});
