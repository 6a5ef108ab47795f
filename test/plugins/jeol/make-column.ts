import { type Matrix, VirtualClock, milliseconds, seconds } from '../../../core/base';
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
  DiffractionStigmator,
  type Driver,
  EnergyFilter,
  Illumination,
  NeutralImageShift,
  ObjectiveAperture,
  ObjectiveStigmator,
  ReportedMagnification,
  type Scope,
  Screen,
  TimedBlanker,
  type Stage,
} from '../../../core/devices';
import { JeolApertures } from '../../../plugins/jeol/apertures';
import type { JeolColumn } from '../../../plugins/jeol/column';
import { jeolDevices } from '../../../plugins/jeol/devices';
import { OmegaFilter, type OmegaFilterModel } from '../../../plugins/jeol/filter';
import { JeolFreeLenses } from '../../../plugins/jeol/free-lenses';
import { JeolOpticsDevices } from '../../../plugins/jeol/optics-devices';
import { JeolScope } from '../../../plugins/jeol/scope';
import { serializeTransport } from '../../../plugins/jeol/wires/serial-transport';
import { simulatedJeolWire } from '../../../plugins/jeol/wires/simulated-wire';
import { JeolStage } from '../../../plugins/jeol/stage';
import type { JeolTransport } from '../../../plugins/jeol/transport';
import { VirtualMicroscope, buildTruth, simulatorOptions } from '../../../simulation';
import type { WholeColumnUnderTest } from '../../../testing/describe-column';
import type { StageUnderTest } from '../../../testing/describe-stage';
import { type Recording, recording } from '../../../testing/recording';
import { guardedColumn } from '../../support/guarded';

/** A column with low magnifications 1 to 4, MAG 5 to 8 and SAMAG 9 and 10. */
export const plainColumn: JeolColumn = {
  model: 'test column',
  minimumBlanking: seconds(0),
  magIndexes: new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  lowestRegularMag: 5,
  ranges: [
    { mode: 2, first: 1 },
    { mode: 0, first: 5 },
    { mode: 3, first: 9 },
  ],
  spotSizes: 5,
  hasFilter: true,
  hasOmegaFilter: true,
  alphas: 3,
  apertures: {
    condenser: { kind: 1, sizes: [150, 100, 70, 50] },
    objective: { kind: 2, sizes: [100, 70, 40, 20] },
  },
  extraApertures: false,
  imageShiftScale: { regular: 0.1, lowMagnification: 1.5 },
  invertsStageX: false,
  imageShiftDeflector: 'IS1',
  beamShiftPerStep: { regular: 0.025, lowMagnification: 0.025 },
  defocusPerStep: { regular: 0.0058, lowMagnification: 0.01 },
  magEventWait: milliseconds(5000),
  postMagDelay: { within: milliseconds(1250), across: milliseconds(3000) },
  screenRaiseDelay: milliseconds(0),
  stageTimeout: seconds(85),
  cameraLengths: 15,
  stageLimits: { x: [-990, 990], y: [-950, 950] },
  stageRounding: 0.001,
  largestTilt: 70,
};

/** The devices that every JEOL column with alpha has besides its stage and `Scope`. */
export const jeolTokens: readonly DeviceToken<unknown>[] = [
  TimedBlanker,
  Illumination,
  AlphaSelector,
  CondenserAperture,
  ObjectiveAperture,
  BeamShift,
  BeamTilt,
  ObjectiveStigmator,
  CondenserStigmator,
  DiffractionStigmator,
  Screen,
  NeutralImageShift,
  ReportedMagnification,
  CameraLength,
  EnergyFilter,
  Diffraction,
  FreeLensControl,
];
/** The devices of a JEOL column, all in one. */
export type JeolDevices = Scope &
  Illumination &
  AlphaSelector &
  CondenserAperture &
  ObjectiveAperture &
  BeamShift &
  BeamTilt &
  ObjectiveStigmator &
  CondenserStigmator &
  DiffractionStigmator &
  Screen &
  NeutralImageShift &
  ReportedMagnification &
  CameraLength &
  EnergyFilter &
  Diffraction &
  FreeLensControl;

/** An omega filter of the usual properties. */
export const omegaModel: OmegaFilterModel = {
  slitWidths: [5, 50],
  energyLosses: [0, 3000],
  delays: { slit: 0.3, energy: (change) => (10 + 0.5 * change) / 60 },
};

export interface JeolUnderTest extends StageUnderTest, WholeColumnUnderTest {
  readonly scope: JeolDevices;
  readonly stage: Driver<Stage>;
  readonly clock: VirtualClock;
  readonly microscope: VirtualMicroscope;
  readonly wire: Recording<JeolTransport>;
  readonly transport: JeolTransport;
}

export interface JeolTestOptions {
  readonly column?: Partial<JeolColumn>;
  readonly busyEvery?: number;
  /** Options of the simulator. */
  readonly options?: object;
  readonly imageToBeam?: (magIndex: number, alpha: number) => Matrix | undefined;
}

/** The plugin's column and stage on a recorded simulated wire. */
export async function makeColumn({
  column: changes,
  busyEvery,
  options = {},
  imageToBeam = () => undefined,
}: JeolTestOptions = {}): Promise<JeolUnderTest> {
  const clock = new VirtualClock();
  const column = { ...plainColumn, ...changes };
  const truth = buildTruth(
    simulatorOptions.parse({ imageShiftCarriesBeam: false, stageMicrometresPerSecond: 100, ...options }),
    {
      magnifications: [...column.magIndexes].map((index) => ({
        index,
        magnification: 100 * 2 ** index,
        low: index < column.lowestRegularMag,
      })),
      cameras: [{ index: 0, name: 'camera', width: 512, height: 512 }],
      views: [...column.magIndexes].map((magIndex) => ({
        magIndex,
        camera: 0,
        pixelSizeMicrometres: 10 / 2 ** magIndex,
        rotationDegrees: 84,
      })),
      specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
      habit: 'neutral',
    },
  );
  const microscope = new VirtualMicroscope(truth, { seed: 1, now: () => clock.now() });
  const facts = {
    ranges: column.ranges,
    ...(column.scan && { scan: column.scan }),
    projectorShift: false,
    ...(busyEvery !== undefined && { busyEvery }),
  };
  const wire = recording<JeolTransport>(simulatedJeolWire(() => microscope, clock, facts));
  const transport = serializeTransport(wire.transport, clock);
  const scope = new JeolScope(transport, column, { clock, imageToBeam });
  const filter = column.hasFilter ? new OmegaFilter(transport, omegaModel, clock) : undefined;
  await transport.open();
  await scope.start();
  return {
    ...guardedColumn<JeolDevices>(
      jeolDevices(
        scope,
        new JeolOpticsDevices(transport),
        new JeolFreeLenses(transport),
        filter,
        new JeolApertures(transport, column, clock),
        column,
      ),
      { clock },
    ),
    stage: new JeolStage(transport, column, clock),
    clock,
    microscope,
    wire,
    transport,
    writes: () => wire.writes(),
    targets: () => wire.writes().flatMap(targetOf),
    dispose: () => transport.close(),
  };
}

/** The stage coordinates that a call sends, in micrometres and degrees. */
export function targetOf(write: string): readonly Record<string, number>[] {
  const [call, ...given] = write.split(' ');
  const [first = 0, second = 0] = given.map(Number);
  switch (call) {
    case 'setStageXY':
      return [{ x: first / 1000, y: second / 1000 }];
    case 'setStageX':
      return [{ x: first / 1000 }];
    case 'setStageY':
      return [{ y: first / 1000 }];
    case 'setTiltX':
      return [{ tilt: first }];
    default:
      return [];
  }
}
