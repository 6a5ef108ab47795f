import { cameraIndex, inMicrometres, magIndex as asMagIndex, scaleMatrix } from '../../../../../core/base';
import { ImageBuffers } from '../../../../../core/kernel';
import { findPeriodicity, fixedPattern } from '../../../../../imaging';
import {
  matrixError,
  runItem,
  trueImageShift,
  verifying,
  virtualInstrument,
} from '../../../../support/virtual-instrument';

const imageShift = 'calibrations/image-and-stage-shift/image-shift';
const fromScratch = 'calibrations/image-and-stage-shift/is-from-scratch';

/** Runs a calibration whose earlier matrix is a little off, and says how it ended. */
async function attempt(
  simulator: Record<string, unknown>,
  magIndex: number,
  { item = imageShift, answers = {} }: { item?: string; answers?: Record<string, string> } = {},
) {
  await using instrument = await virtualInstrument({ simulator, magIndex });
  const truth = trueImageShift(instrument, magIndex);
  const earlier = scaleMatrix(truth, 1.03);
  if (item === imageShift)
    instrument.calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), earlier, { sessionMeasured: false });
  const outcome = await runItem(instrument, item, answers).then(
    ({ result, said }) => ({
      code: undefined as string | undefined,
      message: '',
      remarks: result!.quality?.remarks ?? [],
      said,
    }),
    (error: { code: string; message: string }) => ({
      code: error.code,
      message: error.message,
      remarks: [] as readonly string[],
      said: [] as string[],
    }),
  );
  const stored = instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0));
  const [image] = [instrument.kernel.registry.get(ImageBuffers).get('A')];
  return {
    ...outcome,
    percent: stored ? matrixError(stored, truth).percent : undefined,
    untouched: item === imageShift ? stored?.xpx === earlier.xpx : stored === undefined,
    image: image!,
    seed: simulator['seed'],
  };
}

describe('a stale gain reference', () => {
  const seeds = verifying ? Array.from({ length: 10 }, (_, index) => index + 1) : [1];

  test.each(
    (verifying ? [0.05, 0.2, 0.6, 1] : [0.2, 1]).flatMap((strength) => seeds.map((seed) => [strength, seed] as const)),
  )('of strength %f, seed %i, is reported, or does no harm', async (staleGainVariation, seed) => {
    const { code, percent, message, untouched, remarks } = await attempt(
      { seed, staleGainVariation },
      [19, 25][seed % 2]!,
    );
    if (code === undefined) expect(percent).toBeLessThan(0.3);
    else {
      expect(code).toBe('calibration/fixed-pattern');
      expect(message).toMatch(/Images \d+ and \d+: a pattern of the camera/);
      expect(untouched).toBe(true);
    }
    if (staleGainVariation >= 0.6) expect(code).toBe('calibration/fixed-pattern');
    if (staleGainVariation >= 0.2) expect(code ?? remarks.join()).toMatch(/fixed-pattern|pattern of the camera/);
  });

  test('is kept when the operator wants it', async () => {
    const { code, remarks } = await attempt({ seed: 3, staleGainVariation: 1 }, 22, {
      answers: { doubtful: 'yes', forget: 'no' },
    });
    expect(code).toBeUndefined();
    expect(remarks.join()).toContain('pattern of the camera');
  });
});

describe('a periodic specimen', () => {
  const seeds = verifying ? Array.from({ length: 20 }, (_, index) => index + 1) : [1, 2];
  const specimens = {
    grating: { simulator: { specimen: 'cross-grating' }, magIndex: 19, period: 1 / 2.16 },
    catalase: { simulator: { specimen: 'catalase' }, magIndex: 27, period: undefined },
    'catalase in little light': {
      simulator: { specimen: 'catalase', electronsPerFieldPixelPerSecond: 20 },
      magIndex: 27,
      period: undefined,
    },
  } as const;

  const names = (Object.keys(specimens) as (keyof typeof specimens)[]).slice(0, verifying ? undefined : 2);

  test.each(seeds.flatMap((seed) => names.map((name) => [name, seed] as const)))(
    '%s, seed %i: never ends in a wrong matrix',
    async (name, seed) => {
      const { simulator, magIndex, period } = specimens[name];
      const { code, message, untouched, image } = await attempt(
        { seed, specimenAngleDegrees: (seed * 37) % 90, ...simulator },
        magIndex,
        seed % 2 === 0 ? { item: fromScratch } : {},
      );
      expect(code).toBe('calibration/periodic-specimen');
      expect(message).toMatch(/repeats every [\d.]+ um \([\d.]+ pixels/);
      expect(untouched).toBe(true);
      const found = findPeriodicity(image.frame.image)!;
      if (period !== undefined)
        expect(Math.abs((found.period * inMicrometres(image.context.pixelSize!)) / period - 1)).toBeLessThan(0.03);
    },
  );
});

test.each(Array.from({ length: verifying ? 100 : 2 }, (_, index) => index + 1))(
  'a specimen like any other raises no alarm, seed %i',
  async (seed) => {
    const simulator = {
      seed,
      contrast: 0.05 + (0.15 * (seed % 7)) / 6,
      electronsPerFieldPixelPerSecond: [400, 20, 100, 8][seed % 4]!,
    };
    const { code, remarks, percent, image, said } = await attempt(
      simulator,
      [9, 14, 17, 19, 22, 25, 28, 31, 33][seed % 9]!,
    );
    // With 5 % contrast and 8 electrons an image shows next to nothing, and a correlation no better than chance is refused as such.
    const starved = simulator.contrast <= 0.05 && simulator.electronsPerFieldPixelPerSecond <= 8;
    if (starved) expect([undefined, 'calibration/doubtful-alignment']).toContain(code);
    else expect(code).toBeUndefined();
    expect([...remarks, ...said].join()).not.toMatch(
      starved ? /pattern of the camera|repeats every/ : /pattern of the camera|repeats every|no better than chance/,
    );
    if (code === undefined) expect(percent).toBeLessThan(starved ? 1 : 0.3);
    expect(findPeriodicity(image.frame.image)).toBeUndefined();
  },
);

test('what stays on the camera is distinguished from what does not', async () => {
  await using instrument = await virtualInstrument({ simulator: { seed: 5, staleGainVariation: 0.5 }, magIndex: 22 });
  instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
    sessionMeasured: false,
  });
  await runItem(instrument, imageShift, { doubtful: 'yes', forget: 'no' });
  const [a, b] = ['A', 'B'].map((buffer) => instrument.kernel.registry.get(ImageBuffers).get(buffer)!.frame.image);
  expect(fixedPattern(a!, b!).significance).toBeGreaterThan(7);
  expect(Math.abs(fixedPattern(a!, b!.step(-1, 1)).significance)).toBeLessThan(7);
});
