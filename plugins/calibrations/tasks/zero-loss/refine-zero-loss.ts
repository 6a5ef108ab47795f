import { type Clock, EucentricError, electronVolts, optional, readable, withError } from '../../../../core/base';
import { ImageAcquisition, singleExposureOf } from '../../../../core/acquisition';
import { Cameras, EftemMode, EnergyFilter, Scope } from '../../../../core/devices';
import { judge, requireNotRefused } from '../../../../core/judgement';
import { LowDose, type Forecast, type TaskRun, type Uses, areaOfSet, value } from '../../../../core/kernel';
import { EnergyShifts, filterSteps } from '../../../../core/optics';
import { Settings } from '../../../../core/settings';
import type { CalibrationResult } from '../../../../core/store';
import {
  SlitShots,
  type ZeroLossPeak,
  driveFilter,
  requireFilterMode,
  scanZeroLoss,
  zeroLossChart,
  zeroLossEvidence,
} from '../../../../core/tuning';
import { UserSettings } from '../../../../core/user-settings';

/** Dependencies of refining the zero-loss peak. */
export const zeroLossNeeds = {
  scope: Scope,
  cameras: Cameras,
  filter: EnergyFilter,
  energyShifts: EnergyShifts,
  acquisition: ImageAcquisition,
  settings: Settings,
  userSettings: UserSettings,
  eftem: optional(EftemMode),
  lowDose: optional(LowDose),
};
type Use = Uses<typeof zeroLossNeeds>;

/** The results of refining the zero-loss peak. */
export const zeroLossResults = {
  adjustment: value.quantity('Zero-loss adjustment of the filter.', { unit: 'eV', decimals: 2 }),
  before: value.quantity('Zero-loss adjustment before.', { unit: 'eV', decimals: 2 }),
  change: value.quantity('Energy by which the peak was off.', { unit: 'eV', decimals: 2 }),
  remaining: value.quantity('Energy by which it is off still, as the last scan shows it.', { unit: 'eV', decimals: 2 }),
  images: value.quantity('Number of images.'),
  skipped: value.flag('True where it was left out, since the peak was refined a short while ago.'),
} as const;
type RefineRun = TaskRun<Readonly<Record<never, never>>, typeof zeroLossResults>;

/** Slit and step in electronvolts with which the place of the peak is measured after it was found. */
const fine = { slit: 10, step: 2 };
/** Range in which the peak is looked for, and the one of the scans after that. */
const [wideRange, narrowRange] = [48, 28];
/** Scans after the first one, at most: each checks the adjustment before it. */
const maxChecks = 4;
/** Electronvolts by which the peak may be off at the end, at least. */
const tolerance = 0.2;

/** The parameter set of the images: Trial, or Preview in Low Dose unless the user wants Trial there, too. */
const setOf = ({ lowDose, userSettings }: Pick<Use, 'lowDose' | 'userSettings'>): 'Trial' | 'Preview' =>
  lowDose?.on && !userSettings.get('RefineZLPWithTrial') ? 'Preview' : 'Trial';

/** Forecast of refining the peak. */
export function zeroLossForecast(use: Use): Forecast {
  const { filter, cameras, settings, scope } = use;
  const exposure = settings.parameterSets.get(cameras.selected.traits.index)?.[setOf(use)].exposure ?? 1;
  const [least, most] = [20, 300];
  return {
    images: { least: 0, most },
    exposure: { least: 0, most: most * exposure },
    duration: { least: 0, most: most * (5 + exposure) },
    moves: [
      filter.slitInserted,
      filter.slitWidth,
      { setting: filter.energyLoss, how: 'through the peak' },
      ...(filter.zeroLossAdjustment
        ? [{ setting: filter.zeroLossAdjustment, how: 'to where the peak is centred, where it stays' }]
        : []),
      ...(use.lowDose?.on ? [scope.magIndex] : []),
    ],
    dependsOn: `how far the peak is off; ${least} images do where it is near`,
  };
}

/** Time of the last refinement of a session by its clock. */
const refinedAt = new WeakMap<Clock, number>();
const secondsPerMinute = 60;

/** Finds the zero-loss peak, sets the adjustment by which it is centred, and checks that by a fresh scan. */
export async function refineZeroLoss(use: Use, run: RefineRun): Promise<CalibrationResult> {
  const { filter, cameras, lowDose } = use;
  const adjustment = filter.zeroLossAdjustment!;
  await requireFilterMode(use, run.signal);
  const [minutes = 0] = run.arguments.map(Number);
  const last = refinedAt.get(run.clock);
  if (last !== undefined && run.clock.now() - last < minutes * secondsPerMinute) {
    const before = await adjustment.read(run.signal);
    return run.report({
      summary: `The zero-loss peak was refined less than ${minutes} minutes ago, so it was left as it is.`,
      values: { adjustment: before, before, change: 0, remaining: 0, images: 0, skipped: true },
    });
  }
  const set = setOf(use);
  const began = lowDose?.area;
  if (lowDose?.on) {
    if (began) run.restoreLater('the area of Low Dose', (signal) => lowDose.goTo(began, signal));
    await lowDose.goTo(areaOfSet(set), run.signal);
  }
  run.restoreLater('energy shifts', use.energyShifts.suspend());
  const before = await adjustment.read(run.signal);
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('REFINING ZERO-LOSS PEAK');
  const found = await new Refinement(use, run, set, before).run();
  await adjustment.write(electronVolts(found.offset), run.signal);
  await use.energyShifts.noteAlignment(run.signal);
  refinedAt.set(run.clock, run.clock.now());
  const { energy, standardError } = found.peak;
  return run.report({
    summary: `The zero-loss peak was off by ${readable(found.offset - before, 2)} eV and is centred now; ${withError(energy, standardError)} eV remain.`,
    values: {
      adjustment: found.offset,
      before,
      change: found.offset - before,
      remaining: energy,
      images: found.images,
      skipped: false,
    },
    standardErrors: { remaining: standardError },
    quality: { ...found.judgement },
  });
}

/** One refinement of the peak. */
class Refinement {
  constructor(
    private readonly use: Use,
    private readonly of: RefineRun,
    private readonly set: 'Trial' | 'Preview',
    private readonly before: number,
  ) {}

  async run() {
    const { use, of: run, set } = this;
    const { filter, settings, cameras } = use;
    const camera = cameras.selected;
    const slit = settings.get('RefineZLPSlitWidth');
    await driveFilter(run, filter, slit);
    const fields = settings.parameterSets.get(camera.traits.index)![set];
    const exposure = camera.fit({ ...singleExposureOf(fields, camera.traits), readMode: 'linear' });
    const shots = new SlitShots(run, { ...use, camera }, exposure, this.before);
    const first = await this.scan(shots, slit, settings.get('RefineZLPStepSize'), wideRange);
    shots.offset = filterSteps(shots.offset + first.energy);
    const narrow = Math.min(fine.slit, slit);
    await filter.slitWidth.write(electronVolts(narrow), run.signal);
    for (let checks = 1; ; checks++) {
      const peak = await this.scan(shots, narrow, fine.step, narrowRange);
      const judgement = judge(zeroLossEvidence(peak, narrow, ''));
      requireNotRefused(judgement, 'zero-loss/refused');
      run.operator.log(`The zero-loss peak is off by ${withError(peak.energy, peak.standardError)} eV.`);
      if (Math.abs(peak.energy) <= Math.max(tolerance, 2.5 * peak.standardError))
        return { peak, judgement, offset: shots.offset, images: shots.taken };
      if (checks === maxChecks) throw notReached(peak.energy);
      shots.offset = filterSteps(shots.offset + peak.energy);
    }
  }

  private scan(shots: SlitShots, slitWidth: number, step: number, range: number): Promise<ZeroLossPeak> {
    const { of: run } = this;
    return shots.unsaturated(() =>
      scanZeroLoss(
        { start: -range / 2, step, slitWidth, range },
        {
          measure: (energy, isFirst) => shots.measure(energy, isFirst, step),
          redo: (start) => run.operator.log(`Scanning again from ${readable(start, 1)} eV.`),
          show: (counts) => run.plot(zeroLossChart('Zero-loss peak', counts)),
        },
      ),
    );
  }
}

const notReached = (energy: number): EucentricError =>
  new EucentricError({
    code: 'refine-zero-loss/not-reached',
    message: `The zero-loss peak is still off by ${readable(energy, 2)} eV after ${maxChecks} corrections. The adjustment is as it was.`,
    hint: 'Wait until high tension and filter are stable; see whether the filter follows; then start again.',
  });
