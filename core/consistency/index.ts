export * from './calibration-findings';
export { type ConsistencyOptions, checkConsistency, newFindings } from './check-consistency';
export type { FoundPixel } from './sites';
export type { ComparedNumber, ConsistencyCode, Finding, FindingSeverity, Subject } from './finding';
export type { Measured, StoredMatrices, StoredMatrix } from './place-findings';
export * from './remedy';
