const tseslint = require('typescript-eslint');

/** Rules that catch what hurts at a live instrument: promises that nobody waits for, conditions that are always true, values of no known type. */
module.exports = tseslint.config(
  {
    ignores: [
      'build/**',
      'node_modules/**',
      'imaging/fft/pkg/**',
      'imaging/fft/target/**',
      '**/*.js',
      '**/*.mjs',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      eqeqeq: 'error',
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Plugins are loaded when they are needed, with require, so that a site never loads what it does not use.
      '@typescript-eslint/no-require-imports': 'off',
      // Contracts are promises; an implementation that has its answer at hand is still asynchronous to its callers.
      '@typescript-eslint/require-await': 'off',
      // Errors of unknown origin are handed on as they are.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // One exported name is both the interface and its token.
      '@typescript-eslint/no-redeclare': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
);
