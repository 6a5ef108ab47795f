import { type Clock, degrees, metres, milliseconds } from '../../core/base';
import type { StagePosition } from '../../core/devices';
import { BaseStage, type MoveCheck, type StageLeg } from '../../core/kernel';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import { type JeolTransport, stageStates } from './transport';

const pollInterval = milliseconds(100);
/** Time in which a move begins; a very short one may be over before it is seen. */
const beginLimit = 1;
const restLimit = 10;

/** A JEOL stage: a move is started, then watched until it has begun and ended. */
export class JeolStage extends BaseStage {
  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'stageLimits' | 'largestTilt' | 'stageRounding' | 'stageTimeout'>,
    clock: Clock,
  ) {
    super(clock, column, jeolErrors.stageBusy);
  }

  protected async readPosition(): Promise<StagePosition> {
    const { x, y, z, tilt } = await this.transport.getStagePosition();
    return { x: metres(x * 1e-9), y: metres(y * 1e-9), z: metres(z * 1e-9), tilt: degrees(tilt) };
  }

  protected override async begin(): Promise<void> {
    if ((await this.state()) === stageStates.moving) throw jeolErrors.stageBusy();
  }

  protected async perform(leg: StageLeg, check: MoveCheck, signal?: AbortSignal): Promise<void> {
    await this.send(leg);
    await this.arrive(check, signal);
  }

  /** Stops the stage and waits until it stands; the caller reports what went wrong before. */
  protected override async halt(): Promise<void> {
    await this.transport.stopStage();
    const end = this.clock.now() + restLimit;
    while ((await this.state()) === stageStates.moving && this.clock.now() < end) await this.clock.delay(pollInterval);
  }

  private async send({ x, y, z, tilt }: StageLeg): Promise<void> {
    const { transport } = this;
    if (x !== undefined && y !== undefined) await transport.setStageXY(this.nanometres(x), this.nanometres(y));
    else if (x !== undefined) await transport.setStageX(this.nanometres(x));
    else if (y !== undefined) await transport.setStageY(this.nanometres(y));
    if (z !== undefined) await transport.setStageZ(this.nanometres(z));
    if (tilt !== undefined) await transport.setTiltX(tilt);
  }

  private async arrive(check: MoveCheck, signal?: AbortSignal): Promise<void> {
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

  private async state(): Promise<number> {
    const states = await this.transport.getStageStatus();
    return states.includes(stageStates.limiter) ? stageStates.limiter : Math.max(...states);
  }

  private nanometres(um: number): number {
    const step = Math.max(1, Math.round(this.column.stageRounding * 1000));
    return Math.round((um * 1000) / step) * step;
  }
}
