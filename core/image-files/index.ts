export { readIntoBuffer, saveBuffer, type SavedImage } from './image-files';
export { type Mdoc, type MdocFields, mdocFields, parseMdoc, renderMdoc } from './mdoc';
export { decodeMrc, encodeMrc, type FilePixels, type MrcImages } from './mrc';
export { decodeTiff, encodeTiff } from './tiff';
