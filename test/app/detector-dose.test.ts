import { seconds } from '../../core/base';
import { Cameras, Illumination } from '../../core/devices';
import { parseSettings } from '../../core/settings';
import { virtualInstrument } from '../support/virtual-instrument';

async function instrumentWith(limits: string) {
  const instrument = await virtualInstrument({ edit: (yaml) => `${yaml}\nlimits: ${limits}\n` });
  const camera = instrument.kernel.registry.get(Cameras).selected;
  const { traits } = camera;
  const take = async (exposure: number): Promise<number> => {
    const area = { left: 0, top: 0, right: traits.width, bottom: traits.height };
    const { image, exposure: taken } = await camera.acquire(
      camera.fit({
        binning: traits.binnings.at(-1)!,
        area,
        exposure: seconds(exposure),
        driftSettling: seconds(0),
        processing: 'gain normalized',
        readMode: 'counting',
      }),
    );
    const perElectron = instrument.settings.cameras
      .find(({ index }) => index === traits.index)!
      .get('CountsPerElectron');
    let total = 0;
    for (const each of image.data) total += each;
    return total / image.data.length / perElectron / taken.exposure;
  };
  return { instrument, take };
}

test('an exposure that would bring more electrons than the limit is refused by the dose rate of the last image, until the beam changes', async () => {
  const { instrument: measuring, take: measure } = await instrumentWith('{}');
  const rate = await measure(0.2);
  await measuring[Symbol.asyncDispose]();
  expect(rate).toBeGreaterThan(0);

  const limit = 2 * rate;
  const { instrument, take } = await instrumentWith(`{ detectorDose: ${limit} }`);
  await using _ = instrument;
  await take(0.2);
  await take(1.9);
  await expect(take(2.2)).rejects.toMatchObject({
    code: 'limits/out-of-range',
    message: expect.stringMatching(/Detector dose of \d.* electrons in a pixel .*"detectorDose"/) as string,
  });
  const { spotSize } = instrument.kernel.registry.get(Illumination);
  await spotSize.write((await spotSize.read()) + 1);
  await take(2.2);
});

test('the longest exposure can be set', async () => {
  const { instrument, take } = await instrumentWith('{ longestExposureSeconds: 1 }');
  await using _ = instrument;
  await take(0.9);
  await expect(take(1.2)).rejects.toMatchObject({ code: 'limits/out-of-range' });
});

test('wrong limits are found in the configuration, with their place', () => {
  const { problems } = parseSettings('limits:\n  detectorDoze: 5\n', 'wrong.yaml');
  expect(problems).toContainEqual(
    expect.objectContaining({
      severity: 'error',
      place: { file: 'wrong.yaml', line: 2, column: 3 },
      hint: expect.stringContaining('detectorDose') as string,
    }),
  );
});
