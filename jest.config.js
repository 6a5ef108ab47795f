/** Tests are compiled with the same swc settings as the program, so they test the code that runs. */
module.exports = {
  // Node's environment; on request it also notes processor time.
  testEnvironment: '<rootDir>/test/support/cpu-environment.cjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  // No test is about how fast the machine is: only what hangs is given up.
  testTimeout: 300_000,
  // The tests are limited by the processor alone, and jest's default leaves one core of two idle.
  maxWorkers: '100%',
  // Jest looks up globals through its sandbox, which made loops over pixels up to 15 times slower.
  sandboxInjectedGlobals: ['Math', 'Number'],
};
