/** A table of the long statistics that the test of the harness copies into a folder of its own. */
const { appendFileSync, existsSync, readFileSync, rmdirSync } = require('node:fs');
const path = require('node:path');
const { factor } = require('../factor.cjs');

const folder = path.resolve(__dirname, '..');
const [record, setting] = ['record', 'setting.yaml'].map((name) => path.join(folder, name));

exports.default = {
  name: 'throws',
  about: 'Throws of a die.',
  item: 'games/throws',
  rows: ['white', 'black'],
  seeds: 6,
  seconds: 1,
  measure: async (seed, row) => {
    const killer = path.join(folder, `killer at ${row} ${seed}`);
    if (existsSync(killer)) {
      rmdirSync(killer);
      process.kill(process.ppid, 'SIGKILL');
      // This process ends with its parent, and the seed has no result.
      return new Promise(() => {});
    }
    appendFileSync(record, `${row} ${seed}\n`);
    const text = readFileSync(setting, 'utf8');
    if (text.includes(`throws: ${row} ${seed}`)) throw new Error('The die fell off the table.');
    if (text.includes(`ends: ${row} ${seed}`)) process.exit(7);
    return {
      errors: { pips: factor * seed },
      stated: { pips: 4 },
      verdict: 'good',
      ...(text.includes(`fault: ${row} ${seed}`) && { faults: ['the die lies on its edge'] }),
    };
  },
  pool: (measured) => [
    { name: 'at most', value: Math.max(...measured.map(({ errors }) => errors.pips)), unit: 'pips', atMost: 20 },
  ],
  poolAll: (measured) => [{ name: '', value: measured.length, unit: 'throws', decimals: 0 }],
};
