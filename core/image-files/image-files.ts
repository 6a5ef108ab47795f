import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EucentricError, inNanometres } from '../base';
import type { BufferedImage, ImageBuffers } from '../kernel';
import { readWhole, writeWhole } from '../store';
import { type Image, image as wrap, toFloat32 } from '../../imaging';
import { imageOfFields, mdocFields } from './image-metadata';
import { type Mdoc, type MdocFields, parseMdoc, renderMdoc } from './mdoc';
import { decodeMrc, encodeMrc, type FilePixels, unreadable } from './mrc';
import { decodeTiff, encodeTiff } from './tiff';

/** Place of a saved image: its file, and its section in it. */
export interface SavedImage {
  readonly path: string;
  readonly section: number;
}

/** Largest image file that is read, in bytes. */
const maxBytes = 2 ** 31;
const mdocOf = (file: string): string => `${file}.mdoc`;
const isTiff = (file: string): boolean => /\.tiff?$/i.test(file);

/**
 * Saves the image in a buffer with its metadata beside it (`.mdoc`). An MRC file that is there gets one section more; a TIFF file is not
 * written over.
 * @throws EucentricError `image-file/no-image`, `image-file/exists`, `image-file/different-images`, `store/write-failed`
 */
export async function saveBuffer(buffers: ImageBuffers, buffer: string, file: string): Promise<SavedImage> {
  const held = buffers.get(buffer);
  if (!held)
    throw new EucentricError({
      code: 'image-file/no-image',
      message: `There is no image in buffer ${buffer}.`,
      hint: 'Take one, or name a buffer that holds one.',
    });
  const target = path.resolve(file);
  const pixels = filePixels(held);
  const angstroms = held.context.pixelSize === undefined ? 0 : 10 * inNanometres(held.context.pixelSize);
  if (isTiff(target)) {
    if (existsSync(target)) throw exists(target);
    await writeWhole(target, encodeTiff(pixels, angstroms, held.context.title));
    await writeWhole(
      mdocOf(target),
      Buffer.from(renderMdoc({ global: globalOf(target, held), sections: [mdocFields(held)] })),
    );
    return { path: target, section: 0 };
  }
  const present = await readWhole(target, maxBytes);
  const before = present ? decodeMrc(present, target) : undefined;
  const images = [...(before?.images ?? []), pixels];
  await writeWhole(
    target,
    encodeMrc(images, before?.pixelSize ?? angstroms, [`Eucentric: ${held.context.title ?? 'image'}`]),
  );
  const text = await readFile(mdocOf(target), 'utf8').catch(() => '');
  const mdoc: Mdoc = parseMdoc(text);
  const sections = Array.from({ length: images.length }, (_, at): MdocFields => mdoc.sections[at] ?? {});
  sections[images.length - 1] = mdocFields(held);
  await writeWhole(
    mdocOf(target),
    Buffer.from(renderMdoc({ global: { ...globalOf(target, held), ...mdoc.global }, sections })),
  );
  return { path: target, section: images.length - 1 };
}

/**
 * Reads an image from a file with everything that its metadata say: into a buffer if one is given, in place of what is there, else into A, where older ones roll.
 * @throws EucentricError `image-file/unreadable`, `store/read-failed`, `buffers/no-such-buffer`
 */
export async function readIntoBuffer(
  buffers: ImageBuffers,
  file: string,
  section = 0,
  into?: string,
): Promise<BufferedImage> {
  const source = path.resolve(file);
  const bytes = await readWhole(source, maxBytes);
  if (!bytes) throw unreadable(source, 'there is no such file');
  const { image, pixelSize } = isTiff(source)
    ? decodeTiff(bytes, source)
    : sectionOf(decodeMrc(bytes, source), section, source);
  const fields = parseMdoc(await readFile(mdocOf(source), 'utf8').catch(() => '')).sections[section] ?? {};
  const [rows = 0, columns = 0] = image.shape;
  const title = `${path.basename(source)}${section > 0 ? `, section ${section}` : ''}`;
  const { frame, context, alignment } = imageOfFields(fields, { rows, columns, angstroms: pixelSize, title });
  const read = { ...frame, image: imageFor(image) };
  const { buffer } = into === undefined ? buffers.add(read, context) : buffers.put(into, read, context);
  if (alignment.x !== 0 || alignment.y !== 0) buffers.align(buffer, alignment);
  return buffers.get(buffer)!;
}

function sectionOf(
  { images, pixelSize }: ReturnType<typeof decodeMrc>,
  section: number,
  name: string,
): { readonly image: Image<FilePixels>; readonly pixelSize: number } {
  const found = images[section];
  if (!found) throw unreadable(name, `it has ${images.length} sections and none of number ${section}`);
  return { image: found, pixelSize };
}

/** Pixels of a buffer in a format that files have. */
const filePixels = ({ frame }: BufferedImage): Image<FilePixels> => frame.image;

/** Bytes are widened, since images of the program have 16 bits or floats. */
const imageFor = (source: Image<FilePixels>): Image<Uint16Array | Int16Array | Float32Array> =>
  source.data instanceof Uint8Array
    ? wrap(toFloat32(source), source.shape[0] ?? 0, source.shape[1] ?? 0)
    : (source as Image<Uint16Array | Int16Array | Float32Array>);

function globalOf(file: string, { frame }: BufferedImage): MdocFields {
  const [rows = 0, columns = 0] = frame.image.shape;
  return { ImageFile: path.basename(file), ImageSize: `${columns} ${rows}` };
}

const exists = (file: string): EucentricError =>
  new EucentricError({
    code: 'image-file/exists',
    message: `${file} exists already. Nothing was written.`,
    hint: 'Give a name that is not in use.',
  });
