/**
 * Run as a program of its own, where the compiler is as fast as it is: compiles the plugin in the first folder as its settings say, and
 * writes what is wrong in it and in the declarations below the second folder, a line each.
 */
const path = require('node:path');
const ts = require('typescript');

const [plugin, program] = process.argv.slice(2);
const { config } = ts.readConfigFile(path.join(plugin, 'tsconfig.json'), ts.sys.readFile);
const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, plugin);
const all = ts.createProgram(fileNames, options);
const within = (folder, file) => !path.relative(folder, file).startsWith('..');
// The declarations of other packages are not ours to check, and cost seconds.
const ours = all
  .getSourceFiles()
  .filter(({ fileName }) => within(program, fileName) || (within(plugin, fileName) && !/node_modules/.test(fileName)));
const faults = [
  ...all.getOptionsDiagnostics(),
  ...all.getGlobalDiagnostics(),
  ...ours.flatMap((file) => [...all.getSyntacticDiagnostics(file), ...all.getSemanticDiagnostics(file)]),
];
all.emit();
for (const { file, messageText } of faults)
  process.stdout.write(`${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}\n`);
process.stderr.write(`${ours.filter(({ fileName }) => within(program, fileName)).length}\n`);
