import { magIndex as asMagIndex } from '../../../../core/base';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/list-high-focus-cals';

describeMenuItem(id, {});

test('from the least underfocus to the most, those within 5 um by intensity', async () => {
  await using instrument = await virtualInstrument();
  const common = { spot: 3, probe: 1, crossover: 0.4, aperture: 0, magIndex: asMagIndex(0) };
  const records = instrument.calibrations.records('HighFocusMagCal');
  for (const [defocus, intensity] of [
    [-200, 0.5],
    [-98, 0.6],
    [-100, 0.5],
    [-203, 0.45],
    [-102, 0.55],
  ] as const)
    records.put({ ...common, defocus, intensity, scale: 1 - defocus / 2000, rotation: -defocus / 50 });
  instrument.calibrations.records('HighFocusISCal').put({
    ...common,
    probe: 0,
    magIndex: asMagIndex(22),
    aperture: 70,
    defocus: -50,
    intensity: 0.5,
    scale: 1.02,
    rotation: -1,
  });
  const { result, said } = await runItem(instrument, id);
  const ofImage = result!.values['ofImage'] as readonly { readonly defocus: number; readonly intensity: number }[];
  expect(ofImage.map(({ defocus }) => defocus)).toEqual([-100, -102, -98, -203, -200]);
  expect(said.join('\n')).toContain('nanoprobe, C2 aperture 70 um, mag index 22');
  expect(result!.values['ofImageShift']).toMatchObject([{ defocus: -50, probe: 'nano', aperture: 70, magIndex: 22 }]);
});
