export { areasNotSupported } from './area-lines';
export { LowDoseControl, type LowDoseParts } from './low-dose-control';
export { LowDoseStateFile, type LowDoseState } from './low-dose-state';
export { type AreaDevices } from './walk';
