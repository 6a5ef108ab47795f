import { type FrameCover, frameCover } from '../../../imaging';
import { type ElectronVolts, electronVolts, milliseconds, seconds } from '../../base';
import type { ImageAcquisition } from '../../acquisition';
import { type Camera, type EnergyFilter, type Exposure, type Setting, readBack } from '../../devices';
import type { Run } from '../../kernel';
import { zeroLossErrors } from './errors';
import type { SlitCounts } from './slit-edge';

/** Dependencies of images through the slit. */
export interface SlitShotUses {
  readonly acquisition: ImageAcquisition;
  readonly filter: Pick<EnergyFilter, 'energyLoss'>;
  readonly camera: Camera;
}

/** Waits after the energy was set, before the first image of a scan and before the others. */
const [firstWait, laterWait] = [milliseconds(1000), milliseconds(250)];
/** Difference between the energy that is wished and the one that filters hold. */
const tolerance = 0.15;
/** Factor on the exposure of saturated images, and the number of times that it is made shorter. */
const shorter = 0.25;
const maxShortenings = 3;
/** Further images at an energy where an old one is delivered. */
const maxRepeats = 2;

/** Images through the slit with the filter at energies that are set explicitly. */
export class SlitShots {
  /** Number of images that were taken. */
  taken = 0;
  /** Factor by which saturated images have made the exposure shorter. */
  shortened = 1;
  private at = Infinity;
  /** No two images have the same noise, so one that has is the one before it once more. */
  private last = { mean: NaN, standardError: NaN };
  private exposure: Exposure;
  private factor = 1;

  /**
   * @param first exposure of the images, which may change later
   * @param offset zero-loss adjustment of the filter before it was set to zero; energies count from it
   */
  constructor(
    private readonly run: Pick<Run, 'signal' | 'clock' | 'operator'>,
    private readonly use: SlitShotUses,
    private readonly first: Exposure,
    public offset: number,
  ) {
    this.exposure = first;
  }

  /** Makes the exposure longer or shorter than the first one by a factor, within what the camera can. */
  scaleExposure(factor: number): void {
    const { camera } = this.use;
    this.factor = factor;
    const wanted = this.first.exposure * factor * this.shortened;
    this.exposure = camera.fit({
      ...this.first,
      exposure: seconds(Math.max(camera.traits.shortestExposure, wanted)),
    });
  }

  /**
   * Sets the energy and takes an image.
   * @param step energy by which the filter comes from below, so that what it lags is the same at both edges
   */
  async measure(energy: number, first: boolean, step: number): Promise<SlitCounts> {
    const { run, use } = this;
    const { energyLoss } = use.filter;
    const loss = energy + this.offset;
    if (loss < leastLoss(energyLoss)) throw zeroLossErrors.belowZero(energy, this.offset);
    if (energy < this.at && loss - step >= leastLoss(energyLoss))
      await energyLoss.write(electronVolts(loss - step), run.signal);
    await energyLoss.write(electronVolts(loss), run.signal);
    this.at = energy;
    const held = await readBack(energyLoss, electronVolts(loss), { tolerance, signal: run.signal });
    await run.clock.delay(first ? firstWait : laterWait, run.signal);
    for (let again = 0; ; again++) {
      const { mean, standardError } = await this.take(energy);
      const isOld = mean > 0 && mean === this.last.mean && standardError === this.last.standardError;
      this.last = { mean, standardError };
      if (!isOld) return { energy: held - this.offset, mean, error: standardError };
      run.operator.log(`The image at ${energy.toFixed(1)} eV is the one before it; it is taken again.`);
      if (again === maxRepeats) throw zeroLossErrors.notFollowing(energy);
    }
  }

  private async take(energy: number): Promise<Pick<FrameCover, 'mean' | 'standardError'>> {
    const { run, use } = this;
    const title = `${energy.toFixed(1)} eV`;
    const { frame, context } = await use.acquisition.take(this.exposure, { signal: run.signal, title });
    this.taken += 1;
    if (context.saturated !== undefined) throw new SaturatedImage(context.saturated);
    return frameCover(frame.image);
  }

  /** Runs a scan, and once more with a shorter exposure where an image is saturated. */
  async unsaturated<T>(scan: () => Promise<T>): Promise<T> {
    for (let shortened = 0; ; shortened++)
      try {
        return await scan();
      } catch (error) {
        if (!(error instanceof SaturatedImage)) throw error;
        const before = this.exposure.exposure;
        if (shortened < maxShortenings) {
          this.shortened *= shorter;
          this.scaleExposure(this.factor);
        }
        if (this.exposure.exposure === before) throw zeroLossErrors.saturated(100 * error.share);
        this.run.operator.log(`The images are saturated; the exposure is now ${this.exposure.exposure.toFixed(3)} s.`);
      }
  }
}

/** Lowest energy loss that a filter is sent. */
export const leastLoss = ({ traits }: Pick<Setting<ElectronVolts>, 'traits'>): number =>
  traits.kind === 'number' ? (traits.range?.[0] ?? -Infinity) : -Infinity;

/** An image that is cut off at its highest count, in the middle of a scan. */
class SaturatedImage extends Error {
  constructor(readonly share: number) {
    super('saturated');
  }
}
