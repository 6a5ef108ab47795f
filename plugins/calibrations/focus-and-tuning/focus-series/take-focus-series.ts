import {
  type Vector,
  inMicrometres,
  length,
  micrometres,
  optional,
  readable,
  scale,
  subtract,
  vector,
} from '../../../../core/base';
import { LensNormalization } from '../../../../core/devices';
import type { Run, Uses } from '../../../../core/kernel';
import {
  type FocusShots,
  type MeasuredSwing,
  approachDefocus,
  focusNeeds,
  driftBends,
  measureSwing,
  perTilt,
} from '../../../../core/tuning';
import { type FixedPattern, type Image, findPeriodicity, fixedPattern } from '../../../../imaging';
import { type MeasuredLevel, grosslyWrong, smoothCurve, wrongestLevel } from './focus-analysis';
import type { PlannedLevel } from './focus-levels';
import { focusChart } from './focus-plots';

/** Devices and services of a series of focus levels. */
export const seriesNeeds = { ...focusNeeds, normalization: optional(LensNormalization) };
/** Those devices and services as they are provided. */
export type SeriesUses = Uses<typeof seriesNeeds>;

/** A series of focus levels, with what tells about its quality. */
export interface FocusSeries {
  readonly levels: readonly MeasuredLevel[];
  readonly images: number;
  /** Mean correlation of images at different tilts, of the levels that are not lost. */
  readonly meanCorrelation: number;
  /** Mean drift in unbinned pixels for each second. */
  readonly drift: Vector;
  /** Period of a specimen that repeats, in pixels of the images. */
  readonly period?: number;
  /** Pattern that does not move with the specimen, where the displacement is large enough to show it. */
  readonly pattern?: FixedPattern;
}

/** Images of a level. */
export const imagesPerLevel = 3;
/** Displacement in pixels of the images from which a pattern of the camera is distinguished from the specimen. */
const minApart = 20;
/** Levels of a series that are measured again at its end, as a share of all; more means that something else is wrong. */
const maxRepeats = 1 / 3;

/** One run through the levels of a focus calibration, with those repeated that are lost or do not fit. */
export class FocusLevels {
  private readonly taken: MeasuredLevel[] = [];
  private readonly swings: (MeasuredSwing | undefined)[] = [];
  /** Everything that was measured and is not lost, in the order of time. */
  private readonly history: MeasuredSwing[] = [];
  private images = 0;
  private looked = false;
  private period: number | undefined;
  private pattern: FixedPattern | undefined;
  private readonly guided = new Set<number>();

  /** @param start defocus of the column at the start, in micrometres */
  constructor(
    private readonly run: Run,
    private readonly use: SeriesUses,
    private readonly plan: {
      readonly levels: readonly PlannedLevel[];
      readonly shots: FocusShots;
      readonly start: number;
      readonly title: string;
      /** Displacement for a unit of tilt at a defocus from the start, where an earlier calibration tells one. */
      readonly prior?: ((defocus: number) => Vector | undefined) | undefined;
    },
  ) {}

  /** Takes all levels in ascending order, then again those that are lost or do not fit to the others. */
  async take(): Promise<FocusSeries> {
    const { levels } = this.plan;
    for (const [at, level] of levels.entries()) {
      const expected = this.extrapolated(level) ?? this.plan.prior?.(level.defocus);
      await this.measure(at, expected);
      // A level that is lost by chance is there a second time.
      if (this.taken[at]!.lost !== undefined) await this.measure(at, expected);
      this.show();
    }
    await this.repeatLost();
    await this.repeatWrong();
    this.straighten();
    const good = this.swings.flatMap((swing, at) => (swing && this.taken[at]!.lost === undefined ? [swing] : []));
    const mean = (of: (swing: MeasuredSwing) => number): number =>
      good.reduce((sum, swing) => sum + of(swing), 0) / Math.max(1, good.length);
    return {
      levels: this.taken,
      images: this.images,
      meanCorrelation: mean(({ correlation }) => correlation),
      drift: vector(
        mean(({ drift }) => drift?.x ?? 0),
        mean(({ drift }) => drift?.y ?? 0),
      ),
      ...(this.period !== undefined && { period: this.period }),
      ...(this.pattern && { pattern: this.pattern }),
    };
  }

  private async measure(at: number, expected: Vector | undefined, expectedDecides = false): Promise<void> {
    const { run, use, plan } = this;
    const level = plan.levels[at]!;
    const held = await approachDefocus(use, micrometres(plan.start + level.defocus), run.clock, run.signal);
    // All levels count from the same start, so one normalization of the lenses behind the objective is enough.
    if (this.images === 0) await use.normalization?.normalize('projector', run.signal);
    const total = imagesPerLevel * plan.levels.length;
    let seen: readonly Image[] = [];
    const swing = await measureSwing(
      use,
      { ...plan.shots, tilt: level.tilt },
      {
        clock: run.clock,
        signal: run.signal,
        title: plan.title,
        expected: expected && scale(expected, level.tilt),
        expectedDecides,
        progress: (image) => {
          run.operator.progress({
            done: Math.min(total, imagesPerLevel * at + image),
            total,
            text: `${readable(level.defocus, 1)} um, image ${image + 1} of ${imagesPerLevel}`,
          });
          this.images += 1;
        },
        look: (images) => {
          seen = images;
        },
      },
    );
    if (swing.lost === undefined) this.lookAt(seen, length(swing.shift) / plan.shots.exposure.binning);
    if (expected) this.guided.add(at);
    if (swing.lost === undefined) this.history.push(swing);
    const measured: MeasuredLevel = {
      ...level,
      defocus: inMicrometres(held) - plan.start,
      shift: perTilt(swing, level.tilt),
      standardError: scale(swing.standardError, 1 / level.tilt),
      ...(swing.lost !== undefined && { lost: swing.lost }),
    };
    const before = this.taken[at];
    // Of two lost ones neither is better; a found one stays found.
    if (before && before.lost === undefined && measured.lost !== undefined) return;
    this.taken[at] = measured;
    this.swings[at] = swing;
    this.say(measured, this.taken[at - 1]);
  }

  /** Looks once for a specimen that repeats, and at the first large displacement for a pattern of the camera. */
  private lookAt(images: readonly Image[], displacement: number): void {
    const [first, second] = images;
    if (!first || !second) return;
    if (!this.looked) this.period = findPeriodicity(first)?.period;
    this.looked = true;
    if (displacement > minApart) this.pattern ??= fixedPattern(first, second);
  }

  private say({ defocus, shift, lost, tilt }: MeasuredLevel, before: MeasuredLevel | undefined): void {
    const inWords = ({ x, y }: Vector): string => `${readable(x, 2)}, ${readable(y, 2)}`;
    const change =
      before && before.lost === undefined ? vector(shift.x - before.shift.x, shift.y - before.shift.y) : undefined;
    this.run.operator.log(
      `  ${readable(defocus, 2)} um: ${
        lost === undefined
          ? `shift ${inWords(scale(shift, tilt))} px${change ? `, change ${inWords(scale(change, tilt))} px` : ''}`
          : `lost: ${lost}`
      }`,
    );
  }

  /** The displacement that the last two good levels let expect. */
  private extrapolated({ defocus, regular }: PlannedLevel): Vector | undefined {
    const [last, before] = this.taken.filter((level) => level && level.lost === undefined).reverse();
    if (!last || !before || last.regular !== regular) return undefined;
    const share = (defocus - last.defocus) / (last.defocus - before.defocus);
    return vector(
      last.shift.x + share * (last.shift.x - before.shift.x),
      last.shift.y + share * (last.shift.y - before.shift.y),
    );
  }

  /** The displacement at a level by the curve through the others. */
  private byOthers(at: number): Vector | undefined {
    const { defocus, regular } = this.plan.levels[at]!;
    const others = this.taken
      .filter((level, other) => other !== at && level.lost === undefined && level.regular === regular)
      .sort((a, b) => a.defocus - b.defocus);
    if (others.length < 3) return undefined;
    // Grossly wrong ones must not lead the others astray.
    const fitting = others.filter((level) => !grosslyWrong(others, level));
    const nearest = [...(fitting.length < 3 ? others : fitting)]
      .sort((a, b) => Math.abs(a.defocus - defocus) - Math.abs(b.defocus - defocus))
      .slice(0, 6)
      .sort((a, b) => a.defocus - b.defocus);
    return smoothCurve(nearest, 2).at(defocus);
  }

  private async repeatLost(): Promise<void> {
    for (const [at, { lost }] of [...this.taken.entries()]) {
      if (lost === undefined || this.guided.has(at)) continue;
      const expected = this.byOthers(at);
      if (expected) await this.measure(at, expected, true);
    }
  }

  /** Measures again the level that fits least to the others, once; where it stays wrong it is lost. */
  private async repeatWrong(): Promise<void> {
    const repeated = new Set<number>();
    for (let left = Math.ceil(maxRepeats * this.taken.length); left > 0; left--) {
      const at = wrongestLevel(this.taken);
      if (at === undefined) return;
      const expected = this.byOthers(at);
      if (repeated.has(at)) {
        const off = expected
          ? length(vector(this.taken[at]!.shift.x - expected.x, this.taken[at]!.shift.y - expected.y))
          : NaN;
        this.taken[at] = {
          ...this.taken[at]!,
          lost: `it lies ${readable(off * this.taken[at]!.tilt, 1)} px from the curve of the others, twice`,
        };
      } else {
        this.run.operator.log(
          `The level at ${readable(this.taken[at]!.defocus, 1)} um does not fit to the others and is measured again.`,
        );
        repeated.add(at);
        // The other levels decide where the specimen repeats.
        await this.measure(at, expected, true);
      }
      this.show();
    }
  }

  /** Takes out what a drift that changes over the series adds to each level: three images let a steady drift drop out, no other. */
  private straighten(): void {
    const bends = driftBends(this.history);
    for (const [at, level] of this.taken.entries()) {
      const bend = bends.get(this.swings[at]!.series);
      if (bend) this.taken[at] = { ...level, shift: subtract(level.shift, scale(bend, 1 / level.tilt)) };
    }
  }

  private show(): void {
    this.run.plot(focusChart(this.taken));
  }
}
