/**
 * Run as a program of its own, where nothing of the tests is loaded: imports one plugin of build/, applies, connects and disposes it
 * with a configuration, and writes what was open at each step and which files were loaded as one line of JSON.
 */
const path = require('node:path');

const [root, plugin, configuration, calibrations, until] = process.argv.slice(2);
const build = path.join(root, 'build');
const open = () =>
  process
    .getActiveResourcesInfo()
    .filter((each) => !/^(PipeWrap|TTYWrap|FSReqPromise|CloseReq|Immediate|TickObject)$/.test(each))
    .sort();
const loaded = () => Object.keys(require.cache).map((file) => path.relative(build, file).split(path.sep).join('/'));
/** Waits until at most this is open, but no longer than a busy machine may need; then reports what is open. */
async function rest(wanted) {
  for (let turn = 0; turn < 400 && open().join() !== wanted.join(); turn++)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

async function main() {
  const report = { globals: [], steps: {} };
  report.steps.before = open();
  const globals = new Set(Object.getOwnPropertyNames(globalThis));
  if (plugin !== '') require(path.join(build, 'plugins', plugin));
  // Names that begin with two underscores are helpers of libraries.
  report.globals = Object.getOwnPropertyNames(globalThis).filter(
    (name) => !globals.has(name) && !name.startsWith('__'),
  );
  report.steps.imported = open();
  const { createInstrument } = require(path.join(build, 'app', 'instrument', 'instrument'));
  const instrument = await createInstrument({ configuration, log: () => {}, calibrationDirectory: calibrations });
  await rest(report.steps.before);
  report.steps.applied = open();
  report.appliedFiles = loaded();
  if (until === 'connected') {
    await instrument.connect(new AbortController().signal);
    report.steps.connected = open();
    report.connectedFiles = loaded();
  }
  await instrument[Symbol.asyncDispose]();
  await instrument[Symbol.asyncDispose]();
  await rest(report.steps.before);
  report.steps.disposed = open();
  process.stdout.write(JSON.stringify(report));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
