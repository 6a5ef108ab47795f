import { electronVolts } from '../../base';
import type { Cameras, EftemMode, EnergyFilter } from '../../devices';
import type { Run } from '../../kernel';
import type { Settings } from '../../settings';
import { zeroLossErrors } from './errors';
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

/** Dependencies of looking whether images go through the filter. */
export interface FilteredImages {
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly filter: EnergyFilter;
  readonly settings: Pick<Settings, 'get'>;
  readonly eftem?: EftemMode | undefined;
}

/** The reason why the zero-loss peak cannot be measured with the selected camera. */
export function whyNoZeroLoss({ cameras, filter, settings }: FilteredImages): string | undefined {
  if (!filter.zeroLossAdjustment)
    return 'the filter does not tell its zero-loss adjustment: SerialEM adds shifts of its own, so they are measured there';
  if (!cameras.selected.traits.behindFilter && !settings.get('HasOmegaFilter'))
    return 'the selected camera is not behind the energy filter';
  return undefined;
}

/** Refuses a column whose lenses do not work for the filter behind it. */
export async function requireFilterMode({ eftem, cameras }: FilteredImages, signal: AbortSignal): Promise<void> {
  if (eftem && cameras.selected.traits.behindFilter && !(await eftem.on.read(signal)))
    throw zeroLossErrors.notInFilterMode();
}
