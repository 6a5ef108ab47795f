export * from './camera';
export * from './capabilities';
export * from './filter';
export * from './scope';
export * from './setting';
