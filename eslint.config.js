const tseslint = require('typescript-eslint');

/** The properties of Math that the standard defines to the last bit. */
const exactMath = [
  ...['abs', 'sign', 'min', 'max', 'floor', 'ceil', 'round', 'trunc', 'sqrt', 'fround', 'imul', 'clz32'],
  ...['PI', 'E', 'LN2', 'LN10', 'LOG2E', 'LOG10E', 'SQRT2', 'SQRT1_2'],
];
const inexact = 'It differs in the last bit from one engine to the next; use simulation/base/functions.';

/**
 * Rules against the mistakes that hurt at a live instrument: promises that nobody awaits, conditions that are always
 * true, values of unknown type.
 */
module.exports = tseslint.config(
  {
    ignores: [
      'build/**',
      'node_modules/**',
      'imaging/fft/pkg/**',
      'imaging/fft/target/**',
      // A project of its own, whose types are those of the package: the tests of the package compile it.
      'docs/example-plugin/**',
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
      // Contracts are promises; an implementation with its answer at hand is still asynchronous to its callers.
      '@typescript-eslint/require-await': 'off',
      // Errors of unknown origin are passed on unchanged.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // One exported name is both the interface and its token.
      '@typescript-eslint/no-redeclare': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts', 'statistics/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // A truth and a seed give the same bytes on every machine.
    files: ['simulation/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', { object: 'Math', allowProperties: exactMath, message: inexact }],
      'no-restricted-syntax': [
        'error',
        { selector: "BinaryExpression[operator='**'][right.value!=2]", message: inexact },
        { selector: "AssignmentExpression[operator='**=']", message: inexact },
        { selector: "VariableDeclarator[init.name='Math'][id.type='Identifier']", message: inexact },
      ],
    },
  },
);
