import { z } from 'zod';
import { areaNames, setNames } from './working-state';

/** Longest command that a page may send, in bytes. */
export const longestCommand = 16 * 1024;

const name = z.string().min(1).max(200);
const buffer = z.string().regex(/^[A-Z]$/);
const whole = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const coordinate = z.number().min(-1e6).max(1e6);
const point = z.strictObject({ x: coordinate, y: coordinate });
const frequency = z.strictObject({ x: z.number().min(-1).max(1), y: z.number().min(-1).max(1) });
const value = z.union([z.boolean(), z.number(), z.string().max(2000)]);
/** A part of an image, in its pixels, and the number of them averaged along each side. */
const camera = z.int().min(0).max(31);
/** Drops an unsaved Record image without a question. */
const drop = z.literal(true).optional();
const set = z.enum(setNames);
const area = z.enum(areaNames);
/** Longest part of a file in one command, as base64. */
const longestFilePart = 12_000;
/** Largest file that a page may send, in bytes. */
export const largestFile = 1024 * 1024;
/** The name of a file without a path, so that it stays in the folder for images. */
const imageFile = z.string().regex(/^[A-Za-z0-9_][\w .()+=,-]{0,119}\.(mrc|st|map|tiff?)$/i);
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
  z.strictObject({ do: z.literal('take'), request: whole, set, drop }),
  z.strictObject({ do: z.literal('live'), request: whole, set, drop }),
  z.strictObject({ do: z.literal('end-live'), request: whole }),
  z.strictObject({ do: z.literal('change-set'), request: whole, camera, set, field: name, value }),
  /** As `change-set`, for an answer alone: nothing is changed. */
  z.strictObject({ do: z.literal('try-set'), request: whole, camera, set, field: name, value }),
  /** Puts every field of every parameter set back to the configuration. */
  z.strictObject({ do: z.literal('reset-sets'), request: whole }),
  z.strictObject({ do: z.literal('sets-difference'), request: whole }),
  z.strictObject({ do: z.literal('write-sets'), request: whole, difference: whole }),
  z.strictObject({
    do: z.literal('file-part'),
    request: whole,
    /** Number of the file, which the page gives. */
    file: whole,
    name: z.string().min(1).max(260),
    at: z.int().min(0).max(largestFile),
    content: z.base64().max(longestFilePart),
  }),
  /** Without `apply` only the effects are answered. */
  z.strictObject({ do: z.literal('import-sets'), request: whole, file: whole, apply: z.boolean() }),
  z.strictObject({ do: z.literal('import-user-settings'), request: whole, file: whole, apply: z.boolean() }),
  z.strictObject({ do: z.literal('export-user-settings'), request: whole }),
  /** Without a value the default. */
  z.strictObject({ do: z.literal('set-user-setting'), request: whole, setting: name, value: value.optional() }),
  z.strictObject({ do: z.literal('low-dose'), request: whole, on: z.boolean() }),
  z.strictObject({ do: z.literal('go-to-area'), request: whole, area }),
  z.strictObject({ do: z.literal('change-area'), request: whole, area, field: name, value }),
  /** Takes the settings of the column into an area. */
  z.strictObject({ do: z.literal('take-area'), request: whole, area }),
  z.strictObject({ do: z.literal('copy-area'), request: whole, from: area, to: area }),
  z.strictObject({ do: z.literal('balance-areas'), request: whole }),
  z.strictObject({ do: z.literal('update-areas'), request: whole, on: z.boolean() }),
  /** Says of what an earlier program has left whether it is still in the column. */
  z.strictObject({ do: z.literal('settle-left'), request: whole, isThere: z.boolean() }),
  z.strictObject({ do: z.literal('thumbnail'), request: whole, image: whole }),
  z.strictObject({ do: z.literal('save-buffer'), request: whole, buffer, file: imageFile }),
  z.strictObject({ do: z.literal('read-image'), request: whole, file: imageFile, section: whole, drop }),
  z.strictObject({ do: z.literal('image-files'), request: whole }),
  /** Without a buffer the one of the usual rule. */
  z.strictObject({ do: z.literal('align'), request: whole, buffer: buffer.optional(), leaveColumn: z.boolean() }),
  z.strictObject({ do: z.literal('clear-alignment'), request: whole, leaveColumn: z.boolean() }),
  z.strictObject({ do: z.literal('set'), request: whole, setting: name, value }),
  z.strictObject({ do: z.literal('drag-image'), request: whole, image: whole, by: point }),
  z.strictObject({ do: z.literal('copy-buffer'), request: whole, from: buffer, to: buffer, drop }),
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
  /** Fits the Thon rings of an image; with `search` a live image does not follow its last fit. */
  z.strictObject({ do: z.literal('fit-rings'), request: whole, image: whole, search: z.boolean() }),
  /** A point of a spectrum, in cycles per pixel from its middle, Y up. */
  z.strictObject({ do: z.literal('rings-at'), request: whole, image: whole, at: frequency }),
  z.strictObject({
    do: z.literal('expect-rings'),
    request: whole,
    defocus: z
      .tuple([z.number().min(0).max(50), z.number().min(0).max(50)])
      .refine(([least, most]) => most > least)
      .optional(),
    phase: z.union([z.enum(['none', 'search']), z.number().min(-180).max(180)]),
  }),
  z.strictObject({ do: z.literal('history'), request: whole, item: name.optional() }),
  z.strictObject({ do: z.literal('history-plots'), request: whole, entry: name }),
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
