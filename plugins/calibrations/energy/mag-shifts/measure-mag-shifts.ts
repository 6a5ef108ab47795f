import {
  EucentricError,
  type MagIndex,
  counted,
  describe,
  inMicrometres,
  readable,
  vector,
  imageShiftUnits,
  withError,
} from '../../../../core/base';
import { median } from '../../../../imaging';
import { singleExposureOf } from '../../../../core/acquisition';
import { type Evidence, aboveLimit, judge, requireNotRefused } from '../../../../core/judgement';
import { type CalibrationResult, put } from '../../../../core/store';
import {
  type SlitCounts,
  SlitShots,
  type ZeroLossPeak,
  driveFilter,
  leastLoss,
  requireFilterMode,
  scanZeroLoss,
  zeroLossChart,
  zeroLossErrors,
  zeroLossEvidence,
} from '../../../../core/tuning';
import { type ShiftRun, type ShiftUse, defaultHighest, maxExposureFactor, shiftMags } from './declaration';
import { type DriftFree, type MeasuredShift, adjustedShifts, shiftInWords, withoutDrift } from './shift-passes';

/** Values that were entered last. */
interface Entered {
  readonly highest: number;
  readonly range: number;
  readonly step: number;
  readonly slit: number;
}
/** The values of the last run of a session. */
const lastEntered = new WeakMap<object, Entered>();
const usual = { range: 48, step: 3, slit: 10 };
type Intensity = Awaited<ReturnType<NonNullable<ShiftUse['illumination']>['intensity']['read']>>;

/** Factor on the exposure where intensity cannot follow the magnification. */
const spared = 0.4;

/** Measures the shifts at the chosen magnifications, and stores them. */
export async function measureMagShifts(use: ShiftUse, run: ShiftRun): Promise<CalibrationResult> {
  await requireFilterMode(use, run.signal);
  const mags = shiftMags(use);
  const twice = run.administrator;
  await run.start(
    `The shift of the zero-loss peak will be measured at each magnification, ${twice ? 'going up and down again' : 'going up'}, with dozens of Trial images at each. Is there no specimen, does the beam cover the camera at the lowest magnification too, is Trial quick with moderate counts, and was the zero-loss peak aligned lately?`,
  );
  const { chosen, range, step, slit } = await ask(use, run, mags);
  const measurement = new MagShifts(use, run, { range, step, slit });
  await measurement.prepare();
  const order = [...chosen, ...(twice ? [...chosen].reverse() : measuredAgain(chosen))];
  try {
    for (const [done, magIndex] of order.entries()) {
      run.operator.progress({ done, total: order.length, text: `${measurement.magnification(magIndex)}x` });
      await measurement.at(magIndex);
    }
  } catch (error) {
    await useTheRest(run, measurement, error);
  }
  return store(use, run, measurement, slit);
}

/** The magnifications that a single pass measures again at its end: by two of them it is seen whether the drift was steady. */
const measuredAgain = (chosen: readonly MagIndex[]): readonly MagIndex[] => {
  const middle = chosen.length > 2 ? [chosen[Math.floor(chosen.length / 2)]!] : [];
  return [...middle, chosen[0]!];
};

async function ask({ calibrations, filter, optics, cameras }: ShiftUse, run: ShiftRun, mags: readonly MagIndex[]) {
  const lowest = mags[0];
  const highestOf = defaultHighest(mags);
  if (lowest === undefined || highestOf === undefined || mags.length < 2) throw noMagnifications();
  const magnification = (magIndex: MagIndex): number =>
    optics.at({ magIndex, camera: cameras.selected.traits.index }).magnification;
  const { range: widths } = filter.slitWidth.traits as { readonly range?: readonly [number, number] };
  const [narrowest, widest] = widths ?? [5, 50];
  const before: Entered = lastEntered.get(calibrations) ?? { ...usual, highest: magnification(highestOf) };
  const within = (value: number): number => Math.min(widest, Math.max(narrowest, value));
  const answers = await run.askAll({
    highest: {
      text: `Highest magnification (the lowest is ${magnification(lowest)}x)`,
      default: before.highest,
      minimum: magnification(mags[1]!),
    },
    range: { text: 'Whole range of energy', default: before.range },
    step: { text: 'Step of energy', default: before.step },
    slit: { text: 'Slit width', default: within(before.slit), minimum: narrowest, maximum: widest },
  });
  lastEntered.set(calibrations, answers);
  return { ...answers, chosen: mags.filter((each) => magnification(each) <= answers.highest) };
}

/** One run through the magnifications. */
class MagShifts {
  readonly measured: MeasuredShift[] = [];
  readonly evidence: Evidence[] = [];
  /** Distances of the edges, which are those of one slit. */
  readonly widths: number[] = [];
  private shots!: SlitShots;
  private offset = 0;
  private overallPeak: number | undefined;
  private intensity: Intensity | undefined;
  private began: MagIndex | undefined;
  private readonly starts = new Map<MagIndex, number>();

  constructor(
    private readonly use: ShiftUse,
    private readonly run: ShiftRun,
    private readonly plan: { readonly range: number; readonly step: number; readonly slit: number },
  ) {}

  get images(): number {
    return this.shots.taken;
  }

  magnification(magIndex: MagIndex): number {
    return this.use.optics.at({ magIndex, camera: this.use.cameras.selected.traits.index }).magnification;
  }

  /** Keeps what will be changed, and sets the filter up. */
  async prepare(): Promise<void> {
    const { use, run, plan } = this;
    const { scope, cameras, filter, imageShift, illumination, settings } = use;
    const camera = cameras.selected;
    const adjustment = filter.zeroLossAdjustment!;
    // The shift of the present magnification is not a part of the alignment.
    this.offset = (await adjustment.read(run.signal)) - use.energyShifts.applied;
    if (leastLoss(filter.energyLoss) >= 0 && this.offset < plan.range / 2)
      throw zeroLossErrors.belowZero(-plan.range / 2, this.offset);
    run.restoreLater('energy shifts', use.energyShifts.suspend());
    await run.preserve(
      scope.absoluteFocus,
      imageShift.net,
      ...(illumination ? [illumination.intensity] : []),
      scope.magIndex,
    );
    await run.preserve(adjustment);
    run.restoreLater('camera', () => camera.stop());
    run.operator.status('MEASURING ENERGY SHIFTS');
    const none = vector(imageShiftUnits(0), imageShiftUnits(0));
    await imageShift.net.write(none, run.signal);
    await driveFilter(run, filter, plan.slit);
    const trial = settings.parameterSets.get(camera.traits.index)!.Trial;
    const exposure = camera.fit({ ...singleExposureOf(trial, camera.traits), readMode: 'linear' });
    this.shots = new SlitShots(run, { ...use, camera }, exposure, this.offset);
    this.began = run.here().magIndex;
    this.intensity = illumination && (await illumination.intensity.read(run.signal));
  }

  /** Goes to a magnification and measures the peak there. */
  async at(magIndex: MagIndex): Promise<void> {
    const { use, run, plan, shots } = this;
    await use.scope.magIndex.write(magIndex, run.signal);
    await this.setBeam(magIndex);
    const magnification = this.magnification(magIndex);
    const energy = this.starts.get(magIndex) ?? -plan.range / 2 + this.expected(magIndex);
    const peak = await shots.unsaturated(() =>
      scanZeroLoss(
        {
          start: this.notBelow(energy),
          step: plan.step,
          slitWidth: plan.slit,
          range: plan.range,
          ...(this.overallPeak !== undefined && { overallPeak: this.overallPeak * shots.shortened }),
        },
        {
          measure: (at, first) => shots.measure(at, first, plan.step),
          redo: (start) => run.operator.log(`Redoing ${magnification}x from ${readable(start, 1)} eV.`),
          show: (counts) => this.show(magnification, counts),
        },
      ),
    );
    this.note(magIndex, magnification, peak);
  }

  private note(magIndex: MagIndex, magnification: number, peak: ZeroLossPeak): void {
    const { run, plan, shots } = this;
    this.starts.set(magIndex, peak.start);
    this.overallPeak = Math.max(this.overallPeak ?? 0, peak.peak / shots.shortened);
    this.measured.push({
      magIndex,
      energy: peak.energy,
      standardError: peak.standardError,
      time: run.clock.now(),
    });
    const evidence = zeroLossEvidence(peak, plan.slit, ` at ${magnification}x`);
    this.evidence.push(evidence);
    this.widths.push(peak.width);
    requireNotRefused(judge(evidence));
    run.operator.log(`${magnification}x (mag index ${magIndex}): ${withError(peak.energy, peak.standardError)} eV.`);
  }

  /** A scan of a filter that shifts upwards only begins where it can. */
  private notBelow(energy: number): number {
    const least = leastLoss(this.use.filter.energyLoss);
    if (least < 0 || energy + this.offset >= least) return energy;
    throw zeroLossErrors.belowZero(energy, this.offset);
  }

  /** The shift that is stored for a magnification, or for the nearest one that has one. */
  private expected(magIndex: MagIndex): number {
    const rows = this.use.calibrations.records('FilterMagShifts').all();
    const nearest = [...rows].sort(
      (one, other) => Math.abs(one.magIndex - magIndex) - Math.abs(other.magIndex - magIndex),
    )[0];
    return nearest?.energyShift ?? 0;
  }

  /** Makes up for the change of the field by intensity as far as that is calibrated, and by the exposure for the rest. */
  private async setBeam(magIndex: MagIndex): Promise<void> {
    const { use, run, shots, began } = this;
    const { illumination, control } = use;
    await this.restoreIntensity();
    if (began === undefined || magIndex === began) return shots.scaleExposure(1);
    const factor = (this.pixel(began) / this.pixel(magIndex)) ** 2;
    const change = illumination && control ? await control.changeIntensityBy(factor, run.signal) : undefined;
    const left =
      change?.outcome === 'reached' ? 1 : change?.outcome === 'limited' ? change.remainingFactor : spared * factor;
    shots.scaleExposure(Math.min(maxExposureFactor, left));
  }

  private async restoreIntensity(): Promise<void> {
    const { use, run, intensity } = this;
    if (use.illumination && intensity !== undefined) await use.illumination.intensity.write(intensity, run.signal);
  }

  private pixel(magIndex: MagIndex): number {
    const { optics, cameras } = this.use;
    const pixel = optics.at({ magIndex, camera: cameras.selected.traits.index }).pixelSize;
    return pixel ? inMicrometres(pixel.value) : 1;
  }

  private show(magnification: number, counts: readonly SlitCounts[]): void {
    this.run.plot(zeroLossChart(`Zero-loss peak at ${magnification}x`, counts));
    this.showShifts();
  }

  private showShifts(): void {
    if (this.measured.length === 0) return;
    const points = this.measured.map(({ magIndex, energy, standardError }) => ({
      x: magIndex,
      y: energy,
      error: standardError,
    }));
    this.run.plot({
      id: 'shifts',
      title: 'Shift of the zero-loss peak',
      x: 'Mag index',
      y: 'Shift (eV)',
      series: [{ name: 'shift', kind: 'points', points }],
    });
  }
}

/** Asks whether to store what was measured where the run cannot go on; throws the error where it is not. */
async function useTheRest(run: ShiftRun, measurement: MagShifts, error: unknown): Promise<void> {
  if (run.signal.aborted || measurement.measured.length < 2 || run.fromScript) throw error;
  run.operator.log(describe(error));
  const use = await run.ask('use', {
    text: `${describe(error)} The shifts of ${counted(measurement.measured.length, 'magnification')} were measured. Store them, and adjust the others by them?`,
    default: false,
  });
  if (!use) throw error;
}

async function store(use: ShiftUse, run: ShiftRun, measurement: MagShifts, slit: number): Promise<CalibrationResult> {
  const free = withoutDrift(measurement.measured);
  const judgement = judge(...measurement.evidence, widthEvidence(measurement.widths), driftEvidence(free));
  requireNotRefused(judgement);
  const rows = use.calibrations.records('FilterMagShifts').all();
  const { shifts, left } = adjustedShifts(free.shifts, new Map(rows.map((row) => [row.magIndex, row.energyShift])));
  for (const each of shifts) run.operator.log(shiftInWords(each, measurement.magnification(each.magIndex)));
  if (left.length > 0)
    run.operator.log(
      `Left as they are, since no measured magnification had a shift before: mag indexes ${left.join(', ')}.`,
    );
  const worst = Math.max(...free.shifts.map(({ standardError }) => standardError));
  const { camera } = run.here();
  return run.accept({
    summary: `Energy shifts measured at ${counted(free.shifts.length, 'magnification')} with a slit of ${slit} eV, known to ${readable(worst, 2)} eV or better${free.drift ? `; the peak drifted ${readable(free.drifted, 2)} eV` : ''}.`,
    values: {
      shifts: shifts.map(({ magIndex, shift, before, standardError, by }) => ({
        magIndex,
        magnification: measurement.magnification(magIndex),
        shift,
        ...(standardError !== undefined && { standardError }),
        ...(before !== undefined && { before }),
        ...(by !== undefined && { adjustedBy: by }),
      })),
      ...(free.drift && { drift: free.drift.perMinute, drifted: free.drifted }),
      images: measurement.images,
    },
    conditions: { camera },
    quality: { ...judgement },
    changes: shifts.map(({ magIndex, shift }) => put('FilterMagShifts', { magIndex, energyShift: shift })),
  });
}

/** Evidence by the width of the slit, which is the same at all magnifications: an edge that is off by some energy moves the middle by half of it. */
function widthEvidence(widths: readonly number[]): Evidence {
  const usual = median(widths);
  return aboveLimit({
    kind: 'disagreement',
    what: 'Difference of the slit widths that single magnifications show from the usual one',
    number: Math.max(...widths.map((each) => Math.abs(each - usual))),
    unit: 'eV',
    doubtfulAbove: 0.4,
    refusedAbove: 0.8,
    why: 'The peak jumped during a scan, or the counts of some images were wrong.',
    change: 'See whether beam, filter and camera are steady, and measure again.',
  });
}

const driftEvidence = ({ drifted, unexplained, repeated }: DriftFree): Evidence => [
  aboveLimit({
    kind: 'disagreement',
    what: 'Drift of the zero-loss peak during the run',
    number: Math.abs(drifted),
    unit: 'eV',
    ...(repeated > 1 ? { doubtfulAbove: 3, refusedAbove: 8 } : { doubtfulAbove: 0.5, refusedAbove: 1.5 }),
    why: 'A steady drift was taken out, and the more there is of it, the more it may be uneven.',
    change: 'Wait until high tension and filter are stable, and measure again, in Administrator mode with two passes.',
  }),
  aboveLimit({
    kind: 'disagreement',
    what: 'Differences of repeated measurements beyond a steady drift',
    number: unexplained,
    unit: 'eV',
    doubtfulAbove: 0.12,
    refusedAbove: 0.25,
    why: 'The peak jumped, or moved unevenly.',
    change: 'Wait until high tension and filter are stable, and measure again.',
  }),
];

const noMagnifications = (): EucentricError =>
  new EucentricError({
    code: 'energy-shifts/no-magnifications',
    message: 'There are fewer than two magnifications whose shifts could be compared.',
    hint: 'See MagnificationTable and EnergyShiftCalMinField; the lowest magnification lies outside low magnification.',
  });
