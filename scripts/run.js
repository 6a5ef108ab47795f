/** Runs a script of scripts/ that is written in TypeScript: brings build/ up to date, then hands over. */
require('./build').build();
const [name, ...given] = process.argv.slice(2);
process.argv.splice(1, process.argv.length - 1, name, ...given);
require(require('node:path').resolve(__dirname, '..', 'build', name));
