import { VirtualClock, seconds } from '../../../core/base';
import {
  AlphaSelector,
  BeamShift,
  BeamTilt,
  CameraLength,
  CondenserAperture,
  Diffraction,
  FreeLensControl,
  CondenserStigmator,
  type DeviceToken,
  type Driver,
  EnergyFilter,
  IlluminatedArea,
  Illumination,
  ImageBeamTilt,
  LensNormalization,
  ObjectiveAperture,
  ObjectiveStigmator,
  ProbeModeSelector,
  type Scope,
  Screen,
  ScreenCurrent,
  type Stage,
} from '../../../core/devices';
import type { SerialEmColumn } from '../../../plugins/serialem/column';
import { SerialEmCondenserDevices } from '../../../plugins/serialem/condenser-devices';
import { SerialEmFilter } from '../../../plugins/serialem/filter';
import { serialEmDevices, serialEmLensDevices } from '../../../plugins/serialem/devices';
import { SerialEmOpticsDevices } from '../../../plugins/serialem/optics-devices';
import { SerialEmScope } from '../../../plugins/serialem/scope';
import { SerialEmScript } from '../../../plugins/serialem/script';
import { SimulatedSerialEm } from '../../../plugins/serialem/simulated-wire';
import { SocketSerialEmWire } from '../../../plugins/serialem/socket-wire';
import { SerialEmStage } from '../../../plugins/serialem/stage';
import { type SerialEmTransport, commands } from '../../../plugins/serialem/transport';
import { recording } from '../../../testing/recording';
import type { WholeColumnUnderTest } from '../../../testing/describe-column';
import type { StageUnderTest } from '../../../testing/describe-stage';
import { makeMicroscope } from '../fei/make-column';
import { SerialEmStandIn, type StandInOptions } from './stand-in-server';
import { guardedColumn } from '../../support/guarded';

export const plainColumn: SerialEmColumn = {
  model: 'test column',
  magIndexes: new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  lowestRegularMag: 5,
  spotSizes: 11,
  imageShiftScale: { regular: 1, lowMagnification: 1 },
  invertsStageX: false,
  hasProbeModes: true,
  hasImageBeamTilt: true,
  alphas: 4,
  hasApertures: true,
  condenserApertures: [150, 100, 70, 50, 30],
  objectiveApertures: [100, 70, 40, 20],
  usesIlluminatedArea: true,
  highestSpotIsBrightest: false,
  hasFreeLenses: true,
  cameraLengths: new Map(
    [80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000].map((mm, k) => [k + 1, mm / 1000]),
  ),
  highTension: 200_000,
  stageTimeout: 10,
  stageLimits: { x: [-990, 990], y: [-950, 950] },
  largestTilt: 79.9,
};

/** The devices that a column with probe modes has behind SerialEM, besides its stage and `Scope`. */
export const serialEmTokens: readonly DeviceToken<unknown>[] = [
  Illumination,
  ProbeModeSelector,
  AlphaSelector,
  IlluminatedArea,
  CondenserAperture,
  ObjectiveAperture,
  BeamShift,
  BeamTilt,
  ImageBeamTilt,
  ObjectiveStigmator,
  CondenserStigmator,
  Screen,
  ScreenCurrent,
  LensNormalization,
  CameraLength,
  EnergyFilter,
  Diffraction,
  FreeLensControl,
];
/** The devices of a column behind SerialEM, all in one. */
export type SerialEmDevices = Scope &
  Illumination &
  ProbeModeSelector &
  AlphaSelector &
  IlluminatedArea &
  CondenserAperture &
  ObjectiveAperture &
  BeamShift &
  BeamTilt &
  ImageBeamTilt &
  ObjectiveStigmator &
  CondenserStigmator &
  Screen &
  ScreenCurrent &
  LensNormalization &
  CameraLength &
  EnergyFilter &
  Diffraction &
  FreeLensControl;

/** The plugin's column and stage, with what they sent by number and values. */
export interface SerialEmUnderTest extends StageUnderTest, WholeColumnUnderTest {
  readonly scope: SerialEmDevices;
  readonly stage: Driver<Stage>;
  readonly script: SerialEmScript;
}

const made = (
  transport: SerialEmTransport,
  clock: VirtualClock,
  column: SerialEmColumn,
  sent: () => readonly { readonly number: number; readonly values: readonly unknown[] }[],
  dispose: () => Promise<void>,
): SerialEmUnderTest => {
  const script = new SerialEmScript(transport);
  const filter = new SerialEmFilter(script, { slitWidths: [1, 50], energyLosses: [-200, 3000] });
  return {
    script,
    clock,
    dispose,
    ...guardedColumn<SerialEmDevices>(
      serialEmDevices(
        new SerialEmScope(script, column, clock),
        new SerialEmOpticsDevices(script),
        new SerialEmCondenserDevices(script, column),
        column,
        filter,
        serialEmLensDevices(script, column),
      ),
      { clock },
    ),
    stage: new SerialEmStage(script, column, clock),
    writes: () => sent().map(({ number, values }) => `${number} ${values.join(' ')}`),
    targets: () =>
      sent().flatMap(
        ({
          number,
          values,
        }): readonly { readonly x?: number; readonly y?: number; readonly z?: number; readonly tilt?: number }[] => {
          const [x = 0, y = 0, z] = values.map(Number);
          if (number === commands.TiltTo) return [{ tilt: x }];
          return number === commands.MoveStageTo ? [{ x, y, ...(z !== undefined && { z }) }] : [];
        },
      ),
  };
};

/** On the simulated wire. */
export async function makeColumn(changes: Partial<SerialEmColumn> = {}): Promise<SerialEmUnderTest> {
  const clock = new VirtualClock();
  const wire = recording<SerialEmTransport>(new SimulatedSerialEm(() => makeMicroscope(clock), clock));
  await wire.transport.open();
  const reports = new Set(
    Object.entries(commands).flatMap(([name, number]) => (name.startsWith('Report') ? [number] : [])),
  );
  const sent = () =>
    wire
      .calls('run')
      .map(([number, values]) => ({ number: number as number, values: values as readonly unknown[] }))
      .filter(({ number }) => !reports.has(number as never));
  return made(wire.transport, clock, { ...plainColumn, ...changes }, sent, () => wire.transport.close());
}

/** Over a socket to a SerialEM that stands in for the real one. */
export async function makeSocketColumn(
  options: Partial<StandInOptions> & {
    readonly through?: (port: number) => Promise<number>;
    readonly answerLimit?: number;
    readonly agreementLimit?: number;
  } = {},
): Promise<SerialEmUnderTest & { readonly server: SerialEmStandIn; readonly wire: SocketSerialEmWire }> {
  const clock = new VirtualClock();
  const server = new SerialEmStandIn({ pass: (duration) => clock.delay(seconds(duration)), ...options });
  const own = await server.listen();
  const wire = new SocketSerialEmWire({
    host: '127.0.0.1',
    port: (await options.through?.(own)) ?? own,
    connectLimit: 60,
    answerLimit: options.answerLimit ?? 60,
    ...(options.agreementLimit !== undefined && { agreementLimit: options.agreementLimit }),
  });
  const dispose = async (): Promise<void> => {
    await wire.close();
    await server.close();
  };
  try {
    await wire.open();
  } catch (error) {
    await dispose();
    throw error;
  }
  const sent = () =>
    server.commands.map(({ number, numbers, texts }) => ({
      number,
      values: number === commands.SetProbeMode ? texts : numbers,
    }));
  return { ...made(wire, clock, plainColumn, sent, dispose), server, wire };
}
