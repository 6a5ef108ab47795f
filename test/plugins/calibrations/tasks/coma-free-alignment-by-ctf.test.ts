import { LiveImage } from '../../../../core/acquisition';
import { length } from '../../../../core/base';
import { BeamTilt } from '../../../../core/devices';
import { ringCamera } from '../../../../statistics/support/small-camera';
import { columnOutOfTune, comaFreeAlignment } from '../../../../statistics/support/tuning/tuning-corrections';
import { drawnColumn, fluxFor, trueWave } from '../../../../statistics/support/tuning/tuning-world';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const small = { size: 256, dose: 60, camera: ringCamera };

/** Nanometres of coma about the beam. */
const comaOf = (instrument: Parameters<typeof trueWave>[0]): number => 1000 * length(trueWave(instrument).coma);
let before = 0;

describeMenuItem(comaFreeAlignment, {
  magIndex: 26,
  simulator: { ...drawnColumn(2), electronsPerFieldPixelPerSecond: fluxFor(small.dose, small.size) },
  edit: small.camera,
  sample: 1,
  prepare: (instrument) => {
    before = comaOf(instrument);
  },
  check: (instrument, result) => {
    expect(Math.abs(100 * ((result!.values['before'] as number) / before - 1))).toBeLessThan(15);
    expect(comaOf(instrument)).toBeLessThan(50);
    expect(result!.quality?.verdict).toBe('good');
  },
});

test('refuses where the objective aperture cuts the tilted beam, leaves the beam where it was, and lets a live image go on', async () => {
  await using instrument = await columnOutOfTune(2, {
    ...small,
    more: { objectiveApertureMicrometres: 20, objectiveFocalLengthMillimetres: 2.3 },
  });
  const { beamTilt } = instrument.kernel.registry.get(BeamTilt);
  const before = await beamTilt.read();
  const live = instrument.kernel.registry.get(LiveImage);
  await live.start('View');
  await expect(runItem(instrument, comaFreeAlignment)).rejects.toMatchObject({
    code: expect.stringMatching(/^ctf-images\/(other-brightness|no-fit)$/) as string,
  });
  expect(live.running).toBe('View');
  await live.stop();
  expect(await beamTilt.read()).toEqual(before);
});
