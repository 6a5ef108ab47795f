/** A span of time in seconds of the microscope's clock. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The time that is in both of two lists of spans, each in order and without overlaps. */
export function overlapOf(one: readonly Span[], other: readonly Span[]): readonly Span[] {
  return one.flatMap((a) =>
    other
      .map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))
      .filter(({ from, to }) => to > from),
  );
}

/** Seconds of all spans together. */
export const durationOf = (spans: readonly Span[]): number =>
  spans.reduce((total, { from, to }) => total + (to - from), 0);

/** The instant at which a number of seconds of the spans is over, counted from the beginning of the first. */
export function instantIn(spans: readonly Span[], seconds: number): number {
  let left = seconds;
  for (const { from, to } of spans) {
    if (left <= to - from) return from + left;
    left -= to - from;
  }
  return spans.at(-1)?.to ?? seconds;
}

/** A switch with the instants at which it was thrown. */
export class SwitchHistory {
  private readonly changes: { readonly at: number; readonly on: boolean }[];

  constructor(on: boolean) {
    this.changes = [{ at: -Infinity, on }];
  }

  /** Throws the switch at an instant; what was to happen later than that no longer does. */
  set(on: boolean, at: number): void {
    while (this.changes.length > 1 && this.changes.at(-1)!.at >= at) this.changes.pop();
    if (this.changes.at(-1)!.on !== on) this.changes.push({ at, on });
    if (this.changes.length > maxChanges) this.changes.splice(0, this.changes.length - maxChanges);
  }

  /** True when the switch is on at an instant. */
  at(time: number): boolean {
    return (this.changes.findLast(({ at }) => at <= time) ?? this.changes[0]!).on;
  }

  /** The spans within a span in which the switch is off. */
  off({ from, to }: Span): readonly Span[] {
    const inside = this.changes.filter(({ at }) => at > from && at < to);
    const steps = [{ at: from, on: this.at(from) }, ...inside];
    return steps
      .map(({ at, on }, index) => ({ from: at, to: steps[index + 1]?.at ?? to, on }))
      .filter((step) => !step.on && step.to > step.from)
      .map((step) => ({ from: step.from, to: step.to }));
  }
}

/** Changes that are remembered; no exposure holds as many. */
const maxChanges = 512;
