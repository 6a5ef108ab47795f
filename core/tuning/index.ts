export * from './focus-calibrations';
export * from './focus-curve';
