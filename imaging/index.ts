/** Pure numerics on images: everything that other rooms may use of it. */
export * from './errors';
export * from './fits';
export * from './geometry';
export * from './image';
export * from './statistics';
export * from './synthesis';
