import type { Clock } from '../../../core/base';
import type { Driver, Stage } from '../../../core/devices';
import { comFeiWire } from '../../../plugins/fei/wires/com-wire';
import type { FeiColumn } from '../../../plugins/fei/column';
import { feiDevices } from '../../../plugins/fei/devices';
import { guardTransport } from '../../../plugins/fei/wires/guarded-transport';
import { FeiScope } from '../../../plugins/fei/scope';
import { FeiStage } from '../../../plugins/fei/stage';
import type { FeiTransport, RawStageTarget } from '../../../plugins/fei/transport';
import type { WholeColumnUnderTest } from '../../../testing/describe-column';
import type { StageUnderTest } from '../../../testing/describe-stage';
import { type Recording, recording } from '../../../testing/recording';
import { PacedClock } from '../../support/paced-clock';
import { StandInFolder, prepareWindows } from '../../support/windows';
import { type FeiDevices, plainColumn, sentAxes } from './make-column';
import { guardedColumn } from '../../support/guarded';

/** Simulated seconds in a real one: what the plugin waits for passes quickly, what the stand-in takes does not. */
const speed = 20;

export interface ComColumnUnderTest extends StageUnderTest, WholeColumnUnderTest {
  readonly scope: FeiDevices;
  readonly stage: Driver<Stage>;
  readonly clock: Clock;
  readonly wire: Recording<FeiTransport>;
  readonly transport: FeiTransport;
}

/** One process that speaks to the stand-in column, which many tests use one after the other. */
export class ComColumns {
  readonly folder = new StandInFolder();
  private readonly before = { ...process.env };
  readonly wire: Required<FeiTransport>;

  constructor(
    options: {
      readonly answerLimit?: number;
      readonly program?: string;
      readonly environment?: NodeJS.ProcessEnv;
    } = {},
  ) {
    const windows = prepareWindows();
    Object.assign(process.env, this.folder.environment(windows), options.environment);
    this.wire = comFeiWire({
      program: options.program ?? 'TEMScripting.Instrument.1',
      hostCommand: windows.command,
      answerLimit: options.answerLimit ?? 600,
      stageTimeoutFactor: 1,
      startLimit: 600,
    });
  }

  /** The column as it is at the beginning. */
  async make(changes: Partial<FeiColumn> = {}): Promise<ComColumnUnderTest> {
    const { wire } = this;
    await wire.open();
    if (!wire.lacks.has('STEM')) await wire.setInstrumentMode(0);
    await wire.setImagingMode(1);
    await wire.setMagnificationIndex(5);
    await wire.setProbeMode(1);
    await wire.setImageShift(0, 0);
    await wire.setBeamShift(0, 0);
    await wire.setMainScreen(2);
    await wire.setBeamBlank(false);
    await wire.setSpotSize(1);
    await wire.setStagePosition({ x: 0, y: 0, z: 0, alpha: 0 }, 15);
    const clock = new PacedClock(speed);
    const recorded = recording<FeiTransport>(wire);
    const transport = guardTransport(recorded.transport);
    const column = { ...plainColumn, ...changes };
    return {
      ...guardedColumn<FeiDevices>(feiDevices(new FeiScope(transport, column, clock), transport, column), { clock }),
      stage: new FeiStage(transport, column, clock),
      clock,
      wire: recorded,
      transport,
      writes: () => recorded.writes(),
      targets: () =>
        recorded.calls('setStagePosition').map(([target, axes]) => sentAxes(target as RawStageTarget, axes as number)),
      dispose: async () => {},
    };
  }

  async close(): Promise<void> {
    await this.wire.close();
    this.folder.remove();
    for (const name of Object.keys(process.env)) if (!(name in this.before)) delete process.env[name];
    Object.assign(process.env, this.before);
  }
}
