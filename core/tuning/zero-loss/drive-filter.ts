import { electronVolts } from '../../base';
import type { EnergyFilter } from '../../devices';
import type { Run } from '../../kernel';
import { leastLoss } from './slit-shots';

/**
 * Puts the slit in with a width, and takes the zero-loss adjustment away, so that the energy loss alone sets the energy. Slit and loss are
 * given back at the end of the run; the adjustment, and suspending the energy shifts of the magnifications, are the caller's.
 */
export async function driveFilter(
  run: Pick<Run, 'preserve' | 'signal'>,
  filter: EnergyFilter,
  slitWidth: number,
): Promise<void> {
  await run.preserve(filter.slitInserted, filter.slitWidth, filter.energyLoss);
  await filter.energyLoss.write(electronVolts(Math.max(0, leastLoss(filter.energyLoss))), run.signal);
  await filter.zeroLossAdjustment?.write(electronVolts(0), run.signal);
  await filter.slitWidth.write(electronVolts(slitWidth), run.signal);
  await filter.slitInserted.write(true, run.signal);
}
