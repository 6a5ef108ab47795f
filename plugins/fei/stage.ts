import { type Clock, degrees, metres, micrometres, milliseconds, radians, waitUntil } from '../../core/base';
import type { StagePosition } from '../../core/devices';
import { BaseStage, type StageLeg } from '../../core/kernel';
import type { FeiColumn } from './column';
import { feiErrors } from './errors';
import type { FeiStageSpeed } from './stage-speed';
import { type FeiTransport, axisBits, stageReady } from './transport';

const pollInterval = milliseconds(100);
const readyLimit = 5;

/**
 * An FEI stage. A move lasts as long as FEI's call, which cannot be cut short: a STOP leaves out what has not been sent and
 * waits for the stage to come to rest.
 */
export class FeiStage extends BaseStage {
  constructor(
    private readonly transport: FeiTransport,
    column: Pick<FeiColumn, 'stageLimits' | 'largestTilt'>,
    clock: Clock,
    private readonly speed?: Pick<FeiStageSpeed, 'share'>,
  ) {
    super(clock, column, feiErrors.stageBusy);
  }

  protected async readPosition(signal?: AbortSignal): Promise<StagePosition> {
    const { x, y, z } = await this.transport.getStagePosition(signal);
    return { x: metres(x), y: metres(y), z: metres(z), tilt: radians(await this.transport.getTiltAngle(signal)) };
  }

  protected override async begin(signal?: AbortSignal): Promise<void> {
    if (!(await this.isReady(signal))) throw feiErrors.stageBusy();
  }

  protected async perform({ x, y, z, tilt }: StageLeg): Promise<void> {
    const axes =
      (x === undefined ? 0 : axisBits.x) |
      (y === undefined ? 0 : axisBits.y) |
      (z === undefined ? 0 : axisBits.z) |
      (tilt === undefined ? 0 : axisBits.alpha);
    const target = {
      x: micrometres(x ?? 0),
      y: micrometres(y ?? 0),
      z: micrometres(z ?? 0),
      alpha: degrees(tilt ?? 0),
    };
    const share = this.speed?.share ?? 1;
    if (share >= 1) await this.transport.setStagePosition(target, axes);
    // At a speed of its own the stage takes one axis at a time.
    else
      for (const axis of Object.values(axisBits))
        if (axes & axis) await this.transport.setStagePosition(target, axis, share);
    if (!(await waitUntil(this.clock, () => this.isReady(), { limit: readyLimit, interval: pollInterval })))
      throw feiErrors.stageLeftMoving(readyLimit);
  }

  private async isReady(signal?: AbortSignal): Promise<boolean> {
    return (await this.transport.getStageStatus(signal)) === stageReady;
  }
}
