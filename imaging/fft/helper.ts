import { Worker } from 'node:worker_threads';

/** Jobs that the second thread can share; each job ends in two arguments, the begin and the end of a share. */
const jobs = [
  'forward_rows',
  'forward_columns',
  'inverse_columns',
  'inverse_rows',
  'task_prepare',
  'task_columns',
  'task_rows',
  'task_overlap',
] as const;

/** A job of the second thread. */
export type Job = (typeof jobs)[number];

/** Places in the control block. */
const slots = { issued: 0, done: 1, job: 2, total: 3, share: 4, next: 5, count: 6, ready: 7, arguments: 8 } as const;
const controlLength = 32;
/** Number of times that a thread polls before it goes to sleep, about 50 microseconds. */
const turns = 10_000;
/** Limit for an answer of the second thread; after that it counts as dead. */
const answerLimitMs = 60_000;

/** A second thread on the memory of a WebAssembly instance; it does not keep the program alive. */
export class Helper {
  private readonly worker: Worker;
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * controlLength));
  private issued = 0;

  constructor(script: string, code: unknown, memory: unknown, stackTop: number) {
    this.worker = new Worker(script, {
      workerData: { code, memory, control: this.control, stackTop, jobs, slots, turns },
    });
    // Without a second thread, one thread gives the same numbers.
    this.worker.on('error', () => Atomics.store(this.control, slots.ready, 0));
    this.worker.unref();
  }

  /**
   * Does a job in shares on both threads and returns when all of it is done; works alone while the other thread still
   * starts.
   *
   * @param run does a share on this thread
   * @param given the arguments of the job on the other thread, before the bounds of the share
   */
  share(
    job: Job,
    run: (from: number, to: number) => void,
    given: readonly number[],
    total: number,
    share: number,
  ): void {
    const { control } = this;
    if (Atomics.load(control, slots.ready) === 0) {
      run(0, total);
      return;
    }
    control[slots.job] = jobs.indexOf(job);
    control[slots.total] = total;
    control[slots.share] = share;
    control[slots.count] = given.length;
    control.set(given, slots.arguments);
    Atomics.store(control, slots.next, 0);
    this.issued = (this.issued + 1) | 0;
    Atomics.store(control, slots.issued, this.issued);
    Atomics.notify(control, slots.issued);
    for (
      let from = Atomics.add(control, slots.next, share);
      from < total;
      from = Atomics.add(control, slots.next, share)
    ) {
      run(from, Math.min(total, from + share));
    }
    this.waitUntilDone();
  }

  /** True when the second thread takes part. */
  get ready(): boolean {
    return Atomics.load(this.control, slots.ready) !== 0;
  }

  /** Ends the second thread. */
  dispose(): void {
    void this.worker.terminate();
  }

  private waitUntilDone(): void {
    const { control, issued } = this;
    for (let turn = 0; turn < turns; turn++) if (Atomics.load(control, slots.done) === issued) return;
    const until = Date.now() + answerLimitMs;
    for (let done = Atomics.load(control, slots.done); done !== issued; done = Atomics.load(control, slots.done)) {
      Atomics.wait(control, slots.done, done, 1000);
      if (Date.now() > until)
        throw new Error('The second thread of a Fourier transform does not answer; use one thread.');
    }
  }
}
