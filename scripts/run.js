/** Runs a TypeScript file of scripts/ after bringing build/ up to date. */
require('./build').build();
const [name, ...given] = process.argv.slice(2);
process.argv.splice(1, process.argv.length - 1, name, ...given);
require(require('node:path').resolve(__dirname, '..', 'build', name));
