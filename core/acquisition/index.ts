export * from './dynamic-focus';
export * from './exposure-of-set';
export * from './flyback-times';
export * from './image-acquisition';
export * from './live-image';
export * from './scan-rate';
export * from './settling';
export * from './shift-calibration-exposure';
