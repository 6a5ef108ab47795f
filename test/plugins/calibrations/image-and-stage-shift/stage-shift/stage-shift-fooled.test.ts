import { Stage } from '../../../../../core/devices';
import { cameraIndex, magIndex as asMagIndex, scaleMatrix } from '../../../../../core/base';
import { matrixError, runItem, trueStage, verifying, virtualInstrument } from '../../../../support/virtual-instrument';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';

/** Runs the calibration over an earlier matrix that is a little off, and says how it ended. */
async function attempt(
  simulator: Record<string, unknown>,
  magIndex: number,
  { answers = {}, wholeImage = true }: { answers?: Record<string, string>; wholeImage?: boolean } = {},
) {
  await using instrument = await virtualInstrument({ simulator, magIndex });
  const truth = trueStage(instrument, magIndex);
  const earlier = scaleMatrix(truth, 1.03);
  instrument.calibrations.stage.set(asMagIndex(magIndex), cameraIndex(0), earlier);
  const stage = instrument.kernel.registry.get(Stage);
  const before = await stage.position.read();
  if (!wholeImage) await runItem(instrument, 'calibrations/image-and-stage-shift/whole-image-corr');
  const outcome = await runItem(instrument, stageShift, answers).then(
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
  const after = await stage.position.read();
  const stored = instrument.calibrations.stage.get(asMagIndex(magIndex), cameraIndex(0))!;
  return {
    ...outcome,
    percent: matrixError(stored, truth).percent,
    untouched: stored.xpx === earlier.xpx,
    back: Math.hypot(after.x - before.x, after.y - before.y) < 0.1e-6,
  };
}

describe('a stale gain reference', () => {
  const seeds = verifying ? Array.from({ length: 10 }, (_, index) => index + 1) : [1];

  test.each(
    (verifying ? [0.05, 0.2, 0.6, 1] : [1]).flatMap((strength) => seeds.map((seed) => [strength, seed] as const)),
  )('of strength %f, seed %i, is reported, or does no harm', async (staleGainVariation, seed) => {
    const { code, percent, message, untouched, back, remarks } = await attempt({ seed, staleGainVariation }, 12, {
      wholeImage: seed % 2 === 1,
    });
    if (code === undefined) expect(percent).toBeLessThan(0.5);
    else {
      expect(code).toBe('calibration/fixed-pattern');
      expect(message).toMatch(/Images \d+ and \d+: a pattern of the camera/);
      expect(untouched).toBe(true);
      expect(back).toBe(true);
    }
    if (staleGainVariation >= 0.6) expect(code).toBe('calibration/fixed-pattern');
    if (staleGainVariation >= 0.2) expect(code ?? remarks.join()).toMatch(/fixed-pattern|pattern of the camera/);
  });
});

describe('a periodic specimen', () => {
  const seeds = verifying ? Array.from({ length: 20 }, (_, index) => index + 1) : [1];
  const specimens = {
    grating: { simulator: { specimen: 'cross-grating' }, magIndex: 13 },
    'grid bars': {
      simulator: {
        specimen: 'grid-bars',
        barsPerInch: 8000,
        barWidthMicrometres: 1.2,
        latticeContrast: 0.9,
        contrast: 0.05,
      },
      magIndex: 6,
    },
  } as const;
  const names = Object.keys(specimens) as (keyof typeof specimens)[];

  test.each(seeds.flatMap((seed) => names.map((name) => [name, seed] as const)))(
    '%s, seed %i: never ends in a wrong matrix',
    async (name, seed) => {
      const { simulator, magIndex } = specimens[name];
      const { code, message, untouched, back } = await attempt(
        { seed, specimenAngleDegrees: (seed * 37) % 90, ...simulator },
        magIndex,
        { wholeImage: seed % 2 === 1 },
      );
      expect({ name, code, untouched, back }).toEqual({
        name,
        code: 'calibration/periodic-specimen',
        untouched: true,
        back: true,
      });
      expect(message).toMatch(/repeats every [\d.]+ um \([\d.]+ pixels/);
    },
  );

  test('is kept when the operator wants it, with a remark', async () => {
    const { code, remarks } = await attempt({ seed: 3, specimen: 'cross-grating' }, 13, {
      answers: { doubtful: 'yes', forget: 'no' },
    });
    expect(code).toBeUndefined();
    expect(remarks.join()).toContain('repeats every');
  });
});

test.each(Array.from({ length: verifying ? 20 : 1 }, (_, index) => index + 1))(
  'a specimen like any other raises no alarm, seed %i',
  async (seed) => {
    const simulator = {
      seed,
      contrast: 0.05 + (0.15 * (seed % 7)) / 6,
      electronsPerFieldPixelPerSecond: [400, 20, 100, 8][seed % 4]!,
    };
    const { code, remarks, said, percent } = await attempt(simulator, [9, 12, 14, 16][seed % 4]!, {
      wholeImage: seed % 3 > 0,
      answers: { 'small-extent': 'yes' },
    });
    expect(code).toBeUndefined();
    expect([...remarks, ...said].join()).not.toMatch(/pattern of the camera|repeats every|no better than chance/);
    expect(percent).toBeLessThan(2);
  },
);
