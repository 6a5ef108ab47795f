import { service } from '../../../../core/base';

/** Choices that the items for pixel sizes remember within a session. */
export interface LatticeMemory {
  /** Size in pixels to which images are binned; 0 lets the expected number of repeats decide. */
  targetSize: number;
  /** True when images are of a catalase crystal instead of a grating. */
  catalase: boolean;
}
/** The token of that memory. */
export const LatticeMemory = service<LatticeMemory>('LatticeMemory');

/** The memory at the start of a session. */
export const newLatticeMemory = (): LatticeMemory => ({ targetSize: 0, catalase: false });
