import { cameraIndex, magIndex as asMagIndex } from '../../../../../core/base';
import { ImageAcquisition } from '../../../../../core/acquisition';
import type { BufferedImage } from '../../../../../core/kernel';
import {
  type SeriesFinding,
  withDriftNamed,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/series-findings';
import { runItem, trueImageShift, virtualInstrument } from '../../../../support/virtual-instrument';

test('a camera that delivers the same image again is named, not the pixel size', async () => {
  await using instrument = await virtualInstrument({ simulator: { seed: 1 }, magIndex: 22 });
  instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
    sessionMeasured: false,
  });
  const acquisition = instrument.kernel.registry.get(ImageAcquisition);
  const take = acquisition.take.bind(acquisition);
  let first: Promise<BufferedImage> | undefined;
  jest.spyOn(acquisition, 'take').mockImplementation((...given) => (first ??= take(...given)));
  await expect(runItem(instrument, 'calibrations/image-and-stage-shift/image-shift')).rejects.toMatchObject({
    code: 'calibration/same-image',
    message: expect.stringMatching(/^Image 2 is the same as the one before it/) as unknown,
  });
});

test('an axis that does not act is named', async () => {
  await using instrument = await virtualInstrument({
    simulator: {
      seed: 1,
      imageShiftToSpecimen: [
        [1, 0.001],
        [0, 0.001],
      ],
    },
    magIndex: 24,
  });
  await expect(runItem(instrument, 'calibrations/image-and-stage-shift/is-from-scratch')).rejects.toMatchObject({
    code: 'image-shift/dead-axis',
    message: expect.stringMatching(/^Image shift in Y moved the image by only/) as unknown,
  });
});

test('a period along the drift is named drift, another one is not', () => {
  const found: SeriesFinding = {
    code: 'calibration/periodic-specimen',
    text: 'It repeats.',
    hint: '',
    direction: -170,
    serious: true,
  };
  const named = (x: number, y: number) => withDriftNamed([found], { x, y })[0]!;
  expect(named(20, 3)).toMatchObject({
    code: 'calibration/drifting-specimen',
    serious: true,
    text: expect.stringMatching(/^The specimen drifts by 20.2 binned pixels .* at 9 degrees/) as unknown,
  });
  expect(named(-20, -3).code).toBe('calibration/drifting-specimen');
  expect(named(3, 20)).toBe(found);
  expect(named(1, 0)).toBe(found);
});
