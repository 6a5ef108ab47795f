/** Runs the long statistics after bringing build/ up to date: `npm run verify -- --help`. */
require('./build').build();
const path = require('node:path');
const root = path.resolve(__dirname, '..');
void require(path.join(root, 'build', 'statistics', 'harness', 'main')).main(root, process.argv.slice(2));
