export * from './focus-calibrations';
export * from './focus-curve';
export * from './tilt-fit';
export * from './tilt-series';
export * from './stigmator-response';
