import path from 'node:path';
import { describeMenuItem, runItem, virtualInstrument } from 'eucentric/testing';
import { countsPerSecond } from '../counts-per-second';
import labCamera from '../index';

const configuration = path.resolve('site.yaml');

describeMenuItem(countsPerSecond, { configuration, plugins: [labCamera], magIndex: 3, sample: 8 });

test('the counts grow with the exposure, and there are none without any', async () => {
  await using instrument = await virtualInstrument({ configuration, plugins: [labCamera], simulator: { seed: 3 } });
  const { result } = await runItem(instrument, 'lab-camera/counts-per-second');
  const { rate, offset } = result?.values as { rate: number; offset: number };
  expect(rate).toBeGreaterThan(100);
  expect(Math.abs(offset)).toBeLessThan(0.02 * rate);
});
