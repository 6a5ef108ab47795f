import { type Clock, seconds } from '../../core/base';
import { areaOfShare } from '../../core/devices';
import { MicroscopeLink, type Processing } from '../../simulation';
import type { FeiCameraModel } from './camera-model';
import { feiCameraErrors } from './errors';
import type { FeiScanModel } from './scan-model';
import {
  type FeiCameraFound,
  type FeiCameraTransport,
  type FeiPicture,
  type FeiScanShot,
  type FeiShot,
  corrections,
  readModes,
} from './transport';

/** Exposures that the simulated camera software takes, in seconds. */
const exposureLimits = { shortestExposure: 0.01, longestExposure: 60 };
const processingOf: Readonly<Record<number, Processing>> = {
  [corrections.none]: 'unprocessed',
  [corrections.dark]: 'dark subtracted',
  [corrections.gain]: 'gain normalized',
};

/** FEI's camera software in front of a virtual microscope. */
export class SimulatedFeiCameras implements FeiCameraTransport {
  private readonly link: MicroscopeLink;
  private readonly models: ReadonlyMap<string, FeiCameraModel>;
  private readonly retracted = new Set<string>();

  constructor(
    find: () => unknown,
    private readonly clock: Clock,
    models: readonly FeiCameraModel[],
    private readonly scanModel?: FeiScanModel,
  ) {
    this.link = new MicroscopeLink(find, () => feiCameraErrors.notConnected('The camera'));
    this.models = new Map(models.map((model) => [model.scriptingName, model]));
    for (const { scriptingName, retractable } of models) if (retractable) this.retracted.add(scriptingName);
  }

  async open(): Promise<void> {
    this.link.open();
  }

  async close(): Promise<void> {
    this.link.close();
  }

  async lookUp(name: string): Promise<FeiCameraFound | undefined> {
    const model = this.models.get(name);
    return model && { ...exposureLimits, counts: model.counts };
  }

  async lookUpDetectors(): Promise<readonly string[]> {
    return this.scanModel?.detectors ?? [];
  }

  async scan({
    detectors,
    binning,
    restrictedSize,
    exposure,
  }: FeiScanShot): Promise<Readonly<Record<string, FeiPicture>>> {
    const { scanModel: model, clock } = this;
    if (!model) throw feiCameraErrors.notConnected('The STEM camera');
    const { microscope } = this.link;
    if (!microscope.state.scanning) throw new Error('not possible outside STEM');
    const { left, top, right, bottom } = areaOfShare(model, restrictedSize, binning);
    const [width, height] = [(right - left) / binning, (bottom - top) / binning];
    const began = clock.now();
    const plan = microscope.planScan({ columns: width, rows: height, exposure, binning });
    await clock.delay(seconds(plan.startup + plan.duration));
    const taken = microscope.expose({
      camera: model.index,
      binning,
      area: { left, top, width: right - left, height: bottom - top },
      exposure,
      atTime: began,
      scan: { detectors, plan },
    });
    return Object.fromEntries(detectors.map((name) => [name, { width, height, data: taken.detectors![name]! }]));
  }

  async isInserted(name: string): Promise<boolean> {
    return !this.retracted.has(name);
  }

  async setInserted(name: string, inserted: boolean): Promise<void> {
    if (inserted) this.retracted.delete(name);
    else this.retracted.add(name);
  }

  async acquire({ name, binning, restrictedSize, exposure, correction, readMode }: FeiShot): Promise<FeiPicture> {
    const model = this.models.get(name);
    if (!model) throw feiCameraErrors.notConnected(name);
    if (this.retracted.has(name)) throw new Error('the camera is not inserted');
    const { microscope } = this.link;
    await this.clock.delay(seconds(microscope.requestExposure(model.index, { startup: model.startupDelay })));
    // The image is made at the end, so that it holds what the blanker and the screen did meanwhile.
    const began = this.clock.now();
    await this.clock.delay(seconds(exposure));
    const { left, top, right, bottom } = areaOfShare(model, restrictedSize, binning);
    return microscope.expose({
      camera: model.index,
      binning,
      area: { left, top, width: right - left, height: bottom - top },
      exposure,
      readMode: readMode === readModes.counting ? 'counting' : 'linear',
      processing: processingOf[correction] ?? 'gain normalized',
      atTime: began,
    });
  }
}
