import type { PacketAnswer } from '../../../wires';
import { errorNumbers } from './acquisition';
import type { DigiScanRequest, Picture, ScanSource } from '../picture-source';

/** Counts by which the channels of a scan differ. */
const channelStep = 1000;
const limits = { signals: 8, side: 8192, pixelTime: 0.5 } as const;
/** Times of a scan without a source: flyback in microseconds, frequency in hertz. */
const plainTimes = { flyback: 500, lineFrequency: 60 } as const;

/** The scan of a stand-in server: each channel is handed out once for each scan, and in continuous scans as often as it is asked for. */
export class StandInScan {
  private readonly waiting = new Map<number, Picture>();
  private continuous = false;

  /** @param source of the pictures; without one each channel has a pattern of its own */
  constructor(private readonly source: ScanSource | undefined) {}

  /** Flyback in microseconds, line frequency in hertz, rotation in degrees. */
  properties(): PacketAnswer {
    return { values: { doFlip: 0, rotationOffset: 0, ...(this.source?.scanTimes() ?? plainTimes) } };
  }

  /** Scans all channels. @returns the picture of the first, or the number of the failure */
  async scan(request: DigiScanRequest, closing: AbortSignal): Promise<Picture | number> {
    const { width, height, signals, continuous, pixelTime } = request;
    const first = signals[0];
    const possible =
      Math.min(width, height) > 0 &&
      Math.max(width, height) <= limits.side &&
      signals.length <= limits.signals &&
      pixelTime >= limits.pixelTime;
    if (!possible || first === undefined) return errorNumbers.script;
    if (continuous < 0 && !this.continuous) return errorNumbers.continuousEnded;
    // A start is answered at once, while the first scan has yet to begin.
    if (continuous > 0) {
      this.continuous = true;
      return { width, height, data: new Uint16Array(width * height) };
    }
    if (continuous === 0) this.continuous = false;
    this.waiting.clear();
    const pictures = this.source
      ? await this.source.scan(request, closing)
      : Array.from(signals, (channel) => pattern(width, height, channel));
    signals.forEach((channel, at) => this.waiting.set(channel, pictures[at]!));
    return this.signal(first);
  }

  /** One signal of the last scan. @returns its picture, or the number of the failure */
  signal(channel: number): Picture | number {
    const picture = this.waiting.get(channel);
    if (!picture) return errorNumbers.noChannel;
    if (!this.continuous) this.waiting.delete(channel);
    return picture;
  }

  /** Ends continuous scanning. @returns 0, or the number of the failure */
  stop(): number {
    const was = this.continuous;
    this.continuous = false;
    return was ? 0 : errorNumbers.continuousEnded;
  }
}

function pattern(width: number, height: number, channel: number): Picture {
  const data = Uint16Array.from(
    { length: width * height },
    (_, at) => channelStep * (channel + 1) + (at % width) + Math.floor(at / width),
  );
  return { width, height, data };
}
