import { BeamTilt } from '../../../../core/devices';
import { ringCamera } from '../../../../statistics/support/small-camera';
import {
  columnOutOfTune,
  comaFreeAlignment,
  measureComaFreeAlignment,
} from '../../../../statistics/support/tuning-corrections';
import { drawnColumn, fluxFor } from '../../../../statistics/support/tuning-world';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const small = { size: 256, dose: 60, camera: ringCamera };

describeMenuItem(comaFreeAlignment, {
  magIndex: 26,
  simulator: { ...drawnColumn(1), electronsPerFieldPixelPerSecond: fluxFor(small.dose, small.size) },
  edit: small.camera,
  sample: 1,
});

test('leaves less than 50 nm of coma', async () => {
  const { errors, verdict } = await measureComaFreeAlignment(2, small);
  expect(Math.abs(errors['percent before'] as number)).toBeLessThan(15);
  expect(errors['left']).toBeLessThan(50);
  expect(verdict).toBe('good');
});

test('refuses where the objective aperture cuts the tilted beam, and leaves the beam where it was', async () => {
  await using instrument = await columnOutOfTune(2, {
    ...small,
    more: { objectiveApertureMicrometres: 20, objectiveFocalLengthMillimetres: 2.3 },
  });
  const { beamTilt } = instrument.kernel.registry.get(BeamTilt);
  const before = await beamTilt.read();
  await expect(runItem(instrument, comaFreeAlignment)).rejects.toMatchObject({
    code: expect.stringMatching(/^ctf-images\/(other-brightness|no-fit)$/) as string,
  });
  expect(await beamTilt.read()).toEqual(before);
});
