export * from './drift-bends';
export * from './focus-calibrations';
export * from './focus-curve';
export * from './focus-shots';
export * from './stigmator-response';
export * from './tilt-fit';
export * from './tilt-series';
export * from './ring-fitting';
