import { defineToggle } from '../../../core/kernel';
import { LatticeMemory } from './lattice/lattice-memory';

/** Expects a catalase crystal in the image instead of a grating. */
export default defineToggle({
  id: 'calibrations/pixel-size/catalase-crystal',
  needs: { memory: LatticeMemory },
  anytime: true,
  read: ({ memory }) => memory.catalase,
  write: ({ memory }, on) => {
    memory.catalase = on;
  },
  says: {
    on: 'Find Pixel Size expects a catalase crystal. This holds until the program ends.',
    off: 'Find Pixel Size expects a grating. This holds until the program ends.',
  },
});
