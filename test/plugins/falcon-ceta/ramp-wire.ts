import { type Clock, seconds } from '../../../core/base';
import type { FeiCameraModel } from '../../../plugins/falcon-ceta/camera-model';
import type { FeiCameraFound, FeiCameraTransport, FeiPicture, FeiShot } from '../../../plugins/falcon-ceta/transport';

/** Camera software whose pictures are a ramp, so that every pixel is known exactly. */
export class RampWire implements FeiCameraTransport {
  readonly shots: FeiShot[] = [];
  mostAtOnce = 0;
  action: (() => void) | undefined;
  inserted = true;
  private open_ = false;
  private underWay = 0;

  constructor(
    private readonly clock: Clock,
    private readonly model: FeiCameraModel,
    private readonly found: FeiCameraFound | undefined = {
      shortestExposure: 0.02,
      longestExposure: 30,
      counts: model.counts,
    },
  ) {}

  async open(): Promise<void> {
    this.open_ = true;
  }
  async close(): Promise<void> {
    this.open_ = false;
  }
  async lookUp(name: string): Promise<FeiCameraFound | undefined> {
    return this.open_ && name === this.model.scriptingName ? this.found : undefined;
  }
  async lookUpDetectors(): Promise<readonly string[]> {
    return [];
  }

  scan(): Promise<never> {
    return Promise.reject(new Error('this camera does not scan'));
  }

  async isInserted(): Promise<boolean> {
    return this.inserted;
  }
  async setInserted(_name: string, inserted: boolean): Promise<void> {
    this.inserted = inserted;
  }

  async acquire(shot: FeiShot): Promise<FeiPicture> {
    if (!this.open_ || !this.inserted) throw new Error('not there');
    this.shots.push(shot);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    try {
      await this.clock.delay(seconds(this.model.startupDelay));
      const { action } = this;
      this.action = undefined;
      action?.();
      await this.clock.delay(seconds(shot.exposure));
      return this.picture(shot);
    } finally {
      this.underWay--;
    }
  }

  private picture({ binning, restrictedSize }: FeiShot): FeiPicture {
    const { width, height } = this.model;
    const [columns, rows] = [width, height].map((side) => side / 2 ** restrictedSize / binning) as [number, number];
    const [left, top] = [(width - columns * binning) / 2, (height - rows * binning) / 2];
    const data = new Uint16Array(columns * rows);
    // The mean over a binned pixel of 10 at each column and 100 at each row.
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const centre = (binning - 1) / 2;
        data[row * columns + column] = 10 * (left + column * binning + centre) + 100 * (top + row * binning + centre);
      }
    return { width: columns, height: rows, data };
  }
}
