import { VirtualInstrument } from '../../../../core/devices';
import { ScriptedOperator } from '../../../../core/kernel';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import { type TimedInstrument, timedInstrument } from '../../../../statistics/support/timing/timing-instrument';
import table from '../../../../statistics/tables/timing/shutter-dead-time';
import type { VirtualMicroscope } from '../../../../simulation';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const id = 'calibrations/shutter-dead-time';
const camera = coarseCamera(16);
const orius = { configuration: 'talos-oneview-orius.yaml', camera: /Orius/i };
const make = (simulator: object, edit?: (yaml: string) => string): Promise<TimedInstrument> =>
  timedInstrument(orius, 1, simulator as Record<string, unknown>, { camera, ...(edit && { edit }) });

describeMenuItem(id, {
  configuration: 'talos-ceta.yaml',
  edit: camera,
  simulator: { specimen: 'empty', electronsPerFieldPixelPerSecond: 100 },
  sample: 2,
});

test.each([1, 2, 5])('the dead time of a CCD with two shutters is within 0.2 ms, seed %d', async (seed) => {
  const { errors, faults } = await table.measure(seed, 'Orius', camera);
  expect(Math.abs(errors['milliseconds'] as number)).toBeLessThan(0.2);
  expect(faults).toEqual([]);
});

test('a dead time below half a millisecond is none, and the operator hears to leave the property out', async () => {
  await using instrument = await make({});
  const { result } = await runItem(instrument, id);
  expect(result!.summary).toMatch(/leave it out/);
  expect(result!.values).toMatchObject({ rounds: 2 });
  expect(result!.propertySuggestions).toBeUndefined();
  expect(result!.changes).toEqual([]);
});

test('the later start is offered next time, and one round is enough then', async () => {
  await using instrument = await make({ cameraDeadSeconds: 0.012 });
  const first = await runItem(instrument, id);
  expect(first.result!.values).toMatchObject({ rounds: 2, images: 16 });
  const second = await runItem(instrument, id);
  expect(second.result!.values).toMatchObject({ rounds: 1, images: 8 });
  expect(second.result!.propertySuggestions).toMatchObject([
    { property: 'ShutterDeadTime', value: expect.closeTo(0.012, 3) as number },
  ]);
  expect(second.result!.plots).toMatchObject([{ id: 'dead-time' }]);
});

test('STOP after three exposures says what follows from them', async () => {
  let shots = 0;
  await using instrument = await make({ cameraDeadSeconds: 0.012 });
  instrument.kernel.hooks.didAcquire.tap('test', () => {
    if (++shots === 5) instrument.runner.stop();
  });
  const said: string[] = [];
  const operator = new ScriptedOperator({}, { defaults: true });
  const port = Object.assign(operator, { log: (text: string) => void said.push(text) });
  await expect(instrument.runner.run(id, { port })).rejects.toMatchObject({ code: 'run/stopped' });
  expect(said.join('\n')).toMatch(/Until the stop: slope .* dead time 1[12]/);
});

describe('nothing is reported', () => {
  test.each([
    ['without a beam', { electronsPerFieldPixelPerSecond: 1e-6 }, 'run/refused'],
    ['with counts at which the camera ends', { saturationCounts: 200 }, 'timing/counts-do-not-grow'],
    ['with saturated images', { electronsPerFieldPixelPerSecond: 1500, saturationCounts: 32767 }, 'timing/saturated'],
  ] as const)('%s', async (_what, simulator, code) => {
    await using instrument = await make(simulator);
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code });
  });

  test('with a beam that grows weaker', async () => {
    await using instrument = await make({ cameraDeadSeconds: 0.01 });
    const microscope = instrument.kernel.registry.get(VirtualInstrument).microscope as VirtualMicroscope;
    let diameter = microscope.state.beamDiameter;
    instrument.kernel.hooks.didAcquire.tap('test', () => microscope.setBeamDiameter((diameter *= 1.01)));
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'run/refused' });
  });
});

test('is not for a direct detector', async () => {
  await using instrument = await timedInstrument({ configuration: 'krios-k3.yaml', camera: /K3/ }, 1, {}, { camera });
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'menu/disabled' });
});
