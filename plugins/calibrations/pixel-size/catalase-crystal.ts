import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { LatticeMemory } from './lattice/lattice-memory';

/** Toggles whether a catalase crystal is expected in the image instead of a grating. */
@menuItem({
  id: 'calibrations/pixel-size/catalase-crystal',
  menu: ['Pixel Size'],
  label: 'Catalase Crystal',
  summary: 'Expects a catalase crystal instead of a grating.',
  kind: 'toggle',
  anytime: true,
  touchesNothing: true,
  needs: [LatticeMemory],
})
export default class CatalaseCrystal implements MenuItem {
  constructor(private readonly memory: LatticeMemory) {}

  checked(): boolean {
    return this.memory.catalase;
  }

  async run(run: Run): Promise<void> {
    this.memory.catalase = !this.memory.catalase;
    run.operator.log(`Find Pixel Size expects ${this.memory.catalase ? 'a catalase crystal' : 'a grating'}.`);
  }
}
