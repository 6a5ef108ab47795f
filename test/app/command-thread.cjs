/** Thread that has loaded the compiled program once and runs its commands one after the other: starting a process takes longer than most of them. */
const path = require('node:path');
const { workerData } = require('node:worker_threads');
const { main } = require(path.join(workerData.projectFolder, 'build', 'app', 'main'));

const { port, done } = workerData;
const written = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr']) {
  // Every command listens for the end of its reader.
  process[name].setMaxListeners(0);
  process[name].write = (text, ...given) => {
    written[name] += String(text);
    given.find((each) => typeof each === 'function')?.();
    return true;
  };
}

port.on('message', (given) => {
  Object.assign(written, { stdout: '', stderr: '' });
  process.exitCode = undefined;
  void main(given).then(() => {
    port.postMessage({ code: process.exitCode ?? 0, ...written });
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  });
});
