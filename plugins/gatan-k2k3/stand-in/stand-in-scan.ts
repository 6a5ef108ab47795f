import type { PacketAnswer } from '../../../wires';
import { errorNumbers } from './acquisition';
import type { Picture } from '../picture-source';

/** Counts by which the channels of a scan differ. */
const channelStep = 1000;
const scanTimes = { flyback: 500, lineFrequency: 60, rotationOffset: 0 } as const;

/** The scan of a stand-in server: each channel has a pattern of its own, and is handed out once for each scan. */
export class StandInScan {
  private readonly waiting = new Map<number, Picture>();
  private continuous = false;

  /** Flyback in microseconds, line frequency in hertz, rotation in degrees. */
  properties(): PacketAnswer {
    return { values: { doFlip: 0, ...scanTimes } };
  }

  /** Scans all channels. @returns the picture of the first, or the number of the failure */
  scan(width: number, height: number, channels: Int32Array, continuous: number): Picture | number {
    if (width <= 0 || height <= 0 || channels.length === 0) return errorNumbers.script;
    if (continuous < 0 && !this.continuous) return errorNumbers.continuousEnded;
    if (continuous >= 0) this.continuous = continuous > 0;
    this.waiting.clear();
    for (const channel of channels) this.waiting.set(channel, pattern(width, height, channel));
    return this.signal(channels[0]!);
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
