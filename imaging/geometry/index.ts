export { type AffineMap, transformAffine, type TransformOptions } from './affine';
export { centroid, type Centroid, type CentroidOptions } from './centroid';
export { type CircleFit, fitCircle } from './circle-fit';
export { type Matrix, type RasterPosition, toCamera, toRaster, type Vector } from '../coordinates';
export { type Disc, type DiscOptions, findDisc } from './disc';
export { resample, type ResampleOptions } from './resample';
export { trimBorder, type Trimmed, type TrimOptions } from './trim-border';
