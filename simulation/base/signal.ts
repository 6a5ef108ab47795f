/** Something that happens to a part and that other parts follow. */
export class Signal<Value> {
  private readonly followers: ((value: Value) => void)[] = [];

  /** @returns ends the following */
  follow(follower: (value: Value) => void): () => void {
    this.followers.push(follower);
    return () => void this.followers.splice(this.followers.indexOf(follower) >>> 0, 1);
  }

  send(value: Value): void {
    for (const follower of this.followers) follower(value);
  }
}
