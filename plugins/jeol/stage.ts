import { type Clock, type Seconds, degrees, metres, milliseconds, throwIfStopped } from '../../core/base';
import type { Readable, Stage, StageMove, StagePosition } from '../../core/devices';
import { type StageLeg, StageMoves, stageLegs } from '../../core/kernel';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import { type JeolTransport, stageStates } from './transport';

const pollInterval = milliseconds(100);
/** How long a move may take to begin; a very short one may be over before it is seen. */
const beginLimit = 1;
const restLimit = 10;

/** A JEOL stage: a move is started, then watched until it has begun and ended. */
export class JeolStage implements Stage {
  readonly position: Readable<StagePosition>;
  private readonly moves: StageMoves<StageLeg>;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'stageLimits' | 'largestTilt' | 'stageRounding' | 'stageTimeout'>,
    private readonly clock: Clock,
  ) {
    this.position = {
      name: 'stage position',
      read: async () => {
        const { x, y, z, tilt } = await transport.getStagePosition();
        return { x: metres(x * 1e-9), y: metres(y * 1e-9), z: metres(z * 1e-9), tilt: degrees(tilt) };
      },
    };
    this.moves = new StageMoves({
      clock,
      busy: jeolErrors.stageBusy,
      begin: async () => {
        if ((await this.state()) === stageStates.moving) throw jeolErrors.stageBusy();
      },
      perform: async (leg, check, signal) => {
        await this.send(leg);
        await this.arrive(check, signal);
      },
      halt: () => this.halt(),
    });
  }

  async move(to: StageMove, signal?: AbortSignal): Promise<void> {
    if (signal) throwIfStopped(signal);
    await this.moves.make(stageLegs(to, this.column), signal);
  }

  stop(): Promise<void> {
    return this.moves.stop();
  }

  lastMoved(): Seconds | undefined {
    return this.moves.lastMoved;
  }

  private async send({ x, y, z, tilt }: StageLeg): Promise<void> {
    const { transport } = this;
    if (x !== undefined && y !== undefined) await transport.setStageXY(this.nanometres(x), this.nanometres(y));
    else if (x !== undefined) await transport.setStageX(this.nanometres(x));
    else if (y !== undefined) await transport.setStageY(this.nanometres(y));
    if (z !== undefined) await transport.setStageZ(this.nanometres(z));
    if (tilt !== undefined) await transport.setTiltX(tilt);
  }

  private async arrive(check: () => void, signal?: AbortSignal): Promise<void> {
    const sent = this.clock.now();
    let begun = false;
    for (;;) {
      check();
      const state = await this.state();
      if (state === stageStates.limiter) throw jeolErrors.stageAtLimiter();
      begun ||= state === stageStates.moving;
      const waited = this.clock.now() - sent;
      if (state === stageStates.rest && (begun || waited >= beginLimit)) return;
      if (waited >= this.column.stageTimeout) throw jeolErrors.stageTimeout(this.column.stageTimeout);
      await this.clock.delay(pollInterval, signal);
    }
  }

  /** Stops the stage and waits until it stands; what went wrong before is reported by the caller. */
  private async halt(): Promise<void> {
    await this.transport.stopStage();
    const end = this.clock.now() + restLimit;
    while ((await this.state()) === stageStates.moving && this.clock.now() < end) await this.clock.delay(pollInterval);
  }

  private async state(): Promise<number> {
    const states = await this.transport.getStageStatus();
    return states.includes(stageStates.limiter) ? stageStates.limiter : Math.max(...states);
  }

  private nanometres(um: number): number {
    const step = Math.max(1, Math.round(this.column.stageRounding * 1000));
    return Math.round((um * 1000) / step) * step;
  }
}
