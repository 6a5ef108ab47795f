/** Binning of images. */
export { reduce, type ReduceOptions } from './reduce';
