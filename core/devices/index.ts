export * from './camera';
export * from './capabilities';
export * from './exposure-limits';
export * from './filter';
export * from './frames';
export * from './scope';
export * from './setting';
