import type { Matrix } from '../../../../../core/base';
import { SimulatedTruth } from '../../../../../plugins/simulator';
import {
  matrixError,
  randomNumbers,
  runItem,
  verifying,
  virtualInstrument,
} from '../../../../support/virtual-instrument';
import { tellFigures } from '../../../../support/figures';

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
/** Kinds of stages: error of scale within a cycle, scatter of the ends of moves in nm, electrons, and the mag index. */
const kinds = {
  'a large error that repeats with the cycle': { cyclic: [0.08, 0.15], scatter: [3, 15], dose: 400, magIndex: 12 },
  'moves that end a little off': { cyclic: [0, 0.03], scatter: [40, 200], dose: 400, magIndex: 12 },
  'both, with steps of a cycle': { cyclic: [0.03, 0.15], scatter: [5, 50], dose: 200, magIndex: 9 },
  'both, outside low magnification': { cyclic: [0.03, 0.15], scatter: [5, 50], dose: 400, magIndex: 17 },
} as const;
type Kind = keyof typeof kinds;

async function deviations(seed: number, kind: Kind) {
  const next = randomNumbers(seed + 4321);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const { cyclic, scatter, dose, magIndex } = kinds[kind];
  const simulator = {
    seed,
    pixelScaleError: between(-0.03, 0.03),
    rotationErrorDegrees: between(-4, 4),
    stageCycleError: [between(cyclic[0], cyclic[1]), between(cyclic[0], cyclic[1])],
    stageCyclePhasesDegrees: [between(0, 360), between(0, 360)],
    stageBacklashMicrometres: between(0.1, 2),
    stageRepeatabilityNm: between(scatter[0], scatter[1]),
    driftNmPerSecond: [between(-0.3, 0.3), between(-0.3, 0.3)],
    electronsPerFieldPixelPerSecond: dose,
  };
  await using instrument = await virtualInstrument({ simulator, magIndex });
  const truth = instrument.kernel.registry
    .get(SimulatedTruth)
    .records.find(
      (each) => each.record === 'StageToCameraMatrix' && each['magIndex'] === magIndex && each['camera'] === 0,
    ) as unknown as Matrix;
  const { result } = await runItem(instrument, 'calibrations/image-and-stage-shift/stage-shift', {
    'small-extent': 'yes',
  });
  const found = result!.values as unknown as Matrix;
  const errors = result!.standardErrors as unknown as Matrix;
  return {
    z: elements.map((element) => (found[element] - truth[element]) / errors[element]),
    percent: matrixError(found, truth).percent,
    extent: result!.values['extentX'],
    images: result!.values['images'],
  };
}

const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
const seeds = Array.from({ length: verifying ? Number(process.env['SEEDS'] ?? 50) : 1 }, (_, index) => index + 1);
const percentWithinTwo = (z: readonly number[]): string =>
  ((100 * z.filter((each) => Math.abs(each) <= 2).length) / z.length).toFixed(1);
const pooled: number[] = [];

test.each(Object.keys(kinds) as Kind[])('Stage Shift states errors that hold with %s', async (kind) => {
  const runs: Awaited<ReturnType<typeof deviations>>[] = [];
  for (const seed of seeds) runs.push(await deviations(seed, kind));
  const z = runs.flatMap((run) => run.z);
  pooled.push(...z);
  tellFigures(
    `${kind}, seeds 1-${seeds.length}: ${percentWithinTwo(z)} % within two standard errors, rms of error over standard error ${rms(z).toFixed(2)}, rms error ${rms(runs.map(({ percent }) => percent)).toFixed(4)} %`,
  );
  expect(Math.max(...z.map(Math.abs))).toBeLessThan(verifying ? 10 : 5);
  if (verifying) expect(Math.abs(Math.log(rms(z)))).toBeLessThan(Math.log(1.4));
});

(verifying ? test : test.skip)(
  'the truth lies within two of them in 93 to 97 of 100 components (long statistics)',
  () => {
    tellFigures(`all ${pooled.length} components: ${percentWithinTwo(pooled)} % within two standard errors`);
    const share = pooled.filter((each) => Math.abs(each) <= 2).length / pooled.length;
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  },
);
