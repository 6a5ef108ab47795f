import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import type { CalibrationResult } from '../../../core/store';
import { LatticeMemory } from './lattice/lattice-memory';

const largest = 2048;

/** Sets the size to which images are binned before their lattice is looked for, for this session. */
@menuItem({
  id: 'calibrations/pixel-size/set-binned-size',
  menu: ['Pixel Size'],
  label: 'Set Binned Size',
  summary: 'Sets the size to which images are binned to find the pixel size.',
  anytime: true,
  touchesNothing: true,
  needs: [LatticeMemory],
  questions: [
    {
      id: 'binned-size',
      kind: 'number',
      summary: 'Size in pixels to which images are binned, up to 2048; 0 lets the expected number of repeats decide.',
    },
  ],
  results: { binnedSize: 'The size in pixels now in force; 0 is automatic.' },
  units: { binnedSize: 'px' },
})
export default class SetBinnedSize implements MenuItem {
  constructor(private readonly memory: LatticeMemory) {}

  async run(run: Run): Promise<CalibrationResult> {
    const entered = await run.operator.number({
      id: 'binned-size',
      text: 'Size in pixels to bin images to (0 for automatic)',
      default: this.memory.targetSize,
      integer: true,
    });
    const binnedSize = Math.max(0, Math.min(largest, entered));
    this.memory.targetSize = binnedSize;
    return run.report({
      summary:
        binnedSize === 0
          ? 'The binned size is chosen automatically.'
          : `Images are binned to at most ${binnedSize} pixels.`,
      values: { binnedSize },
    });
  }
}
