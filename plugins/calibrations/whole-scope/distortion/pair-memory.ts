import { service } from '../../../../core/base';

/** Last answers of Distortion, for the session. */
export interface DistortionMemory {
  direction: number;
  file?: string;
}
/** The token of that memory. */
export const DistortionMemory = service<DistortionMemory>('DistortionMemory');
