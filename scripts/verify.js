/**
 * Runs the long statistics: the same tests with EUCENTRIC_VERIFY set, which makes them draw more seeds, sizes and faults and print
 * their tables. Takes much longer than `npm test`; a part can be chosen as for jest: `npm run verify -- test/imaging`.
 */
const { spawnSync } = require('node:child_process');

const { status } = spawnSync(process.execPath, [require.resolve('jest/bin/jest'), '--testTimeout', '3600000', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, EUCENTRIC_VERIFY: '1' },
});
process.exitCode = status ?? 1;
