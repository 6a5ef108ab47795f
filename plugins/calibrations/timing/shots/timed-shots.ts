import { frameCover } from '../../../../imaging';
import type { BlankerTiming, Exposure, Frame } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import type { ImageAcquisition } from '../../../../core/acquisition';
import { type Reason, aboveLimit } from '../../../../core/judgement';
import { timingErrors } from './timing-errors';

/** Counts of one image. */
export interface ShotCounts {
  readonly mean: number;
  readonly standardError: number;
  /** Seconds of the exposure that the camera made. */
  readonly exposure: number;
  readonly frame: Frame;
}

/** Percent of the mean counts above which their error is doubtful and refused. */
const maxNoise = { doubtful: 0.5, refused: 2 };

/** Takes the images of a timing item and counts them. */
export class TimedShots {
  /** Number of images that were taken. */
  taken = 0;

  constructor(
    private readonly run: Pick<Run, 'signal'>,
    private readonly acquisition: ImageAcquisition,
  ) {}

  /** Takes an image. Throws for a saturated one, whose counts say too little. */
  async take(exposure: Exposure, title: string, blanker?: BlankerTiming): Promise<ShotCounts> {
    const { frame, context } = await this.acquisition.take(blanker ? { ...exposure, blanker } : exposure, {
      signal: this.run.signal,
      title,
    });
    this.taken += 1;
    if (context.saturated !== undefined) throw timingErrors.saturated(title, context.saturated);
    const { mean, standardError } = frameCover(frame.image);
    return { mean, standardError, exposure: frame.exposure.exposure, frame };
  }
}

/** Evidence by the counts of the beam, which are none where the beam is off or does not reach the camera. */
export const beamCounts = (counts: number, error: number): Reason | undefined =>
  aboveLimit({
    kind: 'weak signal',
    what: 'Error of the counts of the beam',
    number: counts > 0 ? (100 * error) / counts : 100,
    unit: '%',
    doubtfulAbove: maxNoise.doubtful,
    refusedAbove: maxNoise.refused,
    why: 'The beam is off or does not reach the camera, or it is too weak.',
    change: 'Look whether the beam is on and hits the camera, make it brighter or bin more, and measure again.',
  });

/** Evidence by the beam at the end of a series against that at its start. @param change as a share */
export const steadyBeam = (
  change: number,
  { doubtfulAbove, refusedAbove }: { readonly doubtfulAbove: number; readonly refusedAbove: number },
): Reason | undefined =>
  aboveLimit({
    kind: 'disagreement',
    what: 'Change of the beam during the series',
    number: 100 * Math.abs(change),
    unit: '%',
    doubtfulAbove,
    refusedAbove,
    why: 'The beam was not steady, or moved, so counts say nothing of times.',
    change: 'Wait until the beam is steady and covers the camera, and measure again.',
  });
