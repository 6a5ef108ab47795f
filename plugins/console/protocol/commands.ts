import { z } from 'zod';

/** Longest command that a page may send, in bytes. */
export const longestCommand = 16 * 1024;

const name = z.string().min(1).max(200);
const buffer = z.string().regex(/^[A-P]$/);
const whole = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const coordinate = z.number().min(-1e6).max(1e6);
const point = z.strictObject({ x: coordinate, y: coordinate });
const value = z.union([z.boolean(), z.number(), z.string().max(2000)]);
/** A part of an image, in its pixels, and the number of them averaged along each side. */
const part = z.strictObject({
  left: whole,
  top: whole,
  width: whole,
  height: whole,
  reduction: z.int().min(1).max(64),
});

/** All commands of a page; the answer repeats `request`. */
export const command = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('run'), request: whole, item: name }),
  z.strictObject({ do: z.literal('stop'), request: whole }),
  z.strictObject({ do: z.literal('answer'), request: whole, waiting: whole, values: z.array(value).min(1).max(32) }),
  z.strictObject({ do: z.literal('press'), request: whole, waiting: whole, button: name }),
  z.strictObject({ do: z.literal('mark'), request: whole, waiting: whole, from: point, to: point.optional() }),
  z.strictObject({ do: z.literal('forecast'), request: whole, item: name }),
  z.strictObject({ do: z.literal('help'), request: whole, item: name }),
  z.strictObject({
    do: z.literal('take'),
    request: whole,
    set: z.enum(['View', 'Focus', 'Trial', 'Record', 'Preview']),
  }),
  z.strictObject({ do: z.literal('set'), request: whole, setting: name, value }),
  z.strictObject({ do: z.literal('drag-image'), request: whole, image: whole, by: point }),
  z.strictObject({ do: z.literal('copy-buffer'), request: whole, from: buffer, to: buffer }),
  z.strictObject({
    do: z.literal('image'),
    request: whole,
    image: whole,
    transform: z.enum(['none', 'fourier']),
    largest: z.int().min(16).max(8192),
    part: part.optional(),
  }),
  z.strictObject({ do: z.literal('counts'), request: whole, image: whole, at: point }),
  z.strictObject({ do: z.literal('profile'), request: whole, image: whole, from: point, to: point }),
  z.strictObject({ do: z.literal('history'), request: whole, item: name.optional() }),
  z.strictObject({
    do: z.literal('restore'),
    request: whole,
    entry: name,
    which: z.enum(['value', 'replaced']),
    /** The place, where it is another one than that of the measurement. */
    at: z.strictObject({ magIndex: whole.optional(), camera: whole.optional() }).optional(),
    /** Restores it although conditions have changed. */
    anyway: z.literal(true).optional(),
  }),
  z.strictObject({ do: z.literal('check'), request: whole }),
  z.strictObject({
    do: z.literal('control'),
    request: whole,
    take: z.boolean(),
    /** The one who gets it, when the one in control gives it. */
    to: whole.optional(),
  }),
  z.strictObject({ do: z.literal('name'), request: whole, name: z.string().trim().min(1).max(40) }),
]);

/** A requested part of an image. */
export type ImagePart = z.infer<typeof part>;
/** A command of a page. */
export type Command = z.infer<typeof command>;
/** A command without its number, which the connection adds. */
export type Wish = Command extends infer Each ? (Each extends Command ? Omit<Each, 'request'> : never) : never;
