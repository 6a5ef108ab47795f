/** A transport that remembers its calls, in order. */
export interface Recording<Transport> {
  readonly transport: Transport;
  /** Every call that changes something, as `name argument argument...`; signals are left out. */
  writes(): readonly string[];
  /** The arguments of every call of one name, in order. */
  calls(name: keyof Transport): readonly (readonly unknown[])[];
  /** Called before each call that changes something, with its place in `writes()`. */
  onWrite: ((index: number) => void) | undefined;
}

const changesNothing = /^(get|open|close|read)/;

/** Puts a recorder between a vendor's code and its wire. */
export function recording<Transport extends object>(wire: Transport): Recording<Transport> {
  const calls: { readonly name: string; readonly given: readonly unknown[] }[] = [];
  const recorded: Recording<Transport> = {
    transport: new Proxy(wire, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property, target);
        const name = String(property);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]): unknown => {
          if (!changesNothing.test(name)) {
            calls.push({ name, given: given.filter((each) => !(each instanceof AbortSignal) && each !== undefined) });
            recorded.onWrite?.(calls.length - 1);
          }
          return Reflect.apply(member, target, given);
        };
      },
    }),
    writes: () => calls.map(({ name, given }) => [name, ...given.map(textOf)].join(' ')),
    calls: (name) => calls.filter((call) => call.name === name).map(({ given }) => given),
    onWrite: undefined,
  };
  return recorded;
}

/** Numbers to nine figures, since micrometres become metres on the way. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(9)));
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${name}=${textOf(each)}`)
    .join(' ');
}
