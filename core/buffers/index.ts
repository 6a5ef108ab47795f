export { BufferControl, type BufferParts } from './buffer-control';
export { type AlignOptions, type BufferAlignment, BufferWork } from './buffer-work';
