/** Pure numerics on images; the public part of this room. */
export * from './beam';
export * from './ctf';
export * from './errors';
export * from './fft';
export * from './fits';
export * from './geometry';
export * from './image';
export * from './kernel-memory';
export * from './lattice';
export * from './reduction';
export * from './registration';
export * from './shared-copy';
export * from './spectra';
export * from './statistics';
export * from './synthesis';
