import { cameraIndex, magIndex } from '../../../../core/base';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/focus-and-tuning/list-calibrations';

describeMenuItem(id);

test('lists what is there, with the conditions of each, by camera and magnification', async () => {
  await using instrument = await virtualInstrument();
  const levels = [-10, 0, 12].map((defocus) => ({ defocus, shiftX: 4 * defocus, shiftY: defocus }));
  const focus = { slopeX: 4, slopeY: 1, beamTilt: 1.6, direction: 0, probe: 1, alpha: -999, rows: levels };
  const records = instrument.calibrations;
  records.records('FocusCalibration').replaceAll([
    { ...focus, magIndex: magIndex(30), camera: cameraIndex(0) },
    { ...focus, magIndex: magIndex(25), camera: cameraIndex(0), probe: 0, alpha: 2 },
  ]);
  const { result, said } = await runItem(instrument, id);
  expect(result!.values['focus']).toMatchObject([
    { magIndex: 25, lowest: -10, highest: 12, probe: 'nano', alpha: 3 },
    { magIndex: 30, probe: 'micro' },
  ]);
  expect(said.join('\n')).toMatch(/mag index 25\), direction 0, -10 to 12 um, nanoprobe, alpha 3\n.*mag index 30/);
});
