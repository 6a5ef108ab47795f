import { type DriveModel, fitCyclicDrive } from '../../../imaging';
import { gaussianNumbers } from '../../support/gaussian-numbers';

const model: DriveModel = {
  roughSlope: 20.5,
  cycles: { least: 32, most: 85 },
  usual: { length: 41, probability: 0.3 },
  amplitudes: [0.004, 0.03, 0.12],
  secondAmplitudes: [0, 0.01],
  scatters: [0.002, 0.008, 0.03, 0.12, 0.5],
  errorFactors: [1, 3],
};

/** A drive that moves 20 pixels for one micrometre, with an error of this length and size. */
function series(seed: number, length: number, amplitude: number, wrong?: number) {
  const normal = gaussianNumbers(seed);
  const positions = Array.from({ length: 13 }, (_, index) => -30 + 5.5 * index);
  const places = positions.map(
    (at) => at + ((amplitude * length) / 6.283) * Math.cos((6.283 * at) / length + seed) + 0.01 * normal(),
  );
  const displacements = places.slice(1).map((place, index) => 20 * (place - places[index]!) + 0.05 * normal());
  if (wrong !== undefined) displacements[5]! += wrong;
  return { positions, displacements, errors: displacements.map(() => 0.05) };
}

test.each([
  [1, 41, 0.1],
  [2, 53, 0.15],
  [3, 66, 0.12],
])('a drive is measured through a cycle of unknown length, seed %i, %f um', (seed, length, amplitude) => {
  const { slope, standardError, cycle } = fitCyclicDrive(series(seed, length, amplitude), model);
  expect(Math.abs(slope / 20 - 1)).toBeLessThan(0.003);
  expect(Math.abs(slope - 20)).toBeLessThan(3 * standardError);
  expect(Math.abs(cycle.length - length)).toBeLessThan(1.5);
  expect(Math.abs(cycle.amplitude - amplitude)).toBeLessThan(0.02);
  expect(cycle.unusual > 0.9).toBe(length !== 41);
});

test('one displacement that is wrong is left out', () => {
  const [right, wrong] = [series(4, 41, 0.1), series(4, 41, 0.1, 15)].map((each) => fitCyclicDrive(each, model));
  expect(right!.leftOut).toEqual([]);
  expect(wrong!.leftOut).toEqual([5]);
  expect(Math.abs(wrong!.slope - right!.slope)).toBeLessThan(wrong!.standardError);
  expect(Math.abs(wrong!.leftOutBy[0]! - 15)).toBeLessThan(2);
});

test('nothing is left out on request but what is known to be wrong', () => {
  const given = series(4, 41, 0.1, 15);
  expect(fitCyclicDrive(given, { ...model, keepsAll: true }).leftOut).toEqual([]);
  expect(fitCyclicDrive(given, { ...model, keepsAll: true }, undefined, [5]).leftOut).toEqual([5]);
});

test('an extent that does not show the cycle makes the error large', () => {
  const { positions, displacements, errors } = series(5, 66, 0.15);
  const short = {
    positions: positions.slice(0, 5),
    displacements: displacements.slice(0, 4),
    errors: errors.slice(0, 4),
  };
  const { slope, standardError } = fitCyclicDrive(short, model);
  expect(standardError / 20).toBeGreaterThan(0.01);
  expect(Math.abs(slope - 20)).toBeLessThan(3 * standardError);
});

test.each([1.5, 2, 2.5])(
  'a displacement that may be wrong by %f pixels, and does not show it clearly, makes the error larger',
  (wrong) => {
    const given = series(6, 41, 0.1, wrong);
    const [fit, whole] = [fitCyclicDrive(given, model), fitCyclicDrive(given, { ...model, keepsAll: true })];
    expect(fit.leftOut).toEqual([]);
    expect(Math.abs(whole.slope - 20)).toBeGreaterThan(3 * whole.standardError);
    expect(Math.abs(fit.slope - 20)).toBeLessThan(2.5 * fit.standardError);
  },
);
