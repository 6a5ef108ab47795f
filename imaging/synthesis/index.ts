export { Random } from './random';
export { Texture, expose, type ExposureOptions, type TextureOptions, type View } from './texture';
export { randomPatternBound, shiftBound, type ImagePair } from './cramer-rao';
