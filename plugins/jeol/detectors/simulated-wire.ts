import { type Clock, seconds } from '../../../core/base';
import { MicroscopeLink } from '../../../simulation';
import { detectorErrors } from './errors';
import type { JeolScanModel } from './model';
import { areaOf, documentedRanges, numberOf, settingNames, wholeScan } from './settings';
import type { DetectorImage, DetectorSettings, JeolDetectorTransport } from './transport';

const fullLevel = documentedRanges.level[1];
/** Seconds that a detector takes into the beam or out of it. */
const insertion = 0.5;

/** JEOL's detector service in front of a virtual microscope. */
export class SimulatedDetectors implements JeolDetectorTransport {
  private readonly link: MicroscopeLink;
  private readonly scans: Record<string, unknown>;
  private readonly retracted: Set<string>;
  private assigned: string[] = [];
  private images = new Map<string, DetectorImage>();
  private live: string | undefined;

  constructor(
    find: () => unknown,
    private readonly clock: Clock,
    private readonly model: JeolScanModel,
  ) {
    this.link = new MicroscopeLink(find, () => detectorErrors.notConnected('The STEM camera'));
    this.retracted = new Set(model.detectors);
    this.scans = {
      [settingNames.pixelTime]: 10,
      [settingNames.rotation]: 0,
      [settingNames.rotationStep]: 1,
      [settingNames.mode]: wholeScan,
      [settingNames.area]: { X: 0, Y: 0, Width: 512, Height: 512 },
    };
  }

  async open(): Promise<void> {
    this.link.open();
    for (const name of this.model.detectors)
      this.link.microscope.setStemDetectorInserted(name, !this.retracted.has(name));
  }

  async close(): Promise<void> {
    this.link.close();
  }

  async getAttachedDetectors(): Promise<readonly string[]> {
    return [...this.model.detectors, 'TVCAM_U'];
  }

  async getAssignedDetectors(): Promise<readonly string[]> {
    return this.assigned.filter(Boolean);
  }

  async assignTo(detector: string, channel: number): Promise<void> {
    this.assigned[channel - 1] = this.known(detector);
  }

  async getSettings(detector: string): Promise<DetectorSettings> {
    const { brightness = 0.5, contrast = 0.5 } = this.link.microscope.state.stemDetectors[this.known(detector)] ?? {};
    return {
      ...this.scans,
      [settingNames.offset]: Math.round(brightness * fullLevel),
      [settingNames.gain]: Math.round(contrast * fullLevel),
    };
  }

  async change(detector: string, settings: DetectorSettings): Promise<void> {
    const { microscope } = this.link;
    const name = this.known(detector);
    for (const [key, value] of Object.entries(settings))
      if (key === settingNames.offset)
        microscope.setStemDetector(name, { brightness: numberOf(settings, key) / fullLevel });
      else if (key === settingNames.gain)
        microscope.setStemDetector(name, { contrast: numberOf(settings, key) / fullLevel });
      else this.scans[key] = value;
  }

  async isInserted(detector: string): Promise<boolean> {
    return !this.retracted.has(this.known(detector));
  }

  async setInserted(detector: string, inserted: boolean): Promise<void> {
    if (inserted) this.retracted.delete(this.known(detector));
    else this.retracted.add(this.known(detector));
    this.link.microscope.setStemDetectorInserted(detector, inserted);
    await this.clock.delay(seconds(insertion));
  }

  async scanAll(): Promise<void> {
    const { clock, model, scans } = this;
    const { microscope } = this.link;
    if (!microscope.state.scanning) throw detectorErrors.refused('POST SnapShotAll', 400);
    const { width, height } = areaOf(scans);
    const exposure = (numberOf(scans, settingNames.pixelTime) * width * height) / 1e6;
    const binning = model.width / width;
    const began = clock.now();
    const plan = microscope.planScan({ columns: width, rows: height, exposure, binning });
    await clock.delay(seconds(plan.startup + plan.duration));
    const detectors = this.assigned.filter(Boolean);
    const taken = microscope.expose({
      camera: model.index,
      binning,
      area: { left: 0, top: 0, width: width * binning, height: height * binning },
      exposure,
      atTime: began,
      scan: { detectors, plan, rotationDegrees: numberOf(scans, settingNames.rotation) },
    });
    this.images = new Map(detectors.map((name) => [name, { width, height, data: taken.detectors![name]! }]));
  }

  async getScannedImage(detector: string): Promise<DetectorImage> {
    const found = this.images.get(detector);
    if (!found) throw detectorErrors.refused(`GET ${detector}/SnapShotFrame/tiff`, 404);
    return found;
  }

  async startLive(detector: string): Promise<void> {
    this.live = this.known(detector);
    this.images.clear();
  }

  async stopLive(): Promise<void> {
    this.live = undefined;
  }

  /** Scans again for the detector with which it was started, as the scan goes on. */
  async getLiveImage(detector: string): Promise<DetectorImage> {
    if (this.live === undefined) throw detectorErrors.refused(`GET ${detector}/LiveSnapShot/tiff`, 400);
    if (detector === this.live || !this.images.has(detector)) await this.scanAll();
    return this.getScannedImage(detector);
  }

  private known(detector: string): string {
    if (!this.model.detectors.includes(detector)) throw detectorErrors.refused(detector, 404);
    return detector;
  }
}
