import { type Clock, type Seconds, degrees, micrometres, throwIfStopped } from '../../core/base';
import type { Readable, Stage, StageMove, StagePosition } from '../../core/devices';
import { type StageLeg, StageMoves, stageLegs } from '../../core/kernel';
import type { SerialEmColumn } from './column';
import { serialEmErrors } from './errors';
import type { SerialEmScript } from './script';

/** A stage moved by SerialEM, whose commands end when it has arrived and cannot be cut short: a STOP leaves out what has not been sent. */
export class SerialEmStage implements Stage {
  readonly position: Readable<StagePosition>;
  private readonly moves: StageMoves<StageLeg>;

  constructor(
    private readonly script: SerialEmScript,
    private readonly column: Pick<SerialEmColumn, 'stageLimits' | 'largestTilt' | 'stageTimeout'>,
    clock: Clock,
  ) {
    this.position = {
      name: 'stage position',
      read: async (signal) => {
        const [x = 0, y = 0, z = 0] = await script.report('ReportStageXYZ', 3, signal);
        return {
          x: micrometres(x),
          y: micrometres(y),
          z: micrometres(z),
          tilt: degrees(await script.number('ReportTiltAngle', signal)),
        };
      },
    };
    this.moves = new StageMoves({ clock, busy: serialEmErrors.stageBusy, perform: (leg) => this.send(leg) });
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

  /** The command takes X and Y, and Z after them; an axis that is not to move is sent where it is. */
  private async send({ x, y, z, tilt }: StageLeg): Promise<void> {
    const limit = { limit: this.column.stageTimeout };
    if (x !== undefined || y !== undefined || z !== undefined) {
      const [atX = 0, atY = 0] =
        x === undefined || y === undefined ? await this.script.report('ReportStageXYZ', 3) : [];
      await this.script.do('MoveStageTo', [x ?? atX, y ?? atY, ...(z === undefined ? [] : [z])], limit);
    }
    if (tilt !== undefined) await this.script.do('TiltTo', [tilt], limit);
  }
}
