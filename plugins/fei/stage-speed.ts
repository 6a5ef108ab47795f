import type { Driver, SettingDriver, StageSpeed } from '../../core/devices';

/** Speed with which an FEI stage makes its next moves. The column keeps none: it is sent with each move. */
export class FeiStageSpeed implements Driver<StageSpeed> {
  /** Share of the full speed. */
  share = 1;

  readonly speed: SettingDriver<number> = {
    read: () => Promise.resolve(this.share),
    write: (share) => {
      this.share = share;
      return Promise.resolve();
    },
    range: [0.01, 1],
  };
}
