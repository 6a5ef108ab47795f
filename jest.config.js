/** Tests are compiled by the same swc settings as the program itself, so what is tested is what runs. */
module.exports = {
  // That of Node, which also notes processor time where somebody asks for it.
  testEnvironment: '<rootDir>/test/support/cpu-environment.cjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  testTimeout: 60_000,
  // The tests are bound by the processor and wait on nothing else: jest's own choice leaves one core of two idle.
  maxWorkers: '100%',
  // Jest looks globals up through its sandbox, which made loops over pixels up to 15 times slower than they are.
  sandboxInjectedGlobals: ['Math', 'Number'],
};
