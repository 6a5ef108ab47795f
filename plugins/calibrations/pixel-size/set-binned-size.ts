import { defineItem, value } from '../../../core/kernel';
import { LatticeMemory } from './lattice/lattice-memory';

const maxSize = 2048;

/** Sets the size to which images are binned before their lattice is searched, for this session. */
export default defineItem({
  id: 'calibrations/pixel-size/set-binned-size',
  needs: { memory: LatticeMemory },
  questions: {
    'binned-size': {
      kind: 'number',
      minimum: 0,
      maximum: maxSize,
      integer: true,
      why: 'Small images are less noisy and show fewer false peaks; large ones resolve more lines. 0 lets the expected number of repeats decide.',
    },
  },
  results: { binnedSize: value.quantity('The size in pixels now in use; 0 is automatic.', { unit: 'px' }) },
  anytime: true,
  forecast: 'nothing',
  async run({ memory }, run) {
    const text = 'Size in pixels to bin images to (0 for automatic)';
    const binnedSize = await run.ask('binned-size', { text, default: memory.targetSize });
    memory.targetSize = binnedSize;
    const summary =
      binnedSize === 0
        ? 'The binned size is chosen automatically.'
        : `Images are binned to at most ${binnedSize} pixels.`;
    run.operator.log('The binned size holds until the program ends.');
    return run.report({ summary, values: { binnedSize } });
  },
});
