/** An action that reverses something; a second call does nothing. */
export type Undo = () => void | Promise<void>;

/** Collects undo actions and runs them in reverse order. If one fails, the others still run. */
export class Disposables implements AsyncDisposable {
  private readonly undos: Undo[] = [];

  /** Adds an action and returns a function that runs only this one. */
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

  /** Runs all actions, then throws an AggregateError if any of them failed. */
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
