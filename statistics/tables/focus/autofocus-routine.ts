import { describe, micrometres } from '../../../core/base';
import { Scope } from '../../../core/devices';
import { UserSettings } from '../../../core/user-settings';
import { runItem } from '../../../testing/virtual-instrument';
import { errorsNamed, largest, rms, verdictCounts } from '../../harness/pooling';
import { type Measured, broken, defineTable } from '../../harness/table';
import {
  type FocusWorld,
  drawFocusWorld,
  focusColumns,
  focusInstrument,
  storeTrueCurve,
  trueZero,
} from '../../support/focus/focus-worlds';

/** Places from which the focus is found, in micrometres from the target; the order is that of the repeats. */
const starts: Readonly<Record<string, readonly number[]>> = {
  'repeated from near focus': [-3, 2, 4, -1, 0.5],
  'from 30 um below': [-30],
  'from 30 um above': [30],
};
const item = 'calibrations/tasks/autofocus';
const target = -1;

/** Pixels of 0.49 nm, at a beam tilt of 3 mrad. */
const world = (seed: number): FocusWorld => ({
  ...drawFocusWorld(seed, { ...focusColumns.fei, magIndexes: [27] }),
  tilt: 3,
  growth: 0.0003 * (seed % 3),
});

export default defineTable({
  name: 'autofocus-routine',
  about:
    'The task Autofocus with pixels of 0.49 nm and a tilt of 3 mrad: distance of the apparent focus from the target, by its truth, after each run.',
  item,
  rows: Object.keys(starts),
  seeds: 20,
  seconds: 4,
  measure: async (seed, row, camera): Promise<Measured> => {
    const drawn = world(seed);
    await using instrument = await focusInstrument(drawn, camera);
    const { registry } = instrument.kernel;
    const [scope, user] = [registry.get(Scope), registry.get(UserSettings)];
    await storeTrueCurve(drawn, instrument, { range: 36, levels: 13 });
    user.setForNow('TargetDefocus', target);
    const zero = trueZero(drawn, instrument);
    const errors: number[] = [];
    const verdicts: string[] = [];
    let rounds = 0;
    // The quick test repeats it once.
    const from = camera ? starts[row]!.slice(0, 2) : starts[row]!;
    for (const start of from) {
      await scope.defocus.write(micrometres(zero + target + start));
      const { result } = await runItem(instrument, item).catch((error: unknown) => {
        verdicts.push((error as { readonly code?: string }).code ?? describe(error));
        return { result: undefined };
      });
      if (!result) continue;
      verdicts.push(result.quality?.verdict ?? 'without a verdict');
      rounds = Math.max(rounds, result.values['measurements'] as number);
      // Approached from below, the lens has the focus that the column reads.
      errors.push((await scope.defocus.read()) * 1e6 - zero - target);
    }
    return {
      errors: { focus: errors, rounds },
      verdict: verdicts.find((each) => each !== 'good') ?? 'good',
      faults: broken({
        'it is there in three rounds': rounds <= 3,
        'each run ends': errors.length === from.length,
      }),
    };
  },
  pool: (measured) => [
    ...verdictCounts(measured),
    {
      name: 'standard deviation',
      value: 1000 * rms(errorsNamed(measured, 'focus')),
      unit: 'nm',
      decimals: 1,
      atMost: 20,
    },
    largest(measured, 'focus', { unit: 'um', atMost: 0.1 }),
    largest(measured, 'rounds', { unit: 'measurements', decimals: 0, atMost: 3 }),
  ],
});
