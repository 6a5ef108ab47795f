/** Two-dimensional Fourier transforms of real images. */
export { goodSize, realTransform2, type RealTransform2 } from './real-transform';
