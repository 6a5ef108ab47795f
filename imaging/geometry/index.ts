export { type Matrix, type RasterPosition, toCamera, toRaster, type Vector } from './coordinates';
