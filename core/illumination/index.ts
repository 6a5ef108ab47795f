export * from './beam-calibrations';
export * from './beam-carrying';
export * from './beam-control';
export * from './beam-shift-matrix';
export * from './illuminated-area';
export * from './intensity-scale';
export { type IntensityTable, type TablePoint } from './intensity-table';
export * from './place';
export * from './spot-blocks';
