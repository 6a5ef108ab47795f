export { readIntoBuffer, saveBuffer, type SavedImage } from './image-files';
export { mdocFields } from './image-metadata';
export { type Mdoc, type MdocFields, parseMdoc, renderMdoc } from './mdoc';
export { decodeMrc, encodeMrc, type FilePixels, type MrcImages } from './mrc';
export { decodeTiff, encodeTiff } from './tiff';
