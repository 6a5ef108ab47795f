import { errorsNamed, honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { measureGrating } from '../../support/gratings';

const share = { atLeast: 92, atMost: 98.5 };

export default defineTable({
  name: 'find-pixel-size',
  about:
    'Find Pixel Size on a clean cross grating with 3 to 12 lines across the field, turned anyhow, against the true pixel size and angle.',
  item: 'calibrations/pixel-size/find-pixel-size',
  seeds: 200,
  seconds: 1,
  measure: measureGrating,
  pool: (measured) => [
    {
      name: 'right lattice:',
      value: (100 * errorsNamed(measured, 'size').length) / measured.length,
      unit: '%',
      decimals: 1,
      atLeast: 98,
    },
    largest(measured, 'percent', { unit: '% off', atMost: 0.1 }),
    ...(errorsNamed(measured, 'percent of few').length > 0
      ? [largest(measured, 'percent of few', { unit: '% off with fewer than four repeats', atMost: 0.3 })]
      : []),
    largest(measured, 'degrees', { unit: 'degrees', atMost: 0.1 }),
    // The standard errors are honest: the scatter is what they say, and 95 of 100 lie within two of them, as far as 200 draws can show.
    ...honesty(measured, { names: ['size'], of: 'pixel sizes', share, ratio: { atLeast: 0.8, atMost: 1.2 } }),
    honesty(measured, { names: ['degrees'], of: 'angles', share })[0]!,
  ],
});
