import { errorsNamed } from '../harness/pooling';
import { defineTable } from '../harness/table';
import { kindsOfLoad, measureStop } from '../support/console-load';

export default defineTable({
  name: 'stop-under-load',
  about:
    'Time from STOP in the browser to its answer, while three observers ask the console for one thing after another; all of them and the console share one thread.',
  rows: kindsOfLoad,
  seeds: 5,
  seconds: 25,
  measure: measureStop,
  pool: (measured) => {
    const times = [...errorsNamed(measured, 'milliseconds')].sort((one, other) => one - other);
    const at = (share: number): number => times[Math.ceil(share * times.length) - 1] ?? NaN;
    return [
      { name: 'half of the answers within', value: at(0.5), unit: 'ms', decimals: 1 },
      { name: '95 % within', value: at(0.95), unit: 'ms', decimals: 0, atMost: 100 },
      { name: 'all within', value: at(1), unit: 'ms', decimals: 0 },
      {
        name: 'requests served meanwhile:',
        value: errorsNamed(measured, 'requests').reduce((a, b) => a + b, 0),
        decimals: 0,
      },
    ];
  },
});
