import { type Matrix, VirtualClock, milliseconds, seconds } from '../../../core/base';
import {
  BeamShift,
  BeamTilt,
  CondenserStigmator,
  type DeviceToken,
  type Driver,
  Illumination,
  NeutralImageShift,
  ObjectiveStigmator,
  ReportedMagnification,
  type Scope,
  Screen,
  TimedBlanker,
  type Stage,
} from '../../../core/devices';
import type { ColumnRange, HitachiColumn } from '../../../plugins/hitachi/column';
import { hitachiDevices } from '../../../plugins/hitachi/devices';
import { HitachiOpticsDevices } from '../../../plugins/hitachi/optics-devices';
import { HitachiProtocol } from '../../../plugins/hitachi/protocol';
import { HitachiScope } from '../../../plugins/hitachi/scope';
import { SimulatedHitachiWire } from '../../../plugins/hitachi/simulated-wire';
import { HitachiStage } from '../../../plugins/hitachi/stage';
import type { HitachiTransport } from '../../../plugins/hitachi/transport';
import { VirtualMicroscope, buildTruth, simulatorOptions } from '../../../simulation';
import type { WholeColumnUnderTest } from '../../../testing/describe-column';
import type { StageUnderTest } from '../../../testing/describe-stage';
import { type Recording, recording } from '../../../testing/recording';
import { guardedColumn } from '../../support/guarded';

const magnification = (index: number, value: number, range: ColumnRange) => ({ index, magnification: value, range });

/** Low magnifications 1 and 2, HC 3 to 6, HR 7 to 10; HC and HR share two values. */
export const plainColumn: HitachiColumn = {
  model: 'test column',
  minimumBlanking: seconds(0),
  magnifications: [
    magnification(1, 100, 'LM'),
    magnification(2, 200, 'LM'),
    magnification(3, 1000, 'HC'),
    magnification(4, 2000, 'HC'),
    magnification(5, 4000, 'HC'),
    magnification(6, 8000, 'HC'),
    magnification(7, 4000, 'HR'),
    magnification(8, 8000, 'HR'),
    magnification(9, 16000, 'HR'),
    magnification(10, 32000, 'HR'),
  ],
  spotSizes: 5,
  imageShiftScale: { regular: 1, lowMagnification: 8 },
  imageShiftPerCoil: 50,
  beamShiftPerCoil: 100,
  defocusPerLens: { regular: 10_000, lowMagnification: 10_000 },
  imageShiftCoils: { LM: 'IA', HC: 'PA', HR: 'ISF' },
  followsWithBeam: { LM: false, HC: false, HR: true },
  blanking: { coil: 'GH', axis: 'x', delta: 0.5 },
  spotStepDelay: milliseconds(300),
  screenRaiseDelay: milliseconds(0),
  stageTimeout: seconds(85),
  stageLimits: { x: [-990, 990], y: [-950, 950] },
  largestTilt: 60,
};

/** The devices that every Hitachi column has besides its stage and `Scope`. */
export const hitachiTokens: readonly DeviceToken<unknown>[] = [
  TimedBlanker,
  Illumination,
  BeamShift,
  BeamTilt,
  ObjectiveStigmator,
  CondenserStigmator,
  Screen,
  NeutralImageShift,
  ReportedMagnification,
];
/** The devices of a Hitachi column, all in one. */
export type HitachiDevices = Scope &
  Illumination &
  BeamShift &
  BeamTilt &
  ObjectiveStigmator &
  CondenserStigmator &
  Screen &
  NeutralImageShift &
  ReportedMagnification;

export interface HitachiUnderTest extends StageUnderTest, WholeColumnUnderTest {
  readonly scope: HitachiDevices;
  readonly stage: Driver<Stage>;
  readonly clock: VirtualClock;
  readonly microscope: VirtualMicroscope;
  readonly wire: Recording<HitachiTransport>;
  readonly protocol: HitachiProtocol;
}

/** Options of the virtual microscope, and calibrations of the lens. */
export interface HitachiTestOptions {
  readonly simulator?: Record<string, unknown>;
  readonly baseFocus?: () => ReadonlyMap<number, number>;
}

/** The plugin's column and stage on a recorded simulated wire. */
export async function makeColumn(
  changes: Partial<HitachiColumn> = {},
  imageToBeam: () => Matrix | undefined = () => undefined,
  { simulator = {}, baseFocus }: HitachiTestOptions = {},
): Promise<HitachiUnderTest> {
  const clock = new VirtualClock();
  const column = { ...plainColumn, ...changes };
  const truth = buildTruth(
    simulatorOptions.parse({
      imageShiftCarriesBeam: false,
      stageMicrometresPerSecond: 100,
      voltageKilovolts: 120,
      ...simulator,
    }),
    {
      magnifications: column.magnifications.map(({ index, magnification: value, range }) => ({
        index,
        magnification: value,
        low: range === 'LM',
        secondary: range === 'HR',
      })),
      cameras: [{ index: 0, name: 'camera', width: 512, height: 512 }],
      views: column.magnifications.map(({ index, magnification: value }) => ({
        magIndex: index,
        camera: 0,
        pixelSizeMicrometres: 10 / value,
        rotationDegrees: 10,
      })),
      specimenToStage: { xpx: 0, xpy: 1, ypx: -1, ypy: 0 },
      habit: 'remembered',
    },
  );
  const microscope = new VirtualMicroscope(truth, { seed: 1, now: () => clock.now() });
  const wire = recording<HitachiTransport>(new SimulatedHitachiWire(() => microscope, clock, column));
  const protocol = new HitachiProtocol(wire.transport, clock);
  const scope = new HitachiScope(protocol, column, { clock, imageToBeam, ...(baseFocus && { baseFocus }) });
  await wire.transport.open();
  await scope.start();
  const writes = (): readonly string[] =>
    wire
      .calls('exchange')
      .map(([line]) => String(line))
      .filter((line) => line.startsWith('Set '));
  return {
    ...guardedColumn<HitachiDevices>(hitachiDevices(scope, new HitachiOpticsDevices(protocol)), { clock }),
    stage: new HitachiStage(protocol, column, clock),
    clock,
    microscope,
    wire,
    protocol,
    writes,
    targets: () => writes().flatMap(targetOf),
    dispose: () => wire.transport.close(),
  };
}

/** The target that a line sends the stage to, in micrometres and degrees; nothing for other lines. */
export function targetOf(
  line: string,
): readonly { readonly x?: number; readonly y?: number; readonly tilt?: number }[] {
  const [, what = '', values = ''] = /^Set (\S+) Move (\S+)$/.exec(line) ?? [];
  const [first = 0, second = 0] = values.split(',').map(Number);
  if (what === 'StageTilt') return [{ tilt: first }];
  return what === 'StageXY' ? [{ x: first / 10, y: second / 10 }] : [];
}
