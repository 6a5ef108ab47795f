export * from './clock';
export * from './copy';
export * from './di';
export * from './disposal';
export * from './errors';
export * from './log';
export * from './units';
export * from './vector';
