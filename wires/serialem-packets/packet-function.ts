/** The names of the numbers in a message, in the order in which they are sent. */
export interface Fields {
  /** 32-bit integers. A last one called `arraySize` announces that many further integers at the end of the message. */
  readonly longs?: readonly string[];
  /** 32-bit integers that are 0 or 1, after the longs. */
  readonly booleans?: readonly string[];
  /** 64-bit floating-point numbers, after the booleans. */
  readonly doubles?: readonly string[];
}

/** Fields of one function of a server: its request and its answer. */
export interface PacketShape {
  readonly code: number;
  readonly request: Fields;
  /** Beyond the status that every reply begins with; undefined for a message that is never answered. */
  readonly reply?: Fields;
  /** Bytes of what the reply counts as pixels, for a function whose reply is followed by an image. */
  readonly image?: 1 | 2 | 4;
  /** Code that asks for the next chunk of the image, where it is not the usual one. */
  readonly handshake?: number;
  /**
   * True when a call may be sent once more after the connection broke during it. False for actions, such as an
   * exposure.
   */
  readonly repeatable: boolean;
}

/** A shape under its name. */
export interface PacketFunction extends PacketShape {
  readonly name: string;
}

type NamesOf<F extends Fields, Kind extends keyof Fields> = F[Kind] extends readonly (infer Name extends string)[]
  ? Name
  : never;
type Numbers<F extends Fields> = NamesOf<F, 'longs'> | NamesOf<F, 'doubles'>;

/** The numbers of a message by name. */
export type ValuesOf<F extends Fields> = { readonly [Name in Exclude<Numbers<F>, 'arraySize'>]: number } & {
  readonly [Name in NamesOf<F, 'booleans'>]: boolean;
} & ('arraySize' extends NamesOf<F, 'longs'> ? { readonly array: Int32Array } : unknown);

/** Arguments of a function. */
export type RequestOf<Function extends PacketShape> = ValuesOf<Function['request']>;
/** Answer of a function. */
export type ReplyOf<Function extends PacketShape> = Function['reply'] extends Fields
  ? ValuesOf<Function['reply']>
  : unknown;

/** The most that the other side has room for; the code or the status counts as one of the longs. */
const maxLongs = 16;
/** The most booleans of a message. */
const maxBooleans = 8;
/** The most doubles of a message. */
const maxDoubles = 8;

/** True when a message with these fields ends in an array. */
export const hasArray = (fields: Fields): boolean => fields.longs?.at(-1) === 'arraySize';

/** Bytes of a message without its array. */
export const fixedLength = ({ longs = [], booleans = [], doubles = [] }: Fields): number =>
  8 + 4 * longs.length + 4 * booleans.length + 8 * doubles.length;

/**
 * Makes a table of functions from their shapes, by name.
 * @throws TypeError for a shape that the protocol has no room for, or two functions of one code
 */
export function packetFunctions<const Table extends Readonly<Record<string, PacketShape>>>(
  table: Table,
): { readonly [Name in keyof Table]: Table[Name] & { readonly name: Name } } {
  const codes = new Map<number, string>();
  const named = Object.entries(table).map(([name, shape]) => {
    const earlier = codes.get(shape.code);
    if (earlier !== undefined) throw new TypeError(`${earlier} and ${name} have one code, ${shape.code}.`);
    codes.set(shape.code, name);
    for (const fields of [shape.request, shape.reply ?? {}]) {
      const { longs = [], booleans = [], doubles = [] } = fields;
      if (longs.length + 1 > maxLongs || booleans.length > maxBooleans || doubles.length > maxDoubles)
        throw new TypeError(`${name} has more numbers than a message can hold.`);
      if (longs.slice(0, -1).includes('arraySize'))
        throw new TypeError(`${name}: the size of the array must be its last long.`);
      const names = [...longs, ...booleans, ...doubles];
      if (new Set(names).size !== names.length) throw new TypeError(`${name} uses one name twice.`);
    }
    return [name, Object.freeze({ ...shape, name })] as const;
  });
  return Object.freeze(Object.fromEntries(named)) as {
    readonly [Name in keyof Table]: Table[Name] & { readonly name: Name };
  };
}
