import { LiveImage } from '../../../../core/acquisition';
import type { Session } from '../../../../core/kernel';
import type { SetName } from '../../protocol';
import { consoleErrors } from '../errors';
import type { SharedState } from '../shared-state';

/** Number of looks without a browser after which nobody sees the live image. */
const looksAlone = 10;

/** The live image for all browsers. */
export class LivePanel {
  private readonly live: LiveImage | undefined;
  private alone = 0;
  /** Ends listening to the live image. */
  readonly dispose: () => void;

  constructor(
    session: Pick<Session, 'find'>,
    private readonly state: SharedState,
  ) {
    this.live = session.find(LiveImage);
    this.dispose = this.live?.onChange(() => this.show()) ?? (() => {});
    this.show();
  }

  /** Shows what runs, and how fast. */
  show(): void {
    const { live, state } = this;
    if (!live) return state.set('live', undefined);
    const { images, perSecond } = live.rate;
    const set = live.running;
    state.set('live', {
      ...(set !== undefined && { set }),
      images: set === undefined ? 0 : images,
      perSecond: set === undefined ? 0 : Number(perSecond.toPrecision(2)),
    });
  }

  /** Starts it, or changes to another parameter set; resolves with the first image. Throws `console/no-camera` or what the camera throws. */
  async start(set: SetName): Promise<void> {
    if (!this.live) throw consoleErrors.noCamera();
    await this.live.start(set);
  }

  /** Ends it, also where a run has only interrupted it; harmless when nothing runs. */
  async stop(): Promise<void> {
    await this.live?.stop();
  }

  /** Ends a live image that nobody has seen for a while: it would only expose the specimen. */
  look(visitors: number): void {
    this.alone = visitors > 0 ? 0 : this.alone + 1;
    if (this.alone !== looksAlone || this.live?.running === undefined) return;
    this.state.log('warn', 'The live image was ended, because no browser is connected.');
    void this.stop();
  }
}
