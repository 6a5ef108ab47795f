import { seconds } from '../../core/base';
import { Cameras, Illumination, Scope } from '../../core/devices';
import { BeamCalibrations, BeamControl } from '../../core/illumination';
import { Optics } from '../../core/optics';
import { parseSettings } from '../../core/settings';
import { virtualInstrument } from '../support/virtual-instrument';

async function instrumentWith(limits: string) {
  const instrument = await virtualInstrument({ edit: (yaml) => `${yaml}\nlimits: ${limits}\n` });
  const camera = instrument.kernel.registry.get(Cameras).selected;
  const { traits } = camera;
  const take = async (exposure: number, binning = traits.binnings.at(-1)!): Promise<number> => {
    const area = { left: 0, top: 0, right: traits.width, bottom: traits.height };
    const { image, exposure: taken } = await camera.acquire(
      camera.fit({
        binning,
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

test('a limit that was passed at one binning holds for the same electrons at another', async () => {
  const { instrument, take } = await instrumentWith('{ detectorDose: 1e9 }');
  await using _ = instrument;
  const rate = await take(0.2);
  const { binnings } = instrument.kernel.registry.get(Cameras).selected.traits;
  const finer = (binnings.at(-2)! / binnings.at(-1)!) ** 2;
  const { instrument: limited, take: takeLimited } = await instrumentWith(`{ detectorDose: ${rate} }`);
  await using __ = limited;
  await takeLimited(0.2);
  await expect(takeLimited(1.2)).rejects.toMatchObject({ code: 'limits/out-of-range' });
  await takeLimited(1.2, binnings.at(-2));
  await expect(takeLimited(1.2 / finer, binnings.at(-2))).rejects.toMatchObject({ code: 'limits/out-of-range' });
});

test('without an image the dose calibration tells the rate, also for an intensity that nobody has tried', async () => {
  const { instrument, take } = await instrumentWith('{ detectorDose: 50 }');
  await using _ = instrument;
  const { registry } = instrument.kernel;
  const { magIndex } = registry.get(Scope);
  const camera = registry.get(Cameras).selected.traits.index;
  const pixel = registry.get(Optics).at({ magIndex: await magIndex.read(), camera }).pixelSize!.value * 1e10;
  const place = await registry.get(BeamControl).place();
  // 100 electrons a second in a pixel of the largest binning.
  const binned = registry.get(Cameras).selected.traits.binnings.at(-1)! * pixel;
  instrument.calibrations.shortTerm('DoseCalibration').replaceAll([
    {
      spot: place.spot,
      probe: place.probe === 'micro' ? 1 : 0,
      aboveCrossover: registry.get(BeamCalibrations).side(place) === 'above' ? 1 : 0,
      intensity: place.intensity,
      dose: 100 / binned ** 2,
      time: 1,
      aperture: 0,
    },
  ]);
  await expect(take(0.6)).rejects.toMatchObject({
    code: 'limits/out-of-range',
    message: expect.stringMatching(/59\.\d electrons in a pixel \(100\.00 a second by Electron Dose\)/) as string,
  });
  // An image without beam does not say that the beam is weak.
  const { selected } = registry.get(Cameras);
  const { width, height, binnings } = selected.traits;
  const dark = selected.fit({
    binning: binnings.at(-1)!,
    area: { left: 0, top: 0, right: width, bottom: height },
    exposure: seconds(0.2),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'counting',
  });
  await selected.acquire({ ...dark, blanker: { blankedFor: seconds(Infinity) } });
  await expect(take(0.6)).rejects.toMatchObject({ code: 'limits/out-of-range' });
  await take(0.4);
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
