import { VirtualClock, seconds } from '../../../core/base';
import type { Driver, Stage } from '../../../core/devices';
import type { FeiColumn } from '../../../plugins/fei/column';
import { feiDevices } from '../../../plugins/fei/devices';
import { guardTransport } from '../../../plugins/fei/wires/guarded-transport';
import { FeiScope } from '../../../plugins/fei/scope';
import { FeiStage } from '../../../plugins/fei/stage';
import { temscriptFeiWire } from '../../../plugins/fei/wires/temscript-wire';
import type { FeiTransport } from '../../../plugins/fei/transport';
import { TemscriptStandIn } from '../../support/temscript-stand-in';
import type { WholeColumnUnderTest } from '../../../testing/describe-column';
import type { StageUnderTest } from '../../../testing/describe-stage';
import { type FeiDevices, plainColumn } from './make-column';
import { guardedColumn } from '../../support/guarded';

/** The plugin's column and stage over HTTP to a server that stands in for the real one. */
export interface TemscriptColumnUnderTest extends StageUnderTest, WholeColumnUnderTest {
  readonly scope: FeiDevices;
  readonly stage: Driver<Stage>;
  readonly clock: VirtualClock;
  readonly wire: FeiTransport;
  readonly transport: FeiTransport;
  readonly server: TemscriptStandIn;
}

/** Sets everything up and connects it. */
export async function makeTemscriptColumn(
  options: {
    readonly column?: Partial<FeiColumn>;
    readonly through?: (port: number) => Promise<number>;
    readonly answerLimit?: number;
  } = {},
): Promise<TemscriptColumnUnderTest> {
  const clock = new VirtualClock();
  const column = { ...plainColumn, ...options.column };
  const server = new TemscriptStandIn({ pass: (duration) => clock.delay(seconds(duration)) });
  const own = await server.listen();
  const wire = temscriptFeiWire({
    host: '127.0.0.1',
    port: (await options.through?.(own)) ?? own,
    answerLimit: options.answerLimit ?? 60,
    stageTimeoutFactor: 1,
  });
  const transport = guardTransport(wire);
  await transport.open();
  const sent = (): readonly (readonly [path: string, body: unknown])[] =>
    server.writes.map(({ path, body }) => [path, body] as const);
  return {
    ...guardedColumn<FeiDevices>(feiDevices(new FeiScope(transport, column, clock), transport, column), { clock }),
    stage: new FeiStage(transport, column, clock),
    clock,
    wire,
    transport,
    server,
    writes: () => sent().map(([path, body]) => `${path} ${JSON.stringify(body)}`),
    targets: () =>
      sent().flatMap(([path, body]) =>
        path.startsWith('stage_position') ? [micrometresAndDegrees(body as Record<string, number>)] : [],
      ),
    dispose: async () => {
      await transport.close();
      await server.close();
    },
  };
}

const micrometresAndDegrees = ({ x, y, z, a }: Record<string, number>): Record<string, number> => ({
  ...(x !== undefined && { x: x * 1e6 }),
  ...(y !== undefined && { y: y * 1e6 }),
  ...(z !== undefined && { z: z * 1e6 }),
  ...(a !== undefined && { tilt: (a * 180) / Math.PI }),
});
