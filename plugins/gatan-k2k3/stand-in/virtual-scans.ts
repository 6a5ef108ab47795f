import { type Clock, seconds } from '../../../core/base';
import type { VirtualMicroscope } from '../../../simulation';
import type { DigiScanModel } from '../digiscan-model';
import type { DigiScanRequest, Picture, ScanSource } from '../picture-source';
import { undoRotateFlip } from '../rotate-flip';

/** Counts of a detector that nothing reaches. */
const blankCounts = 2000;

/** Scans of the virtual microscope; they take their time on the program's clock. A scan is that of the column's magnification. */
export class VirtualScans implements ScanSource {
  private readonly names: ReadonlyMap<number, string>;

  constructor(
    private readonly microscope: VirtualMicroscope,
    private readonly clock: Clock,
    private readonly model: DigiScanModel,
  ) {
    this.names = new Map([...model.detectors].map(([name, channel]) => [channel, name]));
  }

  scanTimes(): { readonly flyback: number; readonly lineFrequency: number } {
    const { flybackMicroseconds, mainsHertz } = this.microscope.state.scanGenerator;
    return { flyback: flybackMicroseconds, lineFrequency: mainsHertz };
  }

  async scan(request: DigiScanRequest, signal: AbortSignal): Promise<readonly Picture[]> {
    const { microscope, model, clock } = this;
    const { width, height, signals, rotation, pixelTime, lineSync } = request;
    const exposure = (pixelTime * width * height) / 1e6;
    const binning = model.width / width;
    const synchronous = (lineSync & 1) === 1;
    const began = clock.now();
    const plan = microscope.planScan({ columns: width, rows: height, exposure, binning, lineSync: synchronous });
    await clock.delay(seconds(plan.startup + plan.duration), signal);
    const detectors = Array.from(signals, (channel) => this.names.get(channel) ?? `channel ${channel}`);
    if (!microscope.state.scanning)
      return detectors.map(() => ({ width, height, data: new Uint16Array(width * height).fill(blankCounts) }));
    const taken = microscope.expose({
      camera: model.index,
      binning,
      area: { left: 0, top: 0, width: width * binning, height: height * binning },
      exposure,
      atTime: began,
      scan: { detectors, lineSync: synchronous, rotationDegrees: rotation, plan },
    });
    return detectors.map((name) =>
      undoRotateFlip({ width, height, data: taken.detectors![name]! }, model.rotationFlip),
    );
  }
}
