/** Pure numerics on images: everything that other rooms may use of it. */
export * from './errors';
export * from './image';
