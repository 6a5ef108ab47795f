import { median, mean as meanOf } from '../../../../imaging';
import { readable, seconds } from '../../../../core/base';
import type { Exposure, Frame } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import { type Judgement, judge, requireNotRefused } from '../../../../core/judgement';
import { type ShotCounts, type TimedShots, beamCounts } from './timed-shots';
import type { TimingCase } from './timing-case';
import { timingErrors } from './timing-errors';

/** Share of the counts with beam that an image without beam may have. */
const maxBlanked = 0.1;
/** Share by which an image may differ from the median of its like before it is one that was dropped. */
const maxOff = 0.15;

/** An image with the beam for a part of it. */
export interface PartShot {
  /** Share of the exposure, or of the lines of a scan, with beam. */
  readonly share: number;
  readonly counts: number;
}

/** Images for which the beam comes some time after the request. */
export class BlankedShots {
  private bright = { mean: 0, error: 0 };
  private dark = { mean: 0, error: 0 };
  /** Lines of an image of a scan. */
  rows = 0;
  /** Seconds of an image as the camera makes it. */
  exposure = 0;
  /** A frame with beam throughout, for its report of the scan. */
  frame: Frame | undefined;
  /** Number of images with several that show no blanking. */
  whole = 0;
  /** Number of images that differ from their like. */
  dropped = 0;

  constructor(
    private readonly run: Pick<Run, 'operator'>,
    private readonly shots: TimedShots,
    private readonly given: Pick<TimingCase, 'stem' | 'dual'>,
    private readonly settings: Exposure,
  ) {}

  /** Takes images with beam, and one without. Throws where the beam is off, or the blanker does nothing. */
  async references(count: number): Promise<void> {
    const taken: ShotCounts[] = [];
    for (let k = 0; k < count; k++) taken.push(await this.reference());
    const dark = await this.shots.take(this.partly, 'without beam', { blankedFor: seconds(Infinity) });
    const { frame, exposure } = taken[0]!;
    this.frame = frame;
    this.exposure = exposure;
    this.rows = frame.image.shape[0]!;
    this.bright = levelOf(taken);
    this.dark = { mean: dark.mean, error: dark.standardError };
    const { bright } = this;
    this.run.operator.log(
      `Reference: mean ${readable(bright.mean, 1)}, without beam ${readable(dark.mean, 1)}; ${taken.map(({ mean }) => readable(mean, 1)).join('  ')}`,
    );
    requireNotRefused(this.judgement);
    // Detectors of a scan have a level of their own.
    if (!this.given.stem && dark.mean > maxBlanked * bright.mean)
      throw timingErrors.blankerDoesNothing((100 * dark.mean) / bright.mean);
  }

  /** Judgement of the counts of the beam. */
  get judgement(): Judgement {
    const { bright, dark } = this;
    return judge(beamCounts(bright.mean - dark.mean, Math.hypot(bright.error, dark.error)));
  }

  /** Takes one more image with beam. @returns share by which the beam has changed since the references */
  async changeOfBeam(): Promise<number> {
    const { mean } = await this.reference();
    return (mean - this.dark.mean) / (this.bright.mean - this.dark.mean) - 1;
  }

  /** Takes an image for which the beam comes some seconds after the request. */
  async at(delay: number): Promise<PartShot> {
    const { mean, frame } = await this.shots.take(this.partly, `beam after ${readable(delay, 3)} s`, {
      blankedFor: seconds(delay),
    });
    const all = (mean - this.dark.mean) / (this.bright.mean - this.dark.mean);
    return { counts: mean, share: this.given.stem ? this.litLines(frame) : all };
  }

  /** Takes several images with one delay. One that differs from the others does not count. @returns their mean share */
  async several(delay: number, count: number): Promise<number> {
    const taken: PartShot[] = [];
    while (taken.length < count) {
      const shot = await this.at(delay);
      taken.push(shot);
      // Nothing more is to be learnt from images without blanking.
      if (shot.share > 0.99) {
        this.whole += 1;
        break;
      }
    }
    const shares = taken.map(({ share }) => share);
    const middle = median(shares);
    const used = shares.length < 3 ? shares : shares.filter((share) => Math.abs(share - middle) <= maxOff);
    this.dropped += shares.length - used.length;
    this.run.operator.log(
      `Delay ${readable(delay, 2)}: ${taken.map(({ counts }) => readable(counts, 1)).join('  ')}${used.length < shares.length ? '  (one differs)' : ''}`,
    );
    return meanOf(used);
  }

  private reference(): Promise<ShotCounts> {
    const { settings, given } = this;
    // Otherwise the beam of some cameras comes when the exposure should begin by the properties.
    const whole = { blankedFor: seconds(0) };
    return this.shots.take(given.dual ? { ...settings, shutter: 'film' } : settings, 'reference', whole);
  }

  private get partly(): Exposure {
    return this.given.dual ? { ...this.settings, shutter: 'dual' } : this.settings;
  }

  /** The share of the lines from the one on in which the beam came; of that line the part that has light. */
  private litLines({ image }: Frame): number {
    const [rows = 0, columns = 0] = image.shape;
    const { bright, dark } = this;
    const lit = (row: number): number => {
      let sum = 0;
      for (let column = 0; column < columns; column++) sum += image.get(row, column);
      return (sum / columns - dark.mean) / (bright.mean - dark.mean);
    };
    for (let row = 0; row < rows; row++) {
      const here = lit(row);
      if (here <= 0.5) continue;
      const clamped = (share: number): number => Math.min(1, Math.max(0, share));
      return (rows - row - 1 + clamped(here) + (row > 0 ? clamped(lit(row - 1)) : 0)) / rows;
    }
    return 0;
  }
}

/** Mean of reference images; its error holds what they differ by. */
function levelOf(taken: readonly ShotCounts[]): { readonly mean: number; readonly error: number } {
  const mean = meanOf(taken.map((each) => each.mean));
  const spread = Math.sqrt(meanOf(taken.map((each) => (each.mean - mean) ** 2)));
  return { mean, error: Math.hypot(spread, taken[0]!.standardError) / Math.sqrt(taken.length) };
}
