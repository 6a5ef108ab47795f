import type { Worker } from 'node:worker_threads';

interface Waiting<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** The file of a thread, and the way in which its answers and its end reach those who wait. */
interface ThreadOptions<Answer, Value> {
  /** The compiled file that the thread runs; asked for when it starts. */
  file(): string;
  /** Settles a call by the answer of the thread. */
  settle(answer: Answer, waiting: Waiting<Value>): void;
  /** The error of a call whose thread has ended, with the reason. */
  failed(why: string): Error;
  /** Called when a thread has ended, before those who wait are refused. */
  ended?(): void;
}

/**
 * Calls to a thread that answers each by its number. The thread starts with the first call and again after it has failed, does not keep the
 * program alive, and refuses what waits when it ends.
 */
export class ThreadCalls<Order extends object, Answer extends { readonly id: number }, Value> {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting<Value>>();
  private count = 0;

  constructor(private readonly options: ThreadOptions<Answer, Value>) {}

  /** The thread that runs now; undefined where none does. */
  get running(): Worker | undefined {
    return this.worker;
  }

  /** The running thread, started where none is. */
  started(): Worker {
    return (this.worker ??= this.start());
  }

  /** Sends an order under a number of its own, and waits for the answer. */
  call(order: (id: number) => Order): Promise<Value> {
    const worker = this.started();
    const id = (this.count += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage(order(id));
    });
  }

  /** Ends the thread; those who wait are refused with the reason. */
  async end(why: string): Promise<void> {
    const { worker } = this;
    this.refuse(why);
    await worker?.terminate();
  }

  private start(): Worker {
    // A program that asks for nothing needs no thread, and does not load them either.
    const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads');
    const worker = new Worker(this.options.file());
    worker.unref();
    worker.on('message', (answer: Answer) => {
      const waiting = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if (waiting) this.options.settle(answer, waiting);
    });
    const ended = (why: string): void => {
      if (worker === this.worker) this.refuse(why);
    };
    worker.on('error', (error) => ended(error.message));
    worker.on('exit', () => ended('its thread has ended'));
    return worker;
  }

  private refuse(why: string): void {
    this.worker = undefined;
    this.options.ended?.();
    for (const { reject } of this.waiting.values()) reject(this.options.failed(why));
    this.waiting.clear();
  }
}
