import { VirtualClock, milliseconds, seconds } from '../../../core/base';
import {
  BeamShift,
  BeamTilt,
  CameraLength,
  CondenserAperture,
  Diffraction,
  AutomaticNormalization,
  CondenserStigmator,
  type DeviceToken,
  DiffractionStigmator,
  type Driver,
  Illumination,
  ImageBeamTilt,
  LensNormalization,
  ObjectiveAperture,
  ObjectiveStigmator,
  ProbeModeSelector,
  ReportedMagnification,
  ReportedRotation,
  type Scope,
  Screen,
  TimedBlanker,
  ScreenCurrent,
  type Stage,
} from '../../../core/devices';
import type { Calibrations } from '../../../core/store';
import type { FeiColumn } from '../../../plugins/fei/column';
import { feiDevices } from '../../../plugins/fei/devices';
import { guardTransport } from '../../../plugins/fei/wires/guarded-transport';
import { FeiScope } from '../../../plugins/fei/scope';
import { simulatedFeiWire } from '../../../plugins/fei/wires/simulated-wire';
import { FeiStage } from '../../../plugins/fei/stage';
import { type FeiTransport, type RawStageTarget, axisBits } from '../../../plugins/fei/transport';
import { VirtualMicroscope, buildTruth, simulatorOptions } from '../../../simulation';
import type { WholeColumnUnderTest } from '../../../testing/describe-column';
import type { StageUnderTest } from '../../../testing/describe-stage';
import { type Recording, recording } from '../../../testing/recording';
import { guardedColumn } from '../../support/guarded';

/** A column with low magnifications 1 to 4 and regular ones 5 to 10. */
export const plainColumn: FeiColumn = {
  model: 'test column',
  minimumBlanking: seconds(0),
  magIndexes: new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  lowestRegularMag: 5,
  spotSizes: 11,
  imageShiftScale: { regular: 1, lowMagnification: 1 },
  invertsStageX: false,
  usesIlluminatedArea: false,
  illuminatedAreaLimits: undefined,
  condenserApertures: [150, 100, 70, 50, 30],
  objectiveApertures: [100, 70, 40],
  hasFilter: false,
  blanksDuringTransients: false,
  normalizesProjector: true,
  normalizesCondenser: true,
  postProbeDelay: milliseconds(3000),
  screenRaiseDelay: milliseconds(0),
  stageTimeoutFactor: 1,
  cameraLengths: 15,
  stageLimits: { x: [-990, 990], y: [-950, 950] },
  largestTilt: 79.9,
};

/** The devices that every FEI column has besides its stage and `Scope`. */
export const feiTokens: readonly DeviceToken<unknown>[] = [
  TimedBlanker,
  Illumination,
  ProbeModeSelector,
  CondenserAperture,
  ObjectiveAperture,
  BeamShift,
  BeamTilt,
  ImageBeamTilt,
  ObjectiveStigmator,
  CondenserStigmator,
  DiffractionStigmator,
  Screen,
  ScreenCurrent,
  LensNormalization,
  ReportedMagnification,
  ReportedRotation,
  CameraLength,
  Diffraction,
  AutomaticNormalization,
];
/** The devices of an FEI column, all in one. */
export type FeiDevices = Scope &
  Illumination &
  ProbeModeSelector &
  CondenserAperture &
  ObjectiveAperture &
  BeamShift &
  BeamTilt &
  ImageBeamTilt &
  ObjectiveStigmator &
  CondenserStigmator &
  DiffractionStigmator &
  Screen &
  ScreenCurrent &
  LensNormalization &
  ReportedMagnification &
  ReportedRotation &
  CameraLength &
  Diffraction &
  AutomaticNormalization;

export interface FeiUnderTest extends StageUnderTest, WholeColumnUnderTest {
  readonly scope: FeiDevices;
  readonly stage: Driver<Stage>;
  readonly clock: VirtualClock;
  readonly microscope: VirtualMicroscope;
  readonly wire: Recording<FeiTransport>;
  readonly transport: FeiTransport;
}

/** A virtual microscope with a film in it. */
export function makeMicroscope(clock: VirtualClock): VirtualMicroscope {
  const truth = buildTruth(simulatorOptions.parse({ voltageKilovolts: 200 }), {
    magnifications: [...plainColumn.magIndexes].map((index) => ({
      index,
      magnification: 100 * 2 ** index,
      low: index < plainColumn.lowestRegularMag,
    })),
    cameras: [{ index: 0, name: 'camera', width: 512, height: 512 }],
    views: [...plainColumn.magIndexes].map((magIndex) => ({
      magIndex,
      camera: 0,
      pixelSizeMicrometres: 10 / 2 ** magIndex,
      rotationDegrees: 84,
    })),
    specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
  });
  return new VirtualMicroscope(truth, { seed: 1, now: () => clock.now() });
}

/** The plugin's column and stage on a recorded simulated wire. */
export async function makeColumn(
  changes: Partial<FeiColumn> = {},
  calibrations?: Pick<Calibrations, 'records'>,
): Promise<FeiUnderTest> {
  const clock = new VirtualClock();
  const microscope = makeMicroscope(clock);
  const column = { ...plainColumn, ...changes };
  const wire = recording<FeiTransport>(simulatedFeiWire(() => microscope, clock));
  const transport = guardTransport(wire.transport);
  await transport.open();
  const scope = new FeiScope(transport, column, clock, () => calibrations);
  return {
    ...guardedColumn<FeiDevices>(feiDevices(scope, transport, column), { clock }),
    stage: new FeiStage(transport, column, clock),
    clock,
    microscope,
    wire,
    transport,
    writes: () => wire.writes(),
    targets: () =>
      wire.calls('setStagePosition').map(([target, axes]) => sentAxes(target as RawStageTarget, axes as number)),
    dispose: () => transport.close(),
  };
}

/** The axes that a move was about, in micrometres and degrees. */
export const sentAxes = (target: RawStageTarget, axes: number): Record<string, number> => ({
  ...(axes & axisBits.x && { x: target.x * 1e6 }),
  ...(axes & axisBits.y && { y: target.y * 1e6 }),
  ...(axes & axisBits.z && { z: target.z * 1e6 }),
  ...(axes & axisBits.alpha && { tilt: (target.alpha * 180) / Math.PI }),
});
