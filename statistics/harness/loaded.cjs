/** Loaded by jest into each test that the long statistics run: notes the files that the test has loaded in the end. */
const { appendFileSync } = require('node:fs');

afterAll(() => appendFileSync(process.env.EUCENTRIC_LOADED, `${Object.keys(require.cache).join('\n')}\n`));
