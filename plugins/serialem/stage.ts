import { type Clock, degrees, micrometres } from '../../core/base';
import type { StagePosition } from '../../core/devices';
import { BaseStage, type StageLeg } from '../../core/kernel';
import type { SerialEmColumn } from './column';
import { serialEmErrors } from './errors';
import type { SerialEmScript } from './script';

/** A stage moved by SerialEM, whose commands end when it has arrived and cannot be cut short: a STOP leaves out what has not been sent. */
export class SerialEmStage extends BaseStage {
  constructor(
    private readonly script: SerialEmScript,
    private readonly column: Pick<SerialEmColumn, 'stageLimits' | 'largestTilt' | 'stageTimeout'>,
    clock: Clock,
  ) {
    super(clock, column, serialEmErrors.stageBusy);
  }

  protected async readPosition(signal?: AbortSignal): Promise<StagePosition> {
    const [x = 0, y = 0, z = 0] = await this.script.report('ReportStageXYZ', 3, signal);
    return {
      x: micrometres(x),
      y: micrometres(y),
      z: micrometres(z),
      tilt: degrees(await this.script.number('ReportTiltAngle', signal)),
    };
  }

  /** The command takes X and Y, and Z after them; an axis that does not move is sent where it is. */
  protected async perform({ x, y, z, tilt }: StageLeg): Promise<void> {
    const limit = { limit: this.column.stageTimeout };
    if (x !== undefined || y !== undefined || z !== undefined) {
      const [atX = 0, atY = 0] =
        x === undefined || y === undefined ? await this.script.report('ReportStageXYZ', 3) : [];
      await this.script.do('MoveStageTo', [x ?? atX, y ?? atY, ...(z === undefined ? [] : [z])], limit);
    }
    if (tilt !== undefined) await this.script.do('TiltTo', [tilt], limit);
  }
}
