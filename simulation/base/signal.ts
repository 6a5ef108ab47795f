/** Something that happens to a part and that other parts follow. */
export class Signal<Value> {
  private readonly followers: ((value: Value) => void)[] = [];

  follow(follower: (value: Value) => void): void {
    this.followers.push(follower);
  }

  send(value: Value): void {
    for (const follower of this.followers) follower(value);
  }
}
