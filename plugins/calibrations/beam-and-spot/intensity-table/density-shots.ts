import { type BareBeam, type FrameCover, type Image, bareBeam, frameCover } from '../../../../imaging';
import { type MagIndex, inMicrometres, readable, seconds } from '../../../../core/base';
import type { Camera, Exposure, Illumination, Scope } from '../../../../core/devices';
import type { Run } from '../../../../core/kernel';
import { type ImageAcquisition, cameraArea } from '../../../../core/acquisition';
import type { Optics } from '../../../../core/optics';
import { requireUnsaturated } from '../beam-images/beam-image';
import type { IntensityRules } from './camera-rules';

/** Dependencies of the images by which the density is measured. */
export interface ShotUses {
  readonly scope: Pick<Scope, 'magIndex'>;
  readonly camera: Camera;
  readonly illumination: Pick<Illumination, 'intensity'>;
  readonly acquisition: ImageAcquisition;
  readonly optics: Optics;
}

/** Density of the beam as one image shows it, in counts of an unbinned pixel and second, referred to the magnification of the start. */
export interface Density {
  readonly density: number;
  /** As a share of the density, by the noise of the counts. */
  readonly error: number;
  /** Mean counts of the image. */
  readonly counts: number;
  readonly covered: boolean;
  readonly darkest: number;
}

/** Images before and after a change of conditions by which the densities on both sides of it are matched. */
const matchingShots = 3;
/**
 * Errors by the counts, as a share, from which on further images are not needed, for a point and for a match, and the most images of both. The
 * errors of the matches add up over a dozen changes, so a match is known better than a point.
 */
const enoughError = 0.0007;
const maxAveraged = 8;
const enoughMatch = 0.00018;
const maxMatching = 16;
/** Error by the counts, as a share, to which the exposure of a single image is made longer, where it may be. */
const wantedOfImage = 0.0005;
/** Share of the limit of the counts up to which a change of conditions may bring them. */
const room = 0.9;
/** Images by which the shape of the beam is known. */
const shapeImages = 3;
/** Seconds after a change of magnification. */
const magnificationDelay = seconds(1);

/** The conditions of the images: magnification, binning and exposure, with the factor that matches them to those of the start. */
export class DensityShots {
  private exposure: Exposure;
  private factor = 1;
  private factorVariance = 0;
  private kept: { readonly exposure: Exposure; readonly magIndex: MagIndex } | undefined;
  private magIndex: MagIndex;
  /** Number of images that were taken. */
  taken = 0;

  constructor(
    private readonly run: Run,
    private readonly use: ShotUses,
    private readonly rules: IntensityRules,
    start: Pick<Exposure, 'driftSettling' | 'shutter'> & { readonly magIndex: MagIndex },
  ) {
    this.magIndex = start.magIndex;
    const { traits } = use.camera;
    this.exposure = use.camera.fit({
      binning: Math.min(
        ...traits.binnings.filter((binning) => use.camera.fit(this.linear(binning, start)).readMode === 'linear'),
      ),
      ...this.rest(start),
    });
  }

  private rest({ driftSettling, shutter }: Pick<Exposure, 'driftSettling' | 'shutter'>): Omit<Exposure, 'binning'> {
    return {
      area: cameraArea('half', this.use.camera.traits),
      exposure: seconds(this.rules.minExposure),
      driftSettling,
      processing: 'gain normalized',
      readMode: 'linear',
      ...(shutter && { shutter }),
    };
  }

  private linear(binning: number, start: Pick<Exposure, 'driftSettling' | 'shutter'>): Exposure {
    return { binning, ...this.rest(start) };
  }

  /** The conditions in words. */
  get conditions(): string {
    const { binning, exposure } = this.exposure;
    return `mag index ${this.magIndex}, binning ${binning}, exposure ${readable(exposure, 3)} s`;
  }

  /** Standard error of what the changes of conditions have matched so far, as a share. */
  get matchingError(): number {
    return Math.sqrt(this.factorVariance);
  }

  /** Takes an image. Throws for a saturated one. */
  take(title: string): Promise<Density> {
    return this.shoot(title, frameCover);
  }

  /** Looks by how much the mean of an image exceeds the middle of the beam, from some images under the present conditions. */
  async hollow(title: string): Promise<Pick<BareBeam, 'hollow' | 'hollowError'>> {
    let [sum, variance] = [0, 0];
    for (let image = 0; image < shapeImages; image++) {
      const { hollow, hollowError } = await this.shoot(title, bareBeam);
      sum += hollow;
      variance += hollowError ** 2;
    }
    return { hollow: sum / shapeImages, hollowError: Math.sqrt(variance) / shapeImages };
  }

  private async shoot<Cover extends FrameCover>(
    title: string,
    look: (image: Image) => Cover,
  ): Promise<Density & Cover> {
    const { exposure, factor } = this;
    const image = await this.use.acquisition.take(exposure, {
      signal: this.run.signal,
      title,
      magIndex: this.magIndex,
    });
    this.taken += 1;
    const { frame } = image;
    const cover = look(frame.image);
    requireUnsaturated(title, image, cover);
    const { mean, standardError } = cover;
    const lit = frame.exposure.exposure - this.use.camera.traits.deadTime;
    const density = (factor * mean) / (frame.exposure.binning ** 2 * lit);
    const error = mean > 0 ? standardError / mean : Infinity;
    return { ...cover, density, error, counts: mean };
  }

  /** Keeps the present conditions as those of the start, to which `takeAsFirst` goes back. */
  keepAsFirst(): void {
    this.kept = { exposure: this.exposure, magIndex: this.magIndex };
  }

  /** Takes an image under the conditions of the start; the caller has gone back to its magnification. */
  async takeAsFirst(title: string): Promise<Density> {
    if (this.kept) [this.exposure, this.magIndex, this.factor] = [this.kept.exposure, this.kept.magIndex, 1];
    this.factorVariance = 0;
    return this.take(title);
  }

  /** The mean of an image and as many more as its noise asks for, up to a few. */
  async averaged(shot: Density): Promise<Pick<Density, 'density' | 'error'>> {
    const all = [shot];
    const error = (): number => shot.error / Math.sqrt(all.length);
    while (error() > enoughError && all.length < maxAveraged) all.push(await this.take('once more'));
    return { density: all.reduce((sum, { density }) => sum + density, 0) / all.length, error: error() };
  }

  /**
   * Brings the counts of a first image nearer to the limit, by a longer exposure as far as its noise asks for one, which no binning makes better,
   * and by binning; no image gets above it.
   */
  async brighten(first: Density): Promise<void> {
    let { counts } = first;
    const { rules, exposure: before } = this;
    const factor = Math.min(
      (first.error / wantedOfImage) ** 2,
      rules.maxExposure / before.exposure,
      (room * rules.maxCounts) / counts,
    );
    if (factor > 1) {
      this.exposure = this.use.camera.fit({ ...before, exposure: seconds(factor * before.exposure) });
      counts *= this.exposure.exposure / before.exposure;
    }
    for (;;) {
      const binning = this.nextBinning();
      if (binning === undefined || 4 * counts > room * this.rules.maxCounts) return;
      this.exposure = this.use.camera.fit({ ...this.exposure, binning });
      counts *= 4;
    }
  }

  private nextBinning(): number | undefined {
    const doubled = 2 * this.exposure.binning;
    return this.use.camera.traits.binnings.includes(doubled) ? doubled : undefined;
  }

  /** Changes the conditions where the counts of the last image ask for it: one thing at a time, matched by images on both sides of it. Returns true for a change. */
  async adapt(last: Density, steps: MagnificationSteps): Promise<boolean> {
    const { rules, exposure } = this;
    const { counts } = last;
    const binning = this.nextBinning();
    if (binning !== undefined && 4 * counts < room * rules.maxCounts)
      return this.change('binning', async () => void (this.exposure = this.use.camera.fit({ ...exposure, binning })));
    const lower = steps.below(this.magIndex);
    const wants = counts < rules.minCounts || rules.favoursMagnification;
    if (
      lower &&
      wants &&
      counts * lower.brighter < room * rules.maxCounts &&
      steps.mayLower(last.density, lower.brighter)
    )
      if (await this.lower(lower.magIndex, last, steps)) return true;
    const longer = Math.min(rules.maxExposure, 4 * exposure.exposure);
    const asks = counts < rules.minCounts || 5 * counts < rules.maxCounts;
    if (asks && longer > 1.2 * exposure.exposure && counts * (longer / exposure.exposure) < room * rules.maxCounts)
      return this.change(
        'exposure',
        async () => void (this.exposure = this.use.camera.fit({ ...exposure, exposure: seconds(longer) })),
      );
    return false;
  }

  private async lower(to: MagIndex, last: Density, steps: MagnificationSteps): Promise<boolean> {
    const from = this.magIndex;
    const kept = { exposure: this.exposure, factor: this.factor, factorVariance: this.factorVariance };
    const changed = await this.change('magnification', () => this.goTo(to), true);
    if (changed) {
      steps.lowered(last.density);
      return true;
    }
    // The beam does not cover the larger field yet.
    await this.goTo(from);
    this.exposure = kept.exposure;
    this.factor = kept.factor;
    this.factorVariance = kept.factorVariance;
    steps.postpone(last.density);
    return false;
  }

  private async goTo(magIndex: MagIndex): Promise<void> {
    const { scope, illumination } = this.use;
    const { run } = this;
    const intensity = await illumination.intensity.read(run.signal);
    await scope.magIndex.write(magIndex, run.signal);
    this.magIndex = magIndex;
    await run.clock.delay(magnificationDelay, run.signal);
    // Some columns give each magnification an intensity of its own.
    if (Math.abs((await illumination.intensity.read(run.signal)) - intensity) > 1e-9)
      await illumination.intensity.write(intensity, run.signal);
  }

  /** Matches the densities before and after a change; false where the beam does not cover the image after it. */
  private async change(what: string, make: () => Promise<void>, mayUncover = false): Promise<boolean> {
    const before = await this.mean(`before the change of ${what}`);
    await make();
    const first = await this.take(`after the change of ${what}`);
    if (mayUncover && !first.covered) return false;
    const after = await this.mean(`after the change of ${what}`, [first]);
    this.factor *= before.density / after.density;
    this.factorVariance += before.error ** 2 + after.error ** 2;
    return true;
  }

  private async mean(title: string, given: readonly Density[] = []): Promise<Pick<Density, 'density' | 'error'>> {
    const all = [...given];
    const error = (): number => (all[0]?.error ?? 0) / Math.sqrt(all.length);
    while (all.length < matchingShots || (error() > enoughMatch && all.length < maxMatching))
      all.push(await this.take(title));
    return { density: all.reduce((sum, { density }) => sum + density, 0) / all.length, error: error() };
  }
}

/** The lower magnifications that a series may go to. */
export class MagnificationSteps {
  private entered: number;
  private notAbove = Infinity;

  constructor(
    private readonly optics: Optics,
    private readonly camera: Camera,
    private readonly lowest: MagIndex,
    density: number,
  ) {
    this.entered = density;
  }

  /** The next lower magnification outside low magnification, with the factor by which its pixels are brighter. */
  below(magIndex: MagIndex): { readonly magIndex: MagIndex; readonly brighter: number } | undefined {
    const { index: camera } = this.camera.traits;
    const indexes = this.optics.magnifications.indexes(this.camera.traits).filter((each) => each < magIndex);
    const lower = indexes.at(-1);
    if (lower === undefined || lower < this.lowest) return undefined;
    const [here, there] = [magIndex, lower].map((each) => this.optics.at({ magIndex: each, camera }).pixelSize);
    if (!here || !there) return undefined;
    return { magIndex: lower, brighter: (inMicrometres(there.value) / inMicrometres(here.value)) ** 2 };
  }

  /** True when the beam has spread since the last change by as much as the field grows. */
  mayLower(density: number, brighter: number): boolean {
    return density * brighter <= this.entered && density < this.notAbove;
  }
  lowered(density: number): void {
    this.entered = density;
  }
  /** Waits with the next try until the beam has spread further. */
  postpone(density: number): void {
    this.notAbove = density / 1.3;
  }
}
