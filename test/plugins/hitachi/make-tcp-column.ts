import { VirtualClock } from '../../../core/base';
import type { Driver, Stage } from '../../../core/devices';
import type { HitachiColumn } from '../../../plugins/hitachi/column';
import { hitachiDevices } from '../../../plugins/hitachi/devices';
import { HitachiOpticsDevices } from '../../../plugins/hitachi/optics-devices';
import { HitachiProtocol } from '../../../plugins/hitachi/protocol';
import { HitachiScope } from '../../../plugins/hitachi/scope';
import { HitachiStage } from '../../../plugins/hitachi/stage';
import { TcpHitachiWire } from '../../../plugins/hitachi/tcp-wire';
import type { WholeColumnUnderTest } from '../../../testing/describe-column';
import type { StageUnderTest } from '../../../testing/describe-stage';
import { type HitachiDevices, plainColumn, targetOf } from './make-column';
import { HitachiStandIn, type StandInColumn } from './stand-in-server';
import { guardedColumn } from '../../support/guarded';

const valuesOf = (range: string): readonly number[] =>
  plainColumn.magnifications.filter((each) => each.range === range).map(({ magnification }) => magnification);

/** The plugin's column and stage over a socket to a column that stands in for the real one. */
export interface TcpColumnUnderTest extends StageUnderTest, WholeColumnUnderTest {
  readonly scope: HitachiDevices;
  readonly stage: Driver<Stage>;
  readonly protocol: HitachiProtocol;
  readonly wire: TcpHitachiWire;
  readonly server: HitachiStandIn;
}

/** Options of the column for a test. */
export interface TcpColumnOptions extends Partial<Pick<StandInColumn, 'echoesValues'>> {
  readonly column?: Partial<HitachiColumn>;
  /** Puts something between the two; gives the port to connect to. */
  readonly through?: (port: number) => Promise<number>;
  /** Milliseconds. */
  readonly answerLimit?: number;
}

/** Sets everything up and connects it. */
export async function makeTcpColumn({
  column: changes,
  through,
  answerLimit = 60_000,
  echoesValues = false,
}: TcpColumnOptions = {}): Promise<TcpColumnUnderTest> {
  const clock = new VirtualClock();
  const column = { ...plainColumn, ...changes };
  const server = new HitachiStandIn({
    magnifications: { '0e': valuesOf('LM'), '00': valuesOf('HC'), '02': valuesOf('HR') },
    now: () => clock.now(),
    echoesValues,
  });
  const own = await server.listen();
  const wire = new TcpHitachiWire({
    host: '127.0.0.1',
    port: (await through?.(own)) ?? own,
    connectLimit: 60_000,
    deadBefore: 60_000,
    answerLimit,
  });
  const protocol = new HitachiProtocol(wire, clock);
  const scope = new HitachiScope(protocol, column, { clock, imageToBeam: () => undefined });
  await wire.open();
  await scope.start();
  const writes = (): readonly string[] => server.lines.filter((line) => !line.startsWith('Get '));
  return {
    ...guardedColumn<HitachiDevices>(hitachiDevices(scope, new HitachiOpticsDevices(protocol)), { clock }),
    protocol,
    wire,
    server,
    clock,
    stage: new HitachiStage(protocol, column, clock),
    writes,
    targets: () => writes().flatMap(targetOf),
    dispose: async () => {
      await wire.close();
      await server.close();
    },
  };
}
