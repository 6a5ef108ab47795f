import { type Matrix, type Vector, apply, product, rotation } from '../../../../core/base';
import { SimulatedTruth } from '../../../../plugins/simulator';
import {
  RegistrationPoints,
  calibratedStretch,
  fitPoints,
  stretchOf,
  transformed,
} from '../../../../core/registration';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { gaussianNumbers } from '../../../support/gaussian-numbers';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/stage-stretch';
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;
const simulator = { stageStretch: 1.01, stageStretchAxisDegrees: 20 };

/** Six features near the edges of a grid, in micrometres of the grid. */
const features: readonly Vector[] = [
  { x: 850, y: 60 },
  { x: 300, y: 800 },
  { x: -500, y: 700 },
  { x: -880, y: -120 },
  { x: -300, y: -830 },
  { x: 520, y: -640 },
];

/** The stretch of the stage of the virtual microscope, which no calibration sees. */
function trueStretch({ kernel }: Instrument): Matrix {
  const record = kernel.registry.get(SimulatedTruth).records.find((each) => each.record === 'StageStretchXform');
  return stretchOf(record as unknown as Matrix)!.matrix;
}

/** Marks the features before and after the grid was turned, as an operator reads them from the stage. */
async function markAll(
  instrument: Instrument,
  given: {
    readonly seed?: number;
    readonly angle?: number;
    readonly noise?: number;
    readonly count?: number;
    readonly mirrored?: boolean;
  } = {},
): Promise<void> {
  const { seed = 1, angle = 88, noise = 1, count = features.length, mirrored = false } = given;
  const points = instrument.kernel.registry.get(RegistrationPoints);
  const random = gaussianNumbers(seed);
  const stretch = trueStretch(instrument);
  const read = (place: Vector): Vector => {
    const { x, y } = apply(stretch, place);
    return { x: x + noise * random(), y: y + noise * random() };
  };
  const turn = product(rotation(angle), { xpx: mirrored ? -1 : 1, xpy: 0, ypx: 0, ypy: 1 });
  await points.clear();
  for (const feature of features.slice(0, count)) await points.mark(read(feature));
  await points.begin();
  for (const feature of features.slice(0, count)) {
    const { x, y } = apply(turn, feature);
    await points.mark(read({ x: x + 40, y: y - 25 }));
  }
}

describeMenuItem(id, { simulator, prepare: (instrument) => markAll(instrument) });

test.each([1, 2, 3])('finds the stretch of the stage from six points read to 1 um, seed %d', async (seed) => {
  await using instrument = await virtualInstrument({ simulator });
  await markAll(instrument, { seed });
  const { result } = await runItem(instrument, id);
  const { stretch, axis, magnification } = result!.values as Readonly<Record<string, number>>;
  const errors = result!.standardErrors as Readonly<Record<string, number>>;
  expect(result!.quality!.verdict).toBe('good');
  expect(Math.abs(stretch! - 1.01)).toBeLessThan(4 * errors['stretch']!);
  expect(Math.abs(stretch! - 1.01)).toBeLessThan(0.002);
  expect(Math.abs(axis! - 20)).toBeLessThan(5);
  expect(Math.abs(magnification! - 1)).toBeLessThan(0.003);
});

test('afterwards two points find the others again within 3 um, where it was up to 18 um before', async () => {
  await using instrument = await virtualInstrument({ simulator });
  await markAll(instrument);
  await runItem(instrument, id);
  const stretch = trueStretch(instrument);
  const read = (place: Vector, angle: number): Vector => apply(stretch, apply(rotation(angle), place));
  const pair = (place: Vector) => ({ from: read(place, 0), to: read(place, 90) });
  const two = [
    { x: 0, y: 900 },
    { x: 0, y: -900 },
  ].map(pair);
  const away = (calibrated?: Matrix): number => {
    const fit = fitPoints(two, calibrated);
    const placed = features.map(pair).map(({ from, to }) => {
      const { x, y } = transformed(fit, from);
      return Math.hypot(x - to.x, y - to.y);
    });
    return Math.max(...placed);
  };
  expect(away()).toBeGreaterThan(10);
  expect(away(calibratedStretch(instrument.calibrations))).toBeLessThan(3);
});

test.each([
  ['a grid that was hardly turned', { angle: 12 }, 'stage-stretch/bad-points'],
  ['a grid that was turned over', { mirrored: true }, 'stage-stretch/turned-over'],
  ['points that are not the same features', { noise: 200 }, 'stage-stretch/bad-points'],
] as const)('refuses %s', async (_, given, code) => {
  await using instrument = await virtualInstrument({ simulator });
  await markAll(instrument, given);
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code });
  expect(instrument.calibrations.records('StageStretchXform').all()).toEqual([]);
});

test('says how many points there are, and stores nothing where the operator declines', async () => {
  await using instrument = await virtualInstrument({ simulator });
  expect(instrument.kernel.menu.find(id).reason).toContain('none are');
  await markAll(instrument, { count: 4 });
  expect(instrument.kernel.menu.find(id).reason).toContain('4 are');
  await markAll(instrument);
  await expect(runItem(instrument, id, { use: 'no' })).rejects.toMatchObject({ code: 'stage-stretch/not-used' });
});
