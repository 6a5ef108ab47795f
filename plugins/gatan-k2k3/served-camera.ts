import { type Clock, StoppableWork, throwIfStopped } from '../../core/base';
import type { Camera, CameraTraits, Exposure } from '../../core/devices';
import { gatanErrors } from './errors';
import type { GatanClient } from './protocol/client';

/** A camera behind the camera server, whatever the server does for it. */
export abstract class ServedCamera implements Pick<Camera, 'traits' | 'fit' | 'stop'> {
  private readonly exposures = new StoppableWork('The exposure');

  constructor(
    readonly traits: CameraTraits,
    protected readonly client: GatanClient,
    protected readonly clock: Clock,
  ) {}

  abstract fit(wanted: Exposure): Exposure;

  /** Ends all exposures that were asked for, as stopped. */
  async stop(): Promise<void> {
    await this.exposures.stop();
  }

  /** Throws for an exposure that is out of the camera's limits. */
  protected abstract check(exposure: Exposure): void;

  /** Does the work of an exposure, once nothing speaks against it, with the nearest one that the camera takes. */
  protected async working<T>(
    exposure: Exposure,
    signal: AbortSignal | undefined,
    work: (fitted: Exposure, stopped: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (signal) throwIfStopped(signal);
    this.check(exposure);
    if (!this.client.server) throw gatanErrors.notConnected(this.traits.name);
    return this.exposures.run((stopped) => work(this.fit(exposure), stopped), signal);
  }
}
