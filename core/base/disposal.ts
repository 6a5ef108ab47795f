/** Something that can be undone; calling it twice does no harm. */
export type Undo = () => void | Promise<void>;

/** Collects undos and runs them last-in first-out; a failing one does not keep the others from running. */
export class Disposables implements AsyncDisposable {
  private readonly undos: Undo[] = [];

  /** Remembers an undo and returns a function that runs just this one. */
  add(undo: Undo): Undo {
    let pending = true;
    const once: Undo = () => {
      if (!pending) return;
      pending = false;
      return undo();
    };
    this.undos.push(once);
    return once;
  }

  /** Runs everything; throws an AggregateError of all failures at the end, if there were any. */
  async dispose(): Promise<void> {
    const failures: unknown[] = [];
    for (let undo = this.undos.pop(); undo; undo = this.undos.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of the things to be undone failed`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
