import { families } from '../ctf-images';
import { errorsNamed, honesty, verdictCounts } from '../harness/pooling';
import { defineTable, type Figure, type SeededMeasured } from '../harness/table';
import { measureCtfFit } from '../support/ctf-fits';

const seeds = 12;

function quantile(measured: readonly SeededMeasured[], name: string, share: number): number {
  const sorted = [...errorsNamed(measured, name)].sort((one, other) => one - other);
  return sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
}

const errorFigures = (measured: readonly SeededMeasured[], goals: boolean): Figure[] => [
  {
    name: 'median of the mean defocus',
    value: quantile(measured, 'mean over bound', 0.5),
    unit: 'bounds',
    decimals: 2,
    ...(goals && { atMost: 1.5 }),
  },
  {
    name: 'median of the astigmatism vector',
    value: quantile(measured, 'vector over bound', 0.5),
    unit: 'bounds',
    decimals: 2,
    ...(goals && { atMost: 1.5 }),
  },
];

/** Figures over all families with the goals of the fitter. */
function poolAll(measured: readonly SeededMeasured[]): readonly Figure[] {
  const count = (...starts: readonly string[]) =>
    measured.filter(({ verdict }) => starts.some((start) => verdict.startsWith(start))).length;
  const share = (name: string, part: number, whole: number, atLeast: number): Figure => ({
    name,
    value: whole === 0 ? 100 : (100 * part) / whole,
    unit: `% of ${whole}`,
    decimals: 1,
    atLeast,
  });
  const found = count('right');
  const wrong = count('wrong');
  return [
    share('right:', found, found + wrong, 97),
    share(
      'right above 50 nats without texture:',
      count('right, strong', 'right refused, strong'),
      count('right, strong', 'right refused, strong', 'wrong refused, strong', 'wrong taken'),
      100,
    ),
    share(
      'right from 25 to 50 nats:',
      count('right, weak', 'right refused, weak'),
      count('right, weak', 'right refused, weak', 'wrong refused, weak'),
      80,
    ),
    share('right ones kept:', count('right, '), found, 97),
    { name: 'wrong taken:', value: (100 * count('wrong taken')) / (found + wrong), unit: '%', decimals: 1, atMost: 1 },
    { name: 'nothing taken:', value: count('nothing taken'), decimals: 0, atMost: 0 },
    { name: 'outside of the window taken:', value: count('outside taken'), decimals: 0, atMost: 0 },
    ...errorFigures(measured, true),
    {
      name: '90th percentile of the mean defocus',
      value: quantile(measured, 'mean over limit', 0.9),
      unit: 'of 8 nm or three bounds',
      decimals: 2,
      atMost: 1,
    },
    {
      name: '90th percentile of the vector',
      value: quantile(measured, 'vector over limit', 0.9),
      unit: 'of 8 nm or three bounds',
      decimals: 2,
      atMost: 1,
    },
    ...honesty(measured, { names: ['components'], share: { atLeast: 93, atMost: 97 } }),
  ];
}

export default defineTable({
  name: 'ctf-fits',
  about:
    'Defocus and astigmatism from the Thon rings of simulated micrographs, against the truth, in units of the Cramer-Rao bound of each image.',
  rows: Object.keys(families),
  seeds,
  seconds: 1.2,
  measure: measureCtfFit,
  pool: (measured) => [
    ...verdictCounts(measured),
    ...(errorsNamed(measured, 'mean over bound').length > 0 ? errorFigures(measured, false) : []),
  ],
  poolAll,
});
