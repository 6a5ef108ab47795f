/** Changes that are remembered; no exposure holds as many. */
const maxChanges = 4096;

/** The values that something had over time, so that an image that is made later knows them. */
export class Course<Value> {
  private readonly changes: { readonly at: number; readonly value: Value }[];

  constructor(value: Value) {
    this.changes = [{ at: -Infinity, value }];
  }

  /** Takes note of a value from an instant on; what was noted for later no longer counts. */
  set(value: Value, at: number): void {
    while (this.changes.length > 1 && this.changes.at(-1)!.at >= at) this.changes.pop();
    this.changes.push({ at, value });
    if (this.changes.length > maxChanges) this.changes.splice(0, this.changes.length - maxChanges);
  }

  at(time: number): Value {
    const { changes } = this;
    let [low, high] = [0, changes.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (changes[middle]!.at <= time) low = middle;
      else high = middle - 1;
    }
    return changes[low]!.value;
  }

  get last(): Value {
    return this.changes.at(-1)!.value;
  }
}
