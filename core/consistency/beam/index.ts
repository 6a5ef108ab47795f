export { beamFindings } from './beam-findings';
export type { BeamSources } from './beam-check';
