/** The second thread: runs the same WebAssembly on the same memory, taking shares of a job as `helper.ts` describes them. */
const { workerData } = require('node:worker_threads');

const { code, memory, control, stackTop, jobs, slots, turns } = workerData;
const imports = {};
for (const { module, name, kind } of WebAssembly.Module.imports(code)) {
  (imports[module] ??= {})[name] = kind === 'memory' ? memory : () => undefined;
}
const wasm = new WebAssembly.Instance(code, imports).exports;
wasm.__stack_pointer.value = stackTop;

let seen = 0;
Atomics.store(control, slots.ready, 1);
for (;;) {
  for (let turn = 0; Atomics.load(control, slots.issued) === seen && turn < turns; turn++);
  Atomics.wait(control, slots.issued, seen);
  seen = Atomics.load(control, slots.issued);
  const run = wasm[jobs[control[slots.job]]];
  const total = control[slots.total];
  const share = control[slots.share];
  const given = control.subarray(slots.arguments, slots.arguments + control[slots.count]);
  for (
    let from = Atomics.add(control, slots.next, share);
    from < total;
    from = Atomics.add(control, slots.next, share)
  ) {
    run(...given, from, Math.min(total, from + share));
  }
  Atomics.store(control, slots.done, seen);
  Atomics.notify(control, slots.done);
}
