/** A device for tests: keeps a number, answers with what it is given, and fails in every way on request. */
const { existsSync, writeFileSync } = require('node:fs');

let opened = 0;

exports.openDevice = (options, surroundings) => {
  if (options?.refuse)
    throw Object.assign(new Error('the device is switched off'), { code: 'device/off', hint: 'Switch it on.' });
  if (options?.crash) process.kill(process.pid, 'SIGKILL');
  opened += 1;
  let kept = 0;
  const block = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  return {
    calls: {
      echo: (value) => value,
      add: (a, b) => a + b,
      set: (value) => void (kept = value),
      get: () => kept,
      identity: () => ({ process: process.pid, opened, options }),
      image: (width, height, seed = 0) => {
        const data = new Uint16Array(width * height);
        for (let at = 0; at < data.length; at++) data[at] = at + seed;
        return { width, height, data };
      },
      slow: (milliseconds, value) => new Promise((resolve) => setTimeout(resolve, milliseconds, value)),
      block: (milliseconds, value) => (block(milliseconds), value),
      /** Says by a file that it has begun, and blocks until there is a second one. */
      hold: (folder) => {
        writeFileSync(`${folder}/begun`, '');
        while (!existsSync(`${folder}/let-go`)) block(5);
      },
      patient: (folder) => {
        writeFileSync(`${folder}/begun`, '');
        return new Promise((resolve) => surroundings.signal.addEventListener('abort', () => resolve('stopped')));
      },
      fail: (code) => {
        throw Object.assign(new Error('the valve is closed'), code ? { code, hint: 'Open the valve.', result: 5 } : {});
      },
      crash: () => process.kill(process.pid, 'SIGKILL'),
      fault: () => process.kill(process.pid, 'SIGSEGV'),
      exit: () => process.exit(3),
      throwLater: () =>
        new Promise(() =>
          setTimeout(() => {
            throw new Error('out of nowhere');
          }, 5),
        ),
      print: () => void process.stdout.write('noise on the way\n'),
      unsendable: () => () => 1,
    },
    close: () => block(options?.closing ?? 0),
  };
};
